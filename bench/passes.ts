/**
 * Time of the default pipeline over long functions of four operators a layer (matmul, add, relu, multiply), with Apache
 * TVM's default CPU pipeline in the same run. Growth must be linear.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readModule } from "../src/driver/frontend.js";
import { optimise } from "../src/driver/optimise.js";
import type { IRModule } from "../src/ir/module.js";
import { Diagnostics } from "../src/support/diagnostic.js";
import { collect, rowOf, timeRowOf, type BenchRow } from "./measure.js";

const OPERATORS = 4;
const LAYERS = [250, 2500];
const PIPELINE = "@default-wasm";
const RUNS = 3;

function network(layers: number): IRModule {
  const lines = Array.from({ length: layers }, (_, i) => {
    const from = i === 0 ? "x" : `y${i - 1}`;
    return `        y${i} = R.multiply(R.nn.relu(R.add(R.matmul(${from}, w), b)), x)\n`;
  });
  const last = `y${layers - 1}`;
  const text = `@R.function
def main(x: R.Tensor((16, 64), "float32"), w: R.Tensor((64, 64), "float32"), b: R.Tensor((64,), "float32")):
    with R.dataflow():
${lines.join("")}        R.output(${last})
    return ${last}
`;
  const { module, failed } = readModule({ name: "network.relax", text }, {});
  if (failed) throw new Error("the network is not well-formed");
  return module;
}

/** CPU seconds of the pipeline, the best of some runs. */
async function secondsOf(layers: number): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < RUNS; i++) {
    const module = network(layers);
    const sink = new Diagnostics();
    collect();
    const before = process.cpuUsage();
    if ((await optimise(module, PIPELINE, sink)) === undefined)
      throw new Error(sink.all.map((d) => d.message).join("\n"));
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1e6);
  }
  return best;
}

/** Seconds of TVM by layers, or undefined when it is not installed. */
function peer(): Readonly<Record<string, number>> | undefined {
  const python = process.env["RELAXC_PEER_PYTHON"] ?? join(".cache", "peers", "bin", "python");
  if (!existsSync(python)) return undefined;
  const script = join("bench", "peers", "tvm_passes.py");
  const child = spawnSync(python, [script, ...LAYERS.map(String)], { encoding: "utf8" });
  if (child.status !== 0) {
    console.error(`the peer failed: ${child.stderr.trim().split("\n").at(-1) ?? ""}`);
    return undefined;
  }
  return JSON.parse(child.stdout) as Record<string, number>;
}

export async function run(): Promise<BenchRow[]> {
  const theirs = peer();
  const ours: number[] = [];
  for (const layers of LAYERS) ours.push(await secondsOf(layers));
  const rows = LAYERS.map((layers, i) =>
    timeRowOf(
      "passes",
      `${layers * OPERATORS} operators`,
      "s CPU",
      ours[i]!,
      theirs?.[layers],
      "TVM",
    ),
  );
  const growth = ours[1]! / ours[0]! / (LAYERS[1]! / LAYERS[0]!);
  return [...rows, rowOf("passes", "time an operator, 10,000 against 1,000", "×", growth)];
}
