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
  resolve(dir, simulator === "icarus" ? "bench.vvp" : "Vbench");

const QUIET = ["ignore", "ignore", "pipe"] as ["ignore", "ignore", "pipe"];
const VERILATOR = [
  ...["--cc", "--exe", "--main", "--timing", "-j", "1", "--output-split", "0"],
  ...["-Wno-lint", "-Wno-UNOPTFLAT", "--top-module", "bench", "--Mdir", "build"],
];
/** One file, not optimised: models run for seconds, and compilers would take minutes. */
const MAKE = ["-f", "Vbench.mk", "VM_PARALLEL_BUILDS=0", "OPT_FAST=-O0", "OPT_SLOW=-O0", "OPT_GLOBAL=-O0"]; // prettier-ignore
/** What all models of Verilator are linked with. */
const RUNTIME = ["verilated.o", "verilated_threads.o", "verilated_timing.o"];

/** Writes the Verilog of a fabric to a folder and compiles what is not there from the same text. */
export function buildRtl(fabric: Fabric, dir: string, simulators: readonly RtlSimulator[]): BuiltRtl {
  const files = [...rtlOf(fabric)];
  const built = { fabric, dir, simulators };
  const key = createHash("sha256").update(JSON.stringify([files, VERILATOR, MAKE])).digest("hex");
  const keyFile = join(dir, "key");
  if (!existsSync(keyFile) || readFileSync(keyFile, "utf8") !== key) {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
    for (const [name, text] of files) writeFileSync(join(dir, name), text);
    writeFileSync(keyFile, key);
  }
  const names = files.map(([name]) => name);
  for (const simulator of simulators) {
    if (existsSync(modelOf(built, simulator))) continue;
    if (simulator === "icarus") {
      execFileSync("iverilog", ["-g2005", "-o", "made.vvp", ...names], { cwd: dir, stdio: QUIET });
      renameSync(join(dir, "made.vvp"), join(dir, "bench.vvp"));
    } else verilate(dir, names);
  }
  return built;
} // prettier-ignore

function verilate(dir: string, names: readonly string[]): void {
  execFileSync("verilator", [...VERILATOR, ...names], { cwd: dir, stdio: QUIET });
  const made = join(dir, "build");
  const shared = join(MODELS, "runtime");
  const has = RUNTIME.every((name) => existsSync(join(shared, name)));
  if (has) for (const name of RUNTIME) copyFileSync(join(shared, name), join(made, name));
  execFileSync("make", MAKE, { cwd: made, stdio: QUIET });
  mkdirSync(shared, { recursive: true });
  if (!has) for (const name of RUNTIME) copyFileSync(join(made, name), join(shared, name));
  renameSync(join(made, "Vbench"), join(dir, "Vbench"));
  rmSync(made, { recursive: true });
}
