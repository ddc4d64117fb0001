/**
 * `npm run check`: types, layering, formatting, generated files and file sizes. All are tried, two at a time;
 * what fails is printed. A name as argument runs that one alone.
 */
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

const node = (...args) => [process.execPath, ...args];
const CHECKS = {
  types: node(
    "node_modules/typescript/bin/tsc",
    "-p",
    ".",
    "--incremental",
    "--tsBuildInfoFile",
    ".cache/tsc.json",
  ),
  layering: node(
    "node_modules/dependency-cruiser/bin/dependency-cruise.mjs",
    "--config",
    ".dependency-cruiser.cjs",
    "src",
    "grammar",
  ),
  formatting: node(
    "node_modules/prettier/bin/prettier.cjs",
    "--check",
    "--log-level",
    "warn",
    "--cache",
    "--cache-location",
    ".cache/prettier",
    ".",
  ),
  generated: node("scripts/run.mjs", "scripts/gen.ts", "--check"),
  size: node("scripts/size.mjs", "--check"),
};

const wanted = process.argv.slice(2);
const waiting = Object.entries(CHECKS).filter(
  ([name]) => wanted.length === 0 || wanted.includes(name),
);
if (waiting.length === 0) {
  console.error(`there is no such check; there are ${Object.keys(CHECKS).join(", ")}`);
  process.exit(2);
}
const failed = [];
await Promise.all([worker(), worker()]);
console.log(failed.length === 0 ? "all checks passed" : `failed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function worker() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, [command, ...args]] = next;
    const started = performance.now();
    const { code, output } = await run(command, args);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (code !== 0) failed.push(name);
    console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} ${seconds} s`);
    if (code !== 0) console.log(output.trimEnd());
  }
}

function run(command, args) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}
