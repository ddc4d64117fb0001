import {
  codes as mapCodes,
  defaultPlaces,
  dropLoopControl,
  extractKernel,
  graphDot,
  kernelText,
  mapGraph,
  mappingJson,
  attemptText,
  endText,
  mapText,
  readDfg,
  remedyOf,
  shortageText,
  type Dfg,
  type Fabric,
  type LoopKernel,
  type SearchResult,
} from "../../target/cgra/index.js";
import { graphText } from "../../target/cgra/dfg/text.js";
import { opcodes } from "../../target/cgra/opcodes.js";
import { Diagnostics } from "../../support/diagnostic.js";
import type { Source } from "../../support/source.js";
import { kernelsOfText } from "../cgra/kernels.js";
import { readText, writeText } from "../../support/host.js";
import { defineCommand } from "../command.js";
import { codes as cliCodes } from "../codes.js";
import { externalSolver, isSolver } from "../external-solver.js";
import { fabricFlag, fabricNamed } from "../fabric.js";
import { searchLimits } from "../map-limits.js";
import { Refutations } from "../refutations.js";

const flags = {
  fabric: fabricFlag,
  work: {
    type: "int",
    placeholder: "MILLIONS",
    default: 300,
    least: 1,
    help: "Steps of the search, the same on all machines; then the best mapping so far counts.",
  },
  timeLimit: {
    type: "int",
    placeholder: "SECONDS",
    default: 600,
    least: 1,
    help: "Time of the search, for machines too slow for so many steps; what it ends may differ between runs.",
  },
  memory: {
    type: "int",
    placeholder: "MB",
    default: 512,
    least: 1,
    help: "What clauses and their proofs may take; searches that need more end. Another solver gets what is left.",
  },
  maxIi: { type: "int", placeholder: "N", least: 1, help: "Largest interval that is tried." },
  kernel: { type: "string", placeholder: "NAME", help: "Map only this kernel of a program." },
  dfg: { type: "boolean", help: "Show the data-flow graphs, and map nothing." },
  seed: {
    type: "int",
    placeholder: "N",
    default: 1,
    help: "Of the choices that negotiation makes.",
  },
  solver: {
    type: "string",
    placeholder: "COMMAND",
    help: "Solve with another SAT solver, such as cadical or minisat.",
  },
  proof: {
    type: "string",
    placeholder: "NAME",
    help: "Write why no smaller interval was found: clauses to NAME.cnf (DIMACS), their refutation to NAME.drat (DRAT).",
  },
  dot: { type: "boolean", help: "Show the data-flow graphs for Graphviz, and map nothing." },
  output: {
    type: "string",
    short: "o",
    placeholder: "OUT",
    help: "Write the mapping as JSON; of several kernels, a list.",
  },
} as const;

