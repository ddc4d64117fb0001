/**
 * What a call of a trivial kernel costs inside a function, on the virtual machine and on the graph executor: chains of
 * `call_tir` of an addition to 16 elements, which are not fused, with Apache TVM's virtual machine (when the peers' Python is set up, `npm run bench:setup`) in the same
 * run. Also the time to build such a function, which must grow linearly.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { encodeArtefact } from "../src/artefact/index.js";
import { buildForWasm } from "../src/driver/build.js";
import { readModule } from "../src/driver/frontend.js";
import { optimise } from "../src/driver/optimise.js";
import type { IRModule } from "../src/ir/module.js";
import { loadArtefact, loadGraph } from "../src/runtime/index.js";
import { Diagnostics } from "../src/support/diagnostic.js";
import { dtype } from "../src/support/dtype.js";
import { zeros } from "../src/support/ndarray.js";
import { tensorValue, type Value } from "../src/support/value.js";
import { collect, measure, timeRowOf, type BenchRow } from "./measure.js";

/** Lengths of chains; the cost of an operation is the slope between the first two. */
const SHORT = 100;
const LONG = 1000;
const HUGE = 10_000;
const CALLS = 1000;

const KERNELS = {
  static: `    def inc(A: T.Buffer((16,), "float32"), B: T.Buffer((16,), "float32")):
        for i in T.vectorized(16):
            B[i] = A[i] + T.float32(1)
`,
  symbolic: `    def inc(A: T.Buffer(("n",), "float32"), B: T.Buffer(("n",), "float32")):
        n = T.int64()
        for i in range(n):
            B[i] = A[i] + T.float32(1)
`,
};
type Case = keyof typeof KERNELS;
const CASES: readonly Case[] = ["static", "symbolic"];

function chain(kind: Case, count: number): IRModule {
  const length = kind === "static" ? "16" : "n";
  const quoted = kind === "static" ? "16" : '"n"';
  const lines = Array.from({ length: count }, (_, i) => {
    const from = i === 0 ? "x" : `y${i - 1}`;
    return `        y${i} = R.call_tir(cls.inc, (${from},), out_ty=R.Tensor((${length},), "float32"))\n`;
  });
  const text = `@I.ir_module
class Chain:
    @T.prim_func(private=True)
${KERNELS[kind]}
    @R.function
    def main(x: R.Tensor((${quoted},), "float32")) -> R.Tensor((${quoted},), "float32"):
${kind === "static" ? "" : "        n = T.int64()\n"}        cls = Chain
${lines.join("")}        return y${count - 1}
`;
  const { module, failed } = readModule({ name: "chain.relax", text }, {});
  if (failed) throw new Error("the chain is not well-formed");
  return module;
}

interface Runnable {
  invoke(name: string, args: readonly Value[]): Value;
}

/** From a module to what is ready to run it. */
async function build(module: IRModule, executor: "vm" | "graph"): Promise<Runnable> {
  const sink = new Diagnostics();
  const lowered = await optimise(module, "@memory", sink);
  const graph = executor === "graph" ? true : undefined;
  const options = { producer: "bench", sources: false, graph } as const;
  const artefact = lowered && buildForWasm(lowered, sink, options);
  if (artefact === undefined) throw new Error(sink.all.map((d) => d.message).join("\n"));
  const load = executor === "graph" ? loadGraph : loadArtefact;
  return load(encodeArtefact(artefact), "chain.rxe");
}

async function secondsToBuild(module: IRModule): Promise<number> {
  collect();
  const before = process.cpuUsage();
  await build(module, "vm");
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Seconds of one call, after the engine has compiled its best code. */
function secondsOfCall(machine: Runnable, count: number): number {
  const x = tensorValue(zeros(dtype("float32"), [16]));
  checkResult(machine.invoke("main", [x]), count);
  const work = (): void => {
    for (let i = 0; i < CALLS; i++) machine.invoke("main", [x]);
  };
  work();
  return measure(work, 9).seconds / CALLS;
}

/** A chain counts its operations. */
function checkResult(result: Value, count: number): void {
  const values = result.kind === "tensor" ? new Float32Array(result.data.bytes.buffer) : [];
  if (values.length !== 16 || values.some((x) => x !== count)) throw new Error("a wrong result");
}

interface PeerFigures {
  readonly op: number;
  readonly build: number;
}

/** Figures of TVM, or undefined when it is not installed. */
function peer(): Readonly<Record<Case, PeerFigures>> | undefined {
  const python = process.env.RELAXC_PEER_PYTHON ?? join(".cache", "peers", "bin", "python");
  if (!existsSync(python)) return undefined;
  const child = spawnSync(python, [join("bench", "peers", "tvm_dispatch.py")], {
    encoding: "utf8",
  });
  if (child.status !== 0) {
    console.error(`the peer failed: ${child.stderr.trim().split("\n").at(-1) ?? ""}`);
    return undefined;
  }
  return JSON.parse(child.stdout) as Record<Case, PeerFigures>;
}

export async function run(): Promise<BenchRow[]> {
  const tvm = peer();
  const rows: BenchRow[] = [];
  for (const kind of CASES) {
    const theirs = tvm && tvm[kind].op * 1e6;
    for (const executor of ["vm", "graph"] as const) {
      const low = secondsOfCall(await build(chain(kind, SHORT), executor), SHORT);
      const high = secondsOfCall(await build(chain(kind, LONG), executor), LONG);
      const micros = ((high - low) / (LONG - SHORT)) * 1e6;
      const what = `${kind}, an operation${executor === "graph" ? " of a graph" : ""}`;
      rows.push(timeRowOf("dispatch", what, "us CPU", micros, theirs, "TVM VM"));
    }
    const some = await secondsToBuild(chain(kind, LONG));
    const built = tvm?.[kind].build;
    rows.push(timeRowOf("dispatch", `${kind}, build of ${LONG}`, "s CPU", some, built, "TVM"));
    const all = await secondsToBuild(chain(kind, HUGE));
    rows.push(timeRowOf("dispatch", `${kind}, build of ${HUGE}`, "s CPU", all));
  }
  return rows;
}
