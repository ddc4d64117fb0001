/** Generated kernels on generated fabrics: what the machine does with the image is what the graph means. */
import { isDeepStrictEqual } from "node:util";
import { Diagnostics } from "../../support/diagnostic.js";
import { interpretKernel } from "../../target/cgra/dfg/interpret.js";
import type { Fabric } from "../../target/cgra/fabric/fabric.js";
import { readFabric } from "../../target/cgra/fabric/read-fabric.js";
import { realise } from "../../target/cgra/machine/assemble.js";
import { decodeImage, encodeImage } from "../../target/cgra/machine/image.js";
import { load } from "../../target/cgra/machine/load.js";
import { programText } from "../../target/cgra/machine/program-text.js";
import type { KernelProgram } from "../../target/cgra/machine/program.js";
import { readProgramText } from "../../target/cgra/machine/read-program-text.js";
import { scratchpadBytes, simulate } from "../../target/cgra/machine/simulate.js";
import { problemOf } from "../../target/cgra/map/places.js";
import { mapGraph } from "../../target/cgra/map/search.js";
import { violationsOf } from "../../target/cgra/map/verify.js";
import { generateFabric } from "../generate/cgra-fabric.js";
import { generateKernel, MOST_ITERATIONS, type GeneratedKernel } from "../generate/cgra-kernel.js";
import { makeRandom, type Random } from "../generate/random.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";

/** Steps of a search; enough for most. */
const MAP_WORK = 4e6;

export interface CgraCase {
  readonly description: object;
  readonly fabric: Fabric;
  readonly kernel: GeneratedKernel;
}

export function cgraCaseAt(seed: number, index: number): CgraCase {
  const random = makeRandom(seed * 1_000_003 + index);
  const description = generateFabric(random);
  const sink = new Diagnostics();
  const text = JSON.stringify(description);
  const fabric = readFabric({ name: "generated.fabric.json", text }, sink);
  if (fabric === undefined) throw new Error(sink.all.map((d) => d.message).join("; "));
  return { description, fabric, kernel: generateKernel(random, fabric) };
}

/** The program of a kernel; undefined when it was not mapped in time, a text when something is wrong. */
export function programOf(
  { fabric, kernel }: CgraCase,
  work = MAP_WORK,
): KernelProgram | string | undefined {
  const { mapping } = mapGraph(kernel.graph, fabric, { work });
  if (mapping === undefined) return undefined;
  const problem = problemOf(kernel.graph, fabric);
  const [violation] = violationsOf(problem, mapping);
  if (violation !== undefined) return `checker: ${violation.message}`;
  const realised = realise(problem, kernel, mapping);
  if (realised.kind === "program") return realised.program;
  return realised.kind === "excess"
    ? `registers do not fit: ${JSON.stringify(realised.excesses)}`
    : realised.diagnostic.message;
}

/** Iterations of the innermost loop that are tried: all that begin and end differently. */
const tripsOf = (stages: number): number[] =>
  Array.from({ length: Math.min(MOST_ITERATIONS, 3 * stages) + 1 }, (_, n) => n);

/** Where machine and meaning differ. */
export function runProblem({ fabric, kernel }: CgraCase, program: KernelProgram, random: Random): string | undefined {
  const decoded = decodeImage(fabric, encodeImage(fabric, program), "generated.cgrabin");
  if (!isDeepStrictEqual(decoded, program)) return "the image reads back as another program";
  const sink = new Diagnostics();
  const text = { name: "generated.txt", text: programText(program) };
  if (!isDeepStrictEqual(readProgramText(text, fabric, sink), program))
    return `the text reads back as another program ${sink.all[0]?.message ?? ""}`;
  const loaded = load(fabric, decoded);
  if (typeof loaded === "string") return loaded;
  const start = Uint8Array.from({ length: scratchpadBytes(fabric) }, () => random.below(256));
  for (const n of tripsOf(program.stages)) {
    const liveins = [n, ...kernel.numbers.slice(1)];
    const expected = start.slice();
    const wrong = interpretKernel(kernel, liveins, expected);
    if (wrong !== undefined) return `interpreter: ${wrong}`;
    const memory = start.slice();
    const { fault, counters, unwritten } = simulate(loaded, { memory, liveins, debug: true });
    const what = `${n} iterations`;
    if (fault !== undefined) return `${what}: cycle ${fault.cycle}, element ${fault.element}: ${fault.what}`;
    if (unwritten.length > 0) return `${what}: cycle ${unwritten[0]!.cycle}, element ${unwritten[0]!.element}: ${unwritten[0]!.what}`;
    const { ii, stages, tail } = program;
    const cycles = counters.trip === 0 ? 0 : (counters.trip + stages - 1) * ii + tail;
    if (counters.cycles !== cycles) return `${what}: ${counters.cycles} cycles, expected ${cycles}`;
    const at = memory.findIndex((byte, i) => byte !== expected[i]);
    if (at >= 0) return `${what}: byte ${at} is ${memory[at]}, expected ${expected[at]}`;
  }
  return undefined;
} // prettier-ignore

export const cgraCampaign: Campaign = {
  name: "cgra",
  summary:
    "Generated kernels on generated fabrics: images do what graphs mean, for all trip counts.",
  full: 2000,
  anywhere: true,
  run(count, seed, progress, first = 0): CampaignResult {
    const failures: Failure[] = [];
    let mapped = 0;
    for (let index = first; index < first + count; index++) {
      const made = cgraCaseAt(seed, index);
      let reason: string | undefined;
      try {
        const program = programOf(made);
        if (program !== undefined) mapped++;
        reason =
          program === undefined || typeof program === "string"
            ? program
            : runProblem(made, program, makeRandom(seed * 1_000_003 + index + 500_000));
      } catch (error) {
        reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      }
      const { description, kernel } = made;
      if (reason !== undefined)
        failures.push({ index, reason, input: JSON.stringify({ description, kernel }, null, 1) });
      if (index % 20 === 19) progress(index + 1 - first);
    }
    return { done: count, failures, coverage: { mapped: (100 * mapped) / Math.max(1, count) } };
  },
};