export const map = defineCommand({
  name: "map",
  summary: "Maps loops or data-flow graphs to a fabric, with the smallest interval.",
  description:
    "Finds where and when each operation of a loop body runs, and how values travel, so that iterations start as often " +
    "as possible. Intervals are tried from the lower bound up; each is mapped or refuted. Of a program, the loops " +
    "annotated `cgra.kernel` are taken. " +
    'With --report json the result is {"ii","mii","resMii","recMii","proved","room","stoppedBy","seconds"}, or {"ii":null,"blocked"}, ' +
    "a line for each graph. " +
    "`proved` says that no schedule up to `room` cycles beyond the critical path has a smaller interval, none at all " +
    "where `room` is null; `stoppedBy` names limits that were reached.",
  args: [{ name: "INPUT", help: "a program, or a data-flow graph *.json" }],
  flags,
  examples: [
    { run: "relaxc map samples/cgra/dot-product.json", shows: "A loop body on the default fabric" },
    {
      run: "relaxc map samples/cgra/dot-product.json --fabric open-edge-4x4 -o mapping.json",
      shows: "On a preset, with the mapping as a file",
    },
    {
      run: "relaxc map samples/cgra/flow/fir.relax --fabric cgra-flow-4x4 --dfg",
      shows: "The graph of a loop of a program",
    },
  ],
  diagnosticsTo: "stderr",
  async run({ args, flags, host, report, complain, out, say }) {
    const file = args[0]!;
    const sink = new Diagnostics();
    const command = flags.solver;
    if (command !== undefined && !isSolver(command)) {
      complain(mapCodes.noSolver({ command }));
      return "usage";
    }
    if (command !== undefined && flags.proof !== undefined) {
      complain(cliCodes.flagConflict({ flag: "--proof", other: "--solver" }));
      return "usage";
    }
    const fabric = await fabricNamed(flags.fabric, host, sink);
    const source = { name: file, text: await readText(host, file) };
    const graphs = fabric === undefined ? [] : graphsOf(source, fabric, flags.kernel, sink);
    if (sink.all.length > 0) report({ file, diagnostics: sink.all });
    if (fabric === undefined || graphs === undefined) return "findings";
    if (flags.dfg || flags.dot) {
      for (const { graph, kernel } of graphs)
        out(flags.dot ? graphDot(graph) : kernel ? kernelText(kernel) : graphText(graph));
      return sink.failed ? "findings" : "ok";
    }
    const mappings: object[] = [];
    let complete = !sink.failed;
    for (const { graph } of graphs) {
      const refutations = new Refutations();
      const result = mapGraph(graph, fabric, {
        ...searchLimits({
          work: flags.work,
          seconds: flags.timeLimit,
          megabytes: flags.memory,
        }),
        now: () => host.now(),
        progress: (a) => say(`${attemptText(a)}\n`),
        seed: flags.seed,
        ...(flags.maxIi !== undefined && { maxIi: flags.maxIi }),
        ...(command !== undefined && { solver: (memory) => externalSolver(command, memory) }),
        ...(flags.proof !== undefined && {
          solver: (memory, of) => refutations.solver(memory, of),
        }),
      });
      if (flags.proof !== undefined) {
        const name = graphs.length === 1 ? flags.proof : `${flags.proof}.${graph.name}`;
        const about = `${graph.name} on ${fabric.name}`;
        const files = result.mapping && refutations.filesOf(result, about);
        if (files === undefined) say(`${about}: there is no smaller interval to refute, or it was not refuted\n`); // prettier-ignore
        for (const [end, text] of files ?? []) await writeText(host, `${name}.${end}`, text);
      }
      const blocked = blockedBy(graph, fabric, result);
      out(
        flags.report === "json"
          ? `${JSON.stringify(summary(result, blocked?.message))}\n`
          : mapText(graph, fabric, result),
      );
      if (blocked !== undefined) {
        complain(blocked);
        complete = false;
      } else mappings.push(mappingJson(graph, fabric, result.mapping!));
    }
    if (complete && flags.output !== undefined) {
      const written = mappings.length === 1 ? mappings[0] : mappings;
      await writeText(host, flags.output, `${JSON.stringify(written, null, 1)}\n`);
    }
    return complete ? "ok" : "findings";
  },
});

interface Mappable {
  readonly graph: Dfg;
  readonly kernel?: LoopKernel;
}

/** The graph of a file, or those of the kernels of a program; undefined when there is nothing to map. */
function graphsOf(
  source: Source,
  fabric: Fabric,
  only: string | undefined,
  sink: Diagnostics,
): readonly Mappable[] | undefined {
  if (source.text.trimStart().startsWith("{")) {
    const graph = readDfg(source, sink);
    if (graph === undefined) return undefined;
    return [{ graph: fabric.control.loops > 0 ? dropLoopControl(graph) : graph }];
  }
  const functions = kernelsOfText(source, only, sink) ?? [];
  const kernels = functions.flatMap((f) => {
    const kernel = extractKernel(f, fabric, defaultPlaces(f, fabric), sink);
    return kernel === undefined ? [] : [{ graph: kernel.graph, kernel }];
  });
  return kernels.length > 0 ? kernels : undefined;
}

function blockedBy(graph: Dfg, fabric: Fabric, result: SearchResult) {
  if (result.mapping !== undefined) return undefined;
  if (result.unsupported !== undefined) {
    const { op, opcode } = graph.nodes[result.unsupported]!;
    return mapCodes.unsupportedOp({ fabric: fabric.name, op, class: opcodes.get(opcode)!.class });
  }
  const { depth } = fabric.configuration;
  if (result.mii > depth) return mapCodes.deepConfiguration({ ii: result.mii, depth });
  const { partial } = result;
  const missing =
    partial === undefined ? "" : `; at interval ${partial.ii} ${shortageText(partial)}`;
  const remedy = partial && remedyOf(partial);
  return mapCodes.notMapped({
    graph: graph.name,
    fabric: fabric.name,
    reason: `${endText(result)}${missing}`,
    suggestion: `allow more (--work, --time-limit, --memory), or a larger interval (--max-ii)${remedy === undefined ? "" : `; it would take ${remedy}`}`,
  });
}

const summary = (result: SearchResult, blocked: string | undefined): object => {
  const { mii, resMii, recMii, proved, room, stoppedBy } = result;
  const seconds = result.ms / 1000;
  if (result.mapping === undefined)
    return { ii: null, blocked, mii, resMii, recMii, stoppedBy, seconds };
  return { ii: result.mapping.ii, mii, resMii, recMii, proved, room, stoppedBy, seconds };
};
