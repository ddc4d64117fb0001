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
import { buildRtl, installedSimulators, MODELS, type BuiltRtl } from "../rtl/build.js";
import { compareRtl } from "../rtl/simulators.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";
import { programOf } from "./cgra.js";

/** Generated fabrics are small, for the same reason. */
const MOST_ELEMENTS = 9;

function fabricAt(seed: number, index: number): { fabric: Fabric; isPreset: boolean } {
  const names = presetNames();
  // Presets and generated fabrics take turns while there are presets.
  if (index % 2 === 1 && index < 2 * names.length)
    return { fabric: preset(names[index >> 1]!)!, isPreset: true };
  const random = makeRandom(seed * 1_000_003 + index);
  for (;;) {
    const text = JSON.stringify(generateFabric(random));
    const fabric = readFabric({ name: "generated.fabric.json", text }, new Diagnostics());
    if (fabric !== undefined && fabric.elements.length <= MOST_ELEMENTS)
      return { fabric, isPreset: false };
  }
}

interface Launch {
  readonly program: KernelProgram;
  readonly liveins: readonly number[];
}

/** Kernels that are tried until one is mapped. */
const TRIES = 6;
const MAP_WORK = 20e6;

/** A mapped kernel where one is found soon, else words of all kinds. */
function launchOn(fabric: Fabric, isMapped: boolean, random: Random): Launch & { mapped: boolean } {
  for (let tries = 0; isMapped && tries < TRIES; tries++) {
    const kernel = generateKernel(random, fabric);
    const program = programOf({ description: {}, fabric, kernel }, MAP_WORK);
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

interface Plan {
  readonly name: string;
  readonly summary: string;
  readonly full: number;
  /** Inputs on each fabric: compiling one for Verilator takes longer than running them. */
  readonly aFabric: number;
  /** Whether all inputs are mapped kernels, or every second one where it can be. */
  readonly isMapped: boolean;
}

const campaign = ({ name, summary, full, aFabric, isMapped }: Plan): Campaign => ({
  name,
  summary,
  full,
  run(count, seed, progress, first = 0): CampaignResult {
    const simulators = installedSimulators();
    const failures: Failure[] = [];
    const own = join(MODELS, String(process.pid));
    let mapped = 0;
    let cycles = 0;
    let built: BuiltRtl | undefined;
    for (let index = first; index < first + count; index++) {
      const fail = (reason: string, input: unknown): void => {
        failures.push({ index, reason, input: JSON.stringify(input, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v), 1) }); // prettier-ignore
      };
      const place = Math.floor(index / aFabric);
      try {
        if (built === undefined || index % aFabric === 0) {
          const { fabric, isPreset } = fabricAt(seed, place);
          built = buildRtl(fabric, isPreset ? join(MODELS, fabric.name) : own, simulators);
        }
        const { fabric } = built;
        const random = makeRandom(seed * 1_000_003 + index + 700_000);
        const launch = launchOn(fabric, isMapped || index % 2 === 0, random);
        if (launch.mapped) mapped++;
        const memory = Uint8Array.from({ length: scratchpadBytes(fabric) }, () => random.below(256)); // prettier-ignore
        const compared = compareRtl(built, { ...launch, memory });
        cycles += compared.cycles;
        if (compared.difference !== undefined)
          fail(compared.difference, { fabric: fabric.name, seed, place, ...launch });
      } catch (error) {
        fail(error instanceof Error ? (error.stack ?? error.message) : String(error), { place });
      }
      progress(index + 1 - first);
    }
    rmSync(own, { recursive: true, force: true });
    const all = `in ${simulators.join(" and ")}`;
    const equal = { [`inputs ${all}`]: count - failures.length, [`mapped kernels ${all}`]: mapped, [`cycles ${all}`]: cycles }; // prettier-ignore
    return { done: count, failures, equal };
  },
});

export const cgraRtlCampaign = campaign({
  name: "cgra-rtl",
  summary: "Presets and generated fabrics in Icarus and Verilator agree with the simulator.",
  full: 240,
  aFabric: 8,
  isMapped: false,
});

export const cgraRtlMappedCampaign = campaign({
  name: "cgra-rtl-mapped",
  summary: "Mapped kernels on presets and generated fabrics in Icarus and Verilator.",
  full: 160,
  aFabric: 16,
  isMapped: true,
});
