/** Generated loop nests: their graphs, and what a machine does with these, compute what the program does. */
import { readModule } from "../../driver/frontend.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { kernelFunctions, type Fabric } from "../../target/cgra/index.js";
import { readFabric } from "../../target/cgra/fabric/read-fabric.js";
import { realise } from "../../target/cgra/machine/assemble.js";
import { load } from "../../target/cgra/machine/load.js";
import { simulate } from "../../target/cgra/machine/simulate.js";
import { problemOf } from "../../target/cgra/map/places.js";
import { mapGraph } from "../../target/cgra/map/search.js";
import { OP_CLASSES } from "../../target/cgra/opcodes.js";
import { compareLaunch, makeLaunch, type Launch } from "../cgra.js";
import { generateNest, type GeneratedNest } from "../generate/cgra-nest.js";
import { makeRandom } from "../generate/random.js";
import type { Campaign, CampaignResult, Failure } from "./campaign.js";

const MAP_WORK = 6e6;

/** A fabric with all operations everywhere, streams included, whose sequencer counts so many loops. */
export function completeFabric(loops = 3): Fabric {
  const column = [0, 4, 8, 12];
  const text = JSON.stringify({
    name: "complete",
    rows: 4,
    cols: 4,
    topology: "torus",
    route: "bypass",
    pe: {
      ops: OP_CLASSES,
      rf: { regs: 8, read: 4, write: 4, visible: "neighbours" },
      consts: 8,
      pred: "partial",
    },
    mem: {
      banks: column.map((p, i) => ({ name: `b${i}`, bytes: 4096, ports: 2, pes: [p, p + 1] })),
      streams: [
        { name: "in0", bank: "b0", dims: 3, dir: "in", pes: [0] },
        { name: "in1", bank: "b1", dims: 2, dir: "in", pes: [4] },
        { name: "out0", bank: "b2", dims: 2, dir: "out", pes: [8] },
      ],
    },
    ctrl: { loops, liveins: 128 },
  });
  const sink = new Diagnostics();
  const fabric = readFabric({ name: "complete.fabric.json", text }, sink);
  if (fabric === undefined) throw new Error(sink.all.map((d) => d.message).join("; "));
  return fabric;
}

/** What is wrong with the graph of a nest; `isOnMachine` also maps it and runs the words. */
export function nestProblem(
  { text, sizes }: GeneratedNest,
  fabric: Fabric,
  seed: number,
  isOnMachine: boolean,
): string | undefined {
  const { module, failed, diagnostics } = readModule({ name: "nest.relax", text });
  if (failed) return `text: ${diagnostics[0]!.message}`;
  const sink = new Diagnostics();
  const [func] = kernelFunctions(module, sink);
  if (func === undefined) return `split: ${sink.all[0]?.message}`;
  const launch = (): Launch | string => makeLaunch(func, fabric, sizes, makeRandom(seed));
  const first = launch();
  if (typeof first === "string") return `extraction: ${first}`;
  const wrong = compareLaunch(first);
  if (wrong !== undefined || !isOnMachine) return wrong;
  return compareLaunch(launch() as Launch, (l) => onMachine(l, fabric));
}

/** Runs the launch on the machine; nothing happens when no mapping was found in time. */
function onMachine(
  { kernel, liveins, scratchpad, args }: Launch,
  fabric: Fabric,
): string | undefined {
  const { mapping } = mapGraph(kernel.graph, fabric, { work: MAP_WORK });
  if (mapping === undefined) return NOT_MAPPED;
  const realised = realise(problemOf(kernel.graph, fabric), kernel, mapping);
  if (realised.kind !== "program") return NOT_MAPPED;
  const loaded = load(fabric, realised.program);
  if (typeof loaded === "string") return loaded;
  const { fault } = simulate(loaded, { memory: scratchpad, liveins, debug: args.length > 0 });
  return fault && `machine: ${fault.what} in cycle ${fault.cycle}`;
}
const NOT_MAPPED = "not mapped";

export const cgraNestsCampaign: Campaign = {
  name: "cgra-nests",
  summary: "Generated loop nests: graphs, and words made of them, compute what the program does.",
  full: 2000,
  anywhere: true,
  run(count, seed, progress, first = 0): CampaignResult {
    const fabrics = [3, 1, 2].map(completeFabric);
    const failures: Failure[] = [];
    let mapped = 0;
    for (let index = first; index < first + count; index++) {
      const nest = generateNest(makeRandom(seed * 1_000_003 + index));
      let reason: string | undefined;
      try {
        reason = nestProblem(nest, fabrics[index % 3]!, index, index % 4 === 0);
      } catch (error) {
        reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      }
      // What the program itself must not do is no mistake of the graph.
      if (reason === NOT_MAPPED || reason?.startsWith("interpreter")) reason = undefined;
      else if (reason === undefined && index % 4 === 0) mapped++;
      if (reason !== undefined)
        failures.push({ index, reason, input: `${nest.text}# ${JSON.stringify(nest.sizes)}\n` });
      if (index % 20 === 19) progress(index + 1 - first);
    }
    return { done: count, failures, coverage: { mapped: (400 * mapped) / Math.max(1, count) } };
  },
};
