/**
 * `npm run bench:setup`: the peers' Python environment in .cache/peers, for benches, interop and conformance, and the
 * peers that run in Node in .cache/peers-web.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fill, installPackages, run } from "./cached-folder.mjs";

/** Apache TVM with the ffi version that prints metadata without crashing, and what results are compared with. */
const PINS = [
  "apache-tvm==0.27.0.post1",
  "apache-tvm-ffi==0.1.14.post1",
  "onnx",
  "onnxruntime",
  "numpy",
];
const WEB_PINS = {
  "@tensorflow/tfjs": "4.22.0",
  "@tensorflow/tfjs-backend-wasm": "4.22.0",
  "onnxruntime-web": "1.30.0",
};

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = join(".cache", "peers");
const python = join(folder, "bin", "python");

fill(folder, PINS.join(" "), () => {
  run("python3", ["-m", "venv", folder]);
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PINS]);
});
run(python, ["-c", 'import tvm; print("TVM", tvm.__version__)']);

const web = join(".cache", "peers-web");
fill(web, JSON.stringify(WEB_PINS), () => installPackages(web, { dependencies: WEB_PINS }));
console.log(
  `ONNX Runtime Web ${WEB_PINS["onnxruntime-web"]}, TensorFlow.js ${WEB_PINS["@tensorflow/tfjs"]}`,
);
