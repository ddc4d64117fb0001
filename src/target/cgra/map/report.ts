/** What a search found, for people. */
import type { Dfg } from "../dfg/dfg.js";
import type { Fabric } from "../fabric/fabric.js";
import { attemptText } from "./attempt.js";
import { slotOf, type Mapping } from "./mapping.js";
import type { PartialMapping } from "./negotiate/index.js";
import type { Shortage } from "./negotiate/resources.js";
import type { Limit, SearchResult } from "./search.js";

export function mapText(graph: Dfg, fabric: Fabric, result: SearchResult): string {
  const { mapping, resMii, recMii, mii } = result;
  const lines = [
    `${graph.name} on ${fabric.name}: ${graph.nodes.length} operations, ${graph.edges.length} edges, ${fabric.elements.length} elements`,
    `lower bound ${mii} (resources ${resMii}, recurrences ${recMii})`,
  ];
  for (const attempt of result.attempts) lines.push(`  ${attemptText(attempt)}`);
  if (mapping !== undefined) {
    const used = graph.nodes.length / (fabric.elements.length * mapping.ii);
    const quality =
      mapping.ii === mii
        ? "the lower bound"
        : result.proved
          ? `smaller ones are refuted for schedules ${roomText(result.room)}`
          : "smaller ones were not refuted";
    lines.push(
      `interval ${mapping.ii}: ${quality}; ${Math.round(100 * used)} % of all slots compute`,
    );
    lines.push("", ...grid(graph, fabric, mapping));
  }
  for (const limit of result.stoppedBy) lines.push(STOPPED[limit]);
  if (result.partial !== undefined) lines.push(...partialLines(graph, fabric, result.partial));
  return `${lines.join("\n")}\n`;
}

const roomText = (room: number): string =>
  room === Infinity ? "of any length" : `up to ${room} cycles beyond the critical path`;

const STOPPED: Readonly<Record<Limit, string>> = {
  work: "stopped when the work allowed was done (--work)",
  time: "stopped by time (--time-limit): another run may find more or less",
  memory: "some searches by clauses ended at the limit of memory (--memory)",
};
const ENDS: Readonly<Record<Limit, string>> = {
  work: "the work allowed is done",
  time: "the time is up",
  memory: "memory is short",
};

/** Why nothing was mapped. */
export function endText({ attempts, stoppedBy }: SearchResult): string {
  const last = attempts.at(-1);
  if (last?.result === "refuted") return `interval ${last.ii} is refuted`;
  return stoppedBy.map((limit) => ENDS[limit]).join(", ") || "all there is to try was tried";
}

/** What was placed of a graph that was not mapped, and what there was too little of. */
function partialLines(graph: Dfg, fabric: Fabric, partial: PartialMapping): string[] {
  const { ii, places } = partial;
  const open = graph.nodes.filter((_, v) => places[v] === undefined);
  const names = open.slice(0, MOST_NAMES).map(({ id, opcode }) => `${opcode}${id}`);
  const more = open.length > names.length ? ` and ${open.length - names.length} more` : "";
  const elements = places.map((place) => place?.element ?? -1);
  const times = places.map((place) => place?.time ?? 0);
  return [
    `interval ${ii} as far as it came: ${shortageText(partial)}`,
    `not placed: ${names.join(", ")}${more}`,
    "",
    ...grid(graph, fabric, { ii, elements, times, routes: [] }),
  ];
}

const MOST_NAMES = 20;
const SHORT: Readonly<Record<Shortage, string>> = {
  issue: "slots of elements",
  register: "registers",
  read: "read ports of registers",
  write: "write ports of registers",
  link: "links",
  bank: "ports of banks",
};
const REMEDY: Readonly<Record<Shortage, string>> = {
  issue: "more elements that execute these operations, or a larger interval (--max-ii)",
  register: "more registers (pe.rf.regs)",
  read: "more read ports (pe.rf.read)",
  write: "more write ports (pe.rf.write)",
  link: "more links (topology), or more hops a cycle (route, hops)",
  bank: "more ports (mem.banks)",
};

/** What was missing, most first. */
export function shortageText({ shortages }: PartialMapping): string {
  const found = mostFirst(shortages).map(([kind, count]) => `${count} ${SHORT[kind]}`);
  if (found.length === 0) return "values do not reach their readers in time";
  return `over all slots ${found.join(", ")} are missing`;
}

/** What would help most; undefined when nothing is known to be missing. */
export function remedyOf({ shortages }: PartialMapping): string | undefined {
  const most = mostFirst(shortages)[0];
  return most && REMEDY[most[0]];
}

const mostFirst = (
  shortages: PartialMapping["shortages"],
): readonly (readonly [Shortage, number])[] => [...shortages].sort((a, b) => b[1] - a[1]);

/** One grid a slot; each cell names the node issued there, or the value moved. */
function grid(graph: Dfg, fabric: Fabric, { ii, elements, times, routes }: Mapping): string[] {
  const cells = Array.from({ length: ii }, () => fabric.elements.map(() => "."));
  graph.nodes.forEach(({ id, opcode }, v) => {
    if (elements[v]! >= 0) cells[slotOf(times[v]!, ii)]![elements[v]!] = `${opcode}${id}`;
  });
  routes.forEach(({ moves }, u) => {
    for (const { element, time } of moves)
      cells[slotOf(time, ii)]![element] = `mov ${graph.nodes[u]!.id}`;
  });
  const width = Math.max(...cells.flat().map((c) => c.length));
  return cells.flatMap((row, slot) => [
    `slot ${slot}`,
    ...Array.from(
      { length: fabric.rows },
      (_, r) =>
        `  ${row
          .slice(r * fabric.cols, (r + 1) * fabric.cols)
          .map((c) => c.padEnd(width))
          .join("  ")
          .trimEnd()}`,
    ),
  ]);
}
