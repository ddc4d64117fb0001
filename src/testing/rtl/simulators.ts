/** Fabrics as Verilog in the simulators of the system, compared with our own cycle by cycle. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { load } from "../../target/cgra/machine/load.js";
import type { KernelProgram } from "../../target/cgra/machine/program.js";
import { scratchpadBytes, simulate } from "../../target/cgra/machine/simulate.js";
import { configurationHex, configurationOf } from "../../target/cgra/rtl/configure.js";
import { structureOf } from "../../target/cgra/rtl/kinds.js";
import { modelOf, type BuiltRtl, type RtlSimulator } from "./build.js";

export interface RtlRun {
  /** Outputs of all elements at the end of each cycle, a line a cycle. */
  readonly trace: string;
  readonly memory: Uint8Array;
  readonly cycles: number;
}

/** A program with its launch numbers, and the scratchpad when it starts. */
export interface RtlLaunch {
  readonly program: KernelProgram;
  readonly liveins: readonly number[];
  readonly memory: Uint8Array;
}

/** Runs one launch, which must not take more than so many cycles; throws where the simulator fails. */
export function runRtl(
  built: BuiltRtl,
  simulator: RtlSimulator,
  launch: RtlLaunch,
  limit: number,
): RtlRun {
  const { fabric } = built;
  const dir = resolve(built.dir, `run-${simulator}-${process.pid}`);
  mkdirSync(dir, { recursive: true });
  const writes = configurationOf(structureOf(fabric), launch.program, launch.liveins);
  writeFileSync(join(dir, "image.hex"), configurationHex(writes));
  let start = 0;
  for (const [b, { bytes }] of fabric.banks.entries()) {
    const part = launch.memory.subarray(start, start + bytes);
    writeFileSync(join(dir, `bank${b}.hex`), [...part].map((x) => `${hex(x, 2)}\n`).join(""));
    start += bytes;
  }
  const model = modelOf(built, simulator);
  rmSync(join(dir, "cycles.txt"), { force: true });
  const options = [`+dir=${dir}`, `+limit=${limit}`];
  const words = simulator === "icarus" ? ["-n", model, ...options] : options;
  execFileSync(simulator === "icarus" ? "vvp" : model, words, {
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (!existsSync(join(dir, "cycles.txt"))) throw new Error(`${simulator} did not end`);
  const memory = new Uint8Array(scratchpadBytes(fabric));
  start = 0;
  for (const [b, { bytes }] of fabric.banks.entries()) {
    const text = readFileSync(join(dir, `bank${b}.out`), "utf8");
    const words = text.split(/\s+/).filter((w) => /^[0-9a-f]{2}$/i.test(w));
    if (words.length !== bytes) throw new Error(`bank ${b} has ${words.length} bytes`);
    memory.set(words.map((w) => parseInt(w, 16)), start); // prettier-ignore
    start += bytes;
  }
  const [cycles, done] = readFileSync(join(dir, "cycles.txt"), "utf8").split(" ").map(Number);
  if (done !== 1) throw new Error(`${simulator} was stopped after ${cycles} cycles`);
  const trace = readFileSync(join(dir, "trace.txt"), "latin1");
  rmSync(dir, { recursive: true, force: true });
  return { trace, memory, cycles: cycles! };
}

const hex = (x: number, digits: number): string => (x >>> 0).toString(16).padStart(digits, "0");

/** Cycles that hardware may take longer before it is stopped. */
const PATIENCE = 64;

export interface Comparison {
  /** Cycles of our simulator. */
  readonly cycles: number;
  /** The first difference between our simulator and the hardware. */
  readonly difference?: string | undefined;
}

/** Runs a launch in all simulators of a model: outputs of each cycle, the scratchpad, the number of cycles. */
export function compareRtl(built: BuiltRtl, launch: RtlLaunch): Comparison {
  const { liveins, memory } = launch;
  const loaded = load(built.fabric, launch.program);
  if (typeof loaded === "string") return { cycles: 0, difference: loaded };
  const expected = memory.slice();
  const trace: string[] = [];
  const { counters, fault } = simulate(loaded, {
    memory: expected,
    liveins,
    watch: (_, outputs) => trace.push([...outputs].reverse().map((x) => hex(x, 8)).join("")), // prettier-ignore
  });
  const { cycles } = counters;
  const differs = (difference: string): Comparison => ({ cycles, difference });
  if (fault !== undefined)
    return differs(`simulator: cycle ${fault.cycle}, element ${fault.element}: ${fault.what}`);
  for (const simulator of built.simulators) {
    const run = runRtl(built, simulator, launch, cycles + PATIENCE);
    const lines = run.trace.split("\n").filter((l) => l !== "");
    const at = trace.findIndex((line, cycle) => lines[cycle]?.toLowerCase() !== line);
    if (at >= 0)
      return differs(`${simulator}, cycle ${at}: ${traceDifference(trace[at]!, lines[at])}`);
    if (lines.length !== trace.length || run.cycles !== cycles)
      return differs(`${simulator} took ${run.cycles} cycles, not ${cycles}`);
    const byte = expected.findIndex((x, i) => x !== run.memory[i]);
    if (byte >= 0)
      return differs(`${simulator}: byte ${byte} is ${run.memory[byte]}, not ${expected[byte]}`);
  }
  return { cycles };
}

function traceDifference(expected: string, found: string | undefined): string {
  if (found === undefined) return "it has ended";
  const count = expected.length / 8;
  for (let e = 0; e < count; e++) {
    const at = 8 * (count - 1 - e);
    const [x, y] = [expected.slice(at, at + 8), found.slice(at, at + 8)];
    if (x !== y.toLowerCase()) return `element ${e} has ${y}, not ${x}`;
  }
  return "lengths differ";
}
