/**
 * `npm run nets -- [NAME…] [--shapes N] [--executors vm,graph] [--json]`: builds each network of `samples/nets` once,
 * runs the artefact at several shapes with random weights, and compares with ONNX Runtime on the same inputs
 * (RELAXC_PEER_PYTHON; `npm run bench:setup` makes it).
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scriptOptions } from "./script-options.js";
import { nets, type Net } from "./nets/index.js";

const usage = "npm run nets -- [NAME…] [--shapes N] [--executors vm,graph] [--json]";
const { values, positionals } = scriptOptions(usage, {
  shapes: { type: "string", default: "5" },
  executors: { type: "string", default: "vm,graph" },
  json: { type: "boolean" },
});
const executors = values.executors.split(",");
const python = process.env["RELAXC_PEER_PYTHON"] ?? join(".cache", "peers", "bin", "python");

/** Sizes of batch and image or sequence; small, and different from axis to axis. */
const IMAGE_SHAPES = ["n=1,h=32,w=32", "n=2,h=33,w=47", "n=1,h=64,w=40", "n=3,h=41,w=32", "n=1,h=71,w=64"]; // prettier-ignore
const TOKEN_SHAPES = ["batch=1,seq=8", "batch=2,seq=1", "batch=1,seq=33", "batch=3,seq=17", "batch=1,seq=100"]; // prettier-ignore
/** Sums of thousands of products in another order, through tens of layers. */
const TOLERANCE = "1e-3";

const relaxc = (...argv: readonly string[]): string =>
  execFileSync(process.execPath, ["dist/cli.js", ...argv], { encoding: "utf8", stdio: "pipe" });

/** One line a shape and executor; false when one differs. */
function compare(net: Net): boolean {
  const folder = join(".cache", "nets", net.name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const artefact = join(folder, "net.rxe");
  const description = join(folder, "net.json");
  const file = `samples/nets/${net.name}.relax`;
  // What is built for the graph executor runs on the virtual machine too.
  const executor = executors.includes("graph") ? "graph" : "vm";
  relaxc("build", file, "--target", "wasm", "--executor", executor, "-o", artefact);
  writeFileSync(description, JSON.stringify(net));
  const shapes = net.input.shape.length === 3 ? TOKEN_SHAPES : IMAGE_SHAPES;
  let isRight = true;
  for (const shape of shapes.slice(0, Number(values.shapes))) {
    const at = join(folder, shape.replaceAll(/[=,]/g, "_"));
    const inputs = ["--random", "1", "--shape", shape];
    relaxc("run", artefact, ...inputs, "--output", at);
    execFileSync(python, ["scripts/nets/onnx_net.py", description, at], { stdio: "inherit" });
    for (const executor of executors) {
      let problem = "";
      try {
        const expected = join(at, "expected.npz");
        relaxc("run", artefact, ...inputs, "--executor", executor, "--compare", expected, "--tol", TOLERANCE); // prettier-ignore
      } catch (error) {
        problem = String((error as { stderr?: unknown }).stderr ?? error);
        isRight = false;
      }
      report({ net: net.name, shape, executor, right: problem === "", problem });
    }
    rmSync(at, { recursive: true });
  }
  return isRight;
}

function report(line: Readonly<Record<string, string | boolean>>): void {
  const { net, shape, executor, right, problem } = line;
  if (values.json) console.log(JSON.stringify(line));
  else console.log(`${net}  ${shape}  ${executor}  ${right ? "equal" : `differs\n${problem}`}`);
}

const chosen = nets().filter((n) => positionals.length === 0 || positionals.includes(n.name));
if (chosen.length === 0) {
  console.error(`there is no network \`${positionals.join(" ")}\``);
  process.exit(2);
}
const results = chosen.map(compare);
process.exitCode = results.every(Boolean) ? 0 : 1;
