/** Fabrics as Verilog in the simulators of the system, compared with our own cycle by cycle. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Fabric } from "../../target/cgra/fabric/fabric.js";
import { load } from "../../target/cgra/machine/load.js";
import type { KernelProgram } from "../../target/cgra/machine/program.js";
import { scratchpadBytes, simulate } from "../../target/cgra/machine/simulate.js";
import { configurationHex, configurationOf } from "../../target/cgra/rtl/configure.js";
import { rtlOf } from "../../target/cgra/rtl/emit.js";
import { structureOf } from "../../target/cgra/rtl/kinds.js";

export const RTL_SIMULATORS = ["icarus", "verilator"] as const;
export type RtlSimulator = (typeof RTL_SIMULATORS)[number];

const PROBES: Readonly<Record<RtlSimulator, readonly [string, string]>> = {
  icarus: ["iverilog", "-V"],
  verilator: ["verilator", "--version"],
};

/** The simulators that are installed. */
export const installedSimulators = (): readonly RtlSimulator[] =>
  RTL_SIMULATORS.filter((s) => spawnSync(PROBES[s][0], [PROBES[s][1]]).status === 0);

export interface BuiltRtl {
  readonly fabric: Fabric;
  readonly dir: string;
  readonly simulators: readonly RtlSimulator[];
}

/** Writes the Verilog of a fabric to a folder and compiles it. */
export function buildRtl(
  fabric: Fabric,
  dir: string,
  simulators: readonly RtlSimulator[],
): BuiltRtl {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const files = [...rtlOf(fabric)];
  for (const [name, text] of files) writeFileSync(join(dir, name), text);
  const names = files.map(([name]) => name);
  const options = { cwd: dir, stdio: ["ignore", "ignore", "pipe"] as ["ignore", "ignore", "pipe"] };
  if (simulators.includes("icarus"))
    execFileSync("iverilog", ["-g2005", "-o", "bench.vvp", ...names], options);
  if (simulators.includes("verilator"))
    execFileSync(
      "verilator",
      ["--binary", "--timing", "-j", "1", "-Wno-lint", "-Wno-UNOPTFLAT", "--top-module", "bench", "--Mdir", "build", ...names], // prettier-ignore
      options,
    );
  return { fabric, dir, simulators };
}

export interface RtlRun {
  /** Outputs of all elements at the end of each cycle, a line a cycle. */
  readonly trace: string;
  readonly memory: Uint8Array;
  readonly cycles: number;
}

/** Runs one launch; throws where the simulator fails. */
export function runRtl(
  built: BuiltRtl,
  simulator: RtlSimulator,
  launch: { readonly program: KernelProgram; readonly liveins: readonly number[]; readonly memory: Uint8Array }, // prettier-ignore
): RtlRun {
  const { fabric } = built;
  const dir = resolve(built.dir, `run-${simulator}`);
  mkdirSync(dir, { recursive: true });
  const writes = configurationOf(structureOf(fabric), launch.program, launch.liveins);
  writeFileSync(join(dir, "image.hex"), configurationHex(writes));
  let start = 0;
  for (const [b, { bytes }] of fabric.banks.entries()) {
    const part = launch.memory.subarray(start, start + bytes);
    writeFileSync(join(dir, `bank${b}.hex`), [...part].map((x) => `${hex(x, 2)}\n`).join(""));
    start += bytes;
  }
  const [command, first] =
    simulator === "icarus"
      ? ["vvp", ["-n", "bench.vvp"]]
      : [resolve(built.dir, "build", "Vbench"), []];
  rmSync(join(dir, "cycles.txt"), { force: true });
  execFileSync(command, [...first, `+dir=${dir}`], { cwd: built.dir, stdio: ["ignore", "ignore", "pipe"] }); // prettier-ignore
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
  return { trace: readFileSync(join(dir, "trace.txt"), "utf8"), memory, cycles: cycles! };
}

const hex = (x: number, digits: number): string => (x >>> 0).toString(16).padStart(digits, "0");

/** The first difference between our simulator and the hardware on a launch; undefined when there is none. */
export function rtlDifference(
  built: BuiltRtl,
  program: KernelProgram,
  liveins: readonly number[],
  memory: Uint8Array,
): string | undefined {
  const loaded = load(built.fabric, program);
  if (typeof loaded === "string") return loaded;
  const expected = memory.slice();
  const trace: string[] = [];
  const { counters, fault } = simulate(loaded, {
    memory: expected,
    liveins,
    watch: (_, outputs) => trace.push([...outputs].reverse().map((x) => hex(x, 8)).join("")), // prettier-ignore
  });
  if (fault !== undefined) return `simulator: cycle ${fault.cycle}, element ${fault.element}: ${fault.what}`; // prettier-ignore
  for (const simulator of built.simulators) {
    const run = runRtl(built, simulator, { program, liveins, memory });
    const lines = run.trace.split("\n").filter((l) => l !== "");
    const at = trace.findIndex((line, cycle) => lines[cycle]?.toLowerCase() !== line);
    if (at >= 0) return `${simulator}, cycle ${at}: ${traceDifference(trace[at]!, lines[at])}`;
    if (lines.length !== trace.length || run.cycles !== counters.cycles)
      return `${simulator} took ${run.cycles} cycles, not ${counters.cycles}`;
    const byte = expected.findIndex((x, i) => x !== run.memory[i]);
    if (byte >= 0) return `${simulator}: byte ${byte} is ${run.memory[byte]}, not ${expected[byte]}`; // prettier-ignore
  }
  return undefined;
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
