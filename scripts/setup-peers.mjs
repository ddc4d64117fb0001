/**
 * `npm run bench:setup`: the peers' Python environment in .cache/peers, for benches, interop and conformance, and the
 * peers that run in Node in .cache/peers-web.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

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

function run(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", cwd });
  if (status === 0) return;
  console.error(error ? `${command}: ${error.message}` : `${command} ended with ${status}`);
  process.exit(3);
}

/** Fills a folder anew unless what it was filled with last is the same. */
function fill(target, pins, work) {
  const stamp = join(target, "pins");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === pins) return;
  rmSync(target, { recursive: true, force: true });
  work();
  writeFileSync(stamp, pins);
}

fill(folder, PINS.join(" "), () => {
  run("python3", ["-m", "venv", folder]);
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PINS]);
});
run(python, ["-c", 'import tvm; print("TVM", tvm.__version__)']);

const web = join(".cache", "peers-web");
const manifest = JSON.stringify({ private: true, dependencies: WEB_PINS });
fill(web, manifest, () => {
  mkdirSync(web, { recursive: true });
  writeFileSync(join(web, "package.json"), manifest);
  run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], web);
});
console.log(
  `ONNX Runtime Web ${WEB_PINS["onnxruntime-web"]}, TensorFlow.js ${WEB_PINS["@tensorflow/tfjs"]}`,
);
