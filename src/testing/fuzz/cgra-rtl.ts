/** Fabrics as hardware: mapped kernels and generated words do in Verilog, cycle by cycle, what our simulator does. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Diagnostics } from "../../support/diagnostic.js";
import type { Fabric } from "../../target/cgra/fabric/fabric.js";
import { preset, presetNames } from "../../target/cgra/fabric/presets.js";
import { readFabric } from "../../target/cgra/fabric/read-fabric.js";
import { load } from "../../target/cgra/machine/load.js";
import type { KernelProgram } from "../../target/cgra/machine/program.js";
import { scratchpadBytes } from "../../target/cgra/machine/simulate.js";
import { generateFabric } from "../generate/cgra-fabric.js";
import { generateKernel } from "../generate/cgra-kernel.js";
import { generateProgram } from "../generate/cgra-program.js";
import { makeRandom, type Random } from "../generate/random.js";
import { buildRtl, installedSimulators, rtlDifference, type BuiltRtl } from "../rtl/simulators.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";
import { programOf } from "./cgra.js";

/** Kernels on each fabric: compiling one for Verilator takes longer than running them. */
const A_FABRIC = 8;
/** Generated fabrics are small, for the same reason. */
const MOST_ELEMENTS = 9;

function fabricAt(seed: number, index: number): Fabric {
  const names = presetNames();
  // Presets and generated fabrics take turns while there are presets.
  if (index % 2 === 1 && index < 2 * names.length) return preset(names[index >> 1]!)!;
  const random = makeRandom(seed * 1_000_003 + index);
  for (;;) {
    const text = JSON.stringify(generateFabric(random));
    const fabric = readFabric({ name: "generated.fabric.json", text }, new Diagnostics());
    if (fabric !== undefined && fabric.elements.length <= MOST_ELEMENTS) return fabric;
  }
}

interface Launch {
  readonly program: KernelProgram;
  readonly liveins: readonly number[];
}

/** A mapped kernel where one is found soon, else words of all kinds. */
function launchOn(fabric: Fabric, isMapped: boolean, random: Random): Launch & { mapped: boolean } {
  const streams = fabric.streams.length > 0 && fabric.control.loops > 0;
  for (let tries = 0; isMapped && streams && tries < 3; tries++) {
    const kernel = generateKernel(random, fabric);
    const program = programOf({ description: {}, fabric, kernel });
    if (program === undefined || typeof program === "string") continue;
    const liveins = [random.between(0, 3 * program.stages), ...kernel.numbers.slice(1)];
    return { program, liveins, mapped: true };
  }
  for (;;) {
    const program = generateProgram(random, fabric);
    if (typeof load(fabric, program) === "string") continue;
    return { program, liveins: [random.between(0, 6), random.between(1, 6)], mapped: false };
  }
}

export const cgraRtlCampaign: Campaign = {
  name: "cgra-rtl",
  summary: "Presets and generated fabrics in Icarus and Verilator agree with the simulator.",
  full: 240,
  run(count, seed, progress): CampaignResult {
    const simulators = installedSimulators();
    const failures: Failure[] = [];
    const dir = join("node_modules", ".cache", "cgra-rtl", String(process.pid));
    let mapped = 0;
    let built: BuiltRtl | undefined;
    for (let index = 0; index < count; index++) {
      const fail = (reason: string, input: unknown): void => {
        failures.push({ index, reason, input: JSON.stringify(input, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v), 1) }); // prettier-ignore
      };
      const place = Math.floor(index / A_FABRIC);
      try {
        if (index % A_FABRIC === 0) built = buildRtl(fabricAt(seed, place), dir, simulators);
        const { fabric } = built!;
        const random = makeRandom(seed * 1_000_003 + index + 700_000);
        const launch = launchOn(fabric, index % 2 === 0, random);
        if (launch.mapped) mapped++;
        const memory = Uint8Array.from({ length: scratchpadBytes(fabric) }, () => random.below(256)); // prettier-ignore
        const reason = rtlDifference(built!, launch.program, launch.liveins, memory);
        if (reason !== undefined) fail(reason, { fabric: fabric.name, seed, place, ...launch });
      } catch (error) {
        fail(error instanceof Error ? (error.stack ?? error.message) : String(error), { place });
      }
      progress(index + 1);
    }
    rmSync(dir, { recursive: true, force: true });
    const coverage = {
      mapped: (100 * mapped) / Math.max(1, count),
      ...Object.fromEntries(simulators.map((s) => [`in ${s}`, 100])),
    };
    return { done: count, failures, coverage };
  },
};
