/** `npm run bench:setup`: the peers' Python environment in .cache/peers, for benches, interop and conformance. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = join(".cache", "peers");
const python = join(folder, "bin", "python");
const stamp = join(folder, "pins");

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (status === 0) return;
  console.error(error ? `${command}: ${error.message}` : `${command} ended with ${status}`);
  process.exit(3);
}

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== PINS.join(" ")) {
  rmSync(folder, { recursive: true, force: true });
  run("python3", ["-m", "venv", folder]);
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PINS]);
  writeFileSync(stamp, PINS.join(" "));
}
run(python, ["-c", 'import tvm; print("TVM", tvm.__version__)']);
