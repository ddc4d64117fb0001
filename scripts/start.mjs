/** `npm start`: a sample, what the checker says of it, and runs on WebAssembly compared with the interpreter. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const cli = join("dist", "cli.js");
if (!existsSync(cli)) {
  const built = spawnSync(process.execPath, [join("scripts", "build.mjs")], { stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status ?? 1);
}

const SAMPLE = "samples/01-matmul-relu.relax";

/** Shows a command line, then runs it; stops when it does not end with the exit code that is expected. */
function relaxc(args, expected = 0) {
  console.log(`\n$ npx relaxc ${args.join(" ")}`);
  const { status } = spawnSync(process.execPath, [cli, ...args], { stdio: "inherit" });
  if (status === expected) return;
  console.error(`ended with ${status}, expected ${expected}`);
  process.exit(1);
}

console.log(`${SAMPLE}\n`);
console.log(readFileSync(SAMPLE, "utf8").trimEnd());
relaxc(["check", SAMPLE]);
for (const shape of [
  "m=1,n=1,k=1",
  "m=3,n=4,k=4",
  "m=17,n=33,k=33",
  "m=64,n=32,k=32",
  "m=0,n=5,k=5",
])
  relaxc(["run", SAMPLE, "--target", "wasm", "--random", "1", "--shape", shape, "--oracle"]);
console.log("\nThe guard that the checker derived is tested before the loop starts:");
relaxc(["run", SAMPLE, "--target", "wasm", "--random", "1", "--shape", "m=2,n=3,k=4"], 1);
