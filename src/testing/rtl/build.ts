/** Models of fabrics in the simulators of the system: compiled once, run with any number of images. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"; // prettier-ignore
import { join, resolve } from "node:path";
import type { Fabric } from "../../target/cgra/fabric/fabric.js";
import { rtlOf } from "../../target/cgra/rtl/emit.js";

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

/** Where models are kept between runs. */
export const MODELS = join("node_modules", ".cache", "cgra-rtl");

/** The compiled file: a program, or what `vvp` runs. */
export const modelOf = ({ dir }: BuiltRtl, simulator: RtlSimulator): string =>
  resolve(dir, simulator, simulator === "icarus" ? "bench.vvp" : "Vbench");

const QUIET = ["ignore", "ignore", "pipe"] as ["ignore", "ignore", "pipe"];
const VERILATOR = [
  ...["--cc", "--exe", "--main", "--timing", "-j", "1", "--output-split", "0"],
  ...["-Wno-lint", "-Wno-UNOPTFLAT", "--top-module", "bench", "--Mdir", "build"],
];
/** One file, not optimised: models run for seconds, and compilers would take minutes. */
const MAKE = ["-f", "Vbench.mk", "VM_PARALLEL_BUILDS=0", "OPT_FAST=-O0", "OPT_SLOW=-O0", "OPT_GLOBAL=-O0"]; // prettier-ignore
/** What all models of Verilator are linked with. */
const RUNTIME = ["verilated.o", "verilated_threads.o", "verilated_timing.o"];

/** Compiles a fabric in a folder, unless it was compiled there from the same text. */
export function buildRtl(
  fabric: Fabric,
  dir: string,
  simulators: readonly RtlSimulator[],
): BuiltRtl {
  const files = [...rtlOf(fabric)];
  const built = { fabric, dir, simulators };
  const key = createHash("sha256")
    .update(JSON.stringify([files, VERILATOR, MAKE]))
    .digest("hex");
  for (const simulator of simulators) {
    const keyFile = join(dir, simulator, "key");
    if (existsSync(keyFile) && readFileSync(keyFile, "utf8") === key) continue;
    // Processes may build the same at once; what they put in place is whole.
    const own = join(dir, `${simulator}-${process.pid}`);
    mkdirSync(own, { recursive: true });
    for (const [name, text] of files) writeFileSync(join(own, name), text);
    const names = files.map(([name]) => name);
    if (simulator === "icarus")
      execFileSync("iverilog", ["-g2005", "-o", "bench.vvp", ...names], { cwd: own, stdio: QUIET });
    else verilate(own, names);
    writeFileSync(join(own, "key"), key);
    rmSync(join(dir, simulator), { recursive: true, force: true });
    renameSync(own, join(dir, simulator));
  }
  return built;
}

function verilate(dir: string, names: readonly string[]): void {
  execFileSync("verilator", [...VERILATOR, ...names], { cwd: dir, stdio: QUIET });
  const made = join(dir, "build");
  const shared = join(MODELS, "runtime");
  const has = existsSync(shared);
  if (has) for (const name of RUNTIME) copyFileSync(join(shared, name), join(made, name));
  execFileSync("make", MAKE, { cwd: made, stdio: QUIET });
  renameSync(join(made, "Vbench"), join(dir, "Vbench"));
  if (!has) shareRuntime(made, shared);
  rmSync(made, { recursive: true });
}

function shareRuntime(made: string, shared: string): void {
  const own = `${shared}-${process.pid}`;
  mkdirSync(own, { recursive: true });
  for (const name of RUNTIME) copyFileSync(join(made, name), join(own, name));
  if (existsSync(shared)) rmSync(own, { recursive: true });
  else renameSync(own, shared);
}
