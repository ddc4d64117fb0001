import {
  codes as mapCodes,
  dropLoopControl,
  mapGraph,
  mappingJson,
  mapText,
  readDfg,
  type Dfg,
  type Fabric,
  type SearchResult,
} from "../../target/cgra/index.js";
import { opcodes } from "../../target/cgra/opcodes.js";
import { Diagnostics } from "../../support/diagnostic.js";
import { readText, writeText } from "../../support/host.js";
import { defineCommand } from "../command.js";
import { fabricFlag, fabricNamed } from "../fabric.js";

const flags = {
  fabric: fabricFlag,
  timeLimit: {
    type: "int",
    placeholder: "SECONDS",
    default: 60,
    help: "Time of the search; then the best mapping so far counts.",
  },
  maxIi: { type: "int", placeholder: "N", help: "Largest interval that is tried." },
  output: { type: "string", short: "o", placeholder: "OUT", help: "Write the mapping as JSON." },
} as const;

export const map = defineCommand({
  name: "map",
  summary: "Maps a data-flow graph to a fabric, with the smallest interval.",
  description:
    "Finds where and when each operation of a loop body runs, and how values travel, so that iterations start as often " +
    "as possible. Intervals are tried from the lower bound up; each is mapped or refuted. " +
    'With --report json the result is {"ii","mii","resMii","recMii","proved","seconds"}, or {"ii":null,"blocked"}.',
  args: [{ name: "GRAPH", help: "a data-flow graph *.json" }],
  flags,
  examples: [
    { run: "relaxc map samples/cgra/dot-product.json", shows: "A loop body on the default fabric" },
    {
      run: "relaxc map samples/cgra/dot-product.json --fabric open-edge-4x4 -o mapping.json",
      shows: "On a preset, with the mapping as a file",
    },
  ],
  diagnosticsTo: "stderr",
  async run({ args, flags, host, report, complain, out, say }) {
    const file = args[0]!;
    const sink = new Diagnostics();
    const graph = readDfg({ name: file, text: await readText(host, file) }, sink);
    const fabric = await fabricNamed(flags.fabric, host, sink);
    if (sink.all.length > 0) report({ file, diagnostics: sink.all });
    if (graph === undefined || fabric === undefined) return "findings";
    const body = fabric.control.loops > 0 ? dropLoopControl(graph) : graph;
    const result = mapGraph(body, fabric, {
      timeLimitMs: 1000 * flags.timeLimit,
      now: () => host.now(),
      progress: (a) => say(`interval ${a.ii}, room ${a.slack}: ${a.result}\n`),
      ...(flags.maxIi !== undefined && { maxIi: flags.maxIi }),
    });
    const blocked = blockedBy(body, fabric, result);
    out(
      flags.report === "json"
        ? `${JSON.stringify(summary(result, blocked?.message))}\n`
        : mapText(body, fabric, result),
    );
    if (blocked !== undefined) {
      complain(blocked);
      return "findings";
    }
    if (flags.output !== undefined)
      await writeText(
        host,
        flags.output,
        `${JSON.stringify(mappingJson(body, fabric, result.mapping!), null, 1)}\n`,
      );
    return "ok";
  },
});

function blockedBy(graph: Dfg, fabric: Fabric, result: SearchResult) {
  if (result.mapping !== undefined) return undefined;
  if (result.unsupported !== undefined) {
    const { op, opcode } = graph.nodes[result.unsupported]!;
    return mapCodes.unsupportedOp({ fabric: fabric.name, op, class: opcodes.get(opcode)!.class });
  }
  const { depth } = fabric.configuration;
  if (result.mii > depth) return mapCodes.deepConfiguration({ ii: result.mii, depth });
  const last = result.attempts.at(-1);
  return mapCodes.notMapped({
    graph: graph.name,
    fabric: fabric.name,
    reason: last?.result === "refuted" ? `interval ${last.ii} is refuted` : "the time is up",
    suggestion: "give more time (--time-limit), or a larger interval (--max-ii)",
  });
}

const summary = (result: SearchResult, blocked: string | undefined): object => {
  const { mii, resMii, recMii, proved } = result;
  const seconds = result.ms / 1000;
  if (result.mapping === undefined) return { ii: null, blocked, mii, resMii, recMii, seconds };
  return { ii: result.mapping.ii, mii, resMii, recMii, proved, seconds };
};
