/** What a search found, for people. */
import type { Dfg } from "../dfg/dfg.js";
import type { Fabric } from "../fabric/fabric.js";
import { attemptText } from "./attempt.js";
import { slotOf, type Mapping } from "./mapping.js";
import type { SearchResult } from "./search.js";

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
          ? `smaller ones are refuted for schedules up to ${result.room} cycles beyond the critical path`
          : "smaller ones were not refuted";
    lines.push(
      `interval ${mapping.ii}: ${quality}; ${Math.round(100 * used)} % of all slots compute`,
    );
    lines.push("", ...grid(graph, fabric, mapping));
  }
  return `${lines.join("\n")}\n`;
}

/** One grid a slot; each cell names the node issued there, or the value moved. */
function grid(graph: Dfg, fabric: Fabric, { ii, elements, times, routes }: Mapping): string[] {
  const cells = Array.from({ length: ii }, () => fabric.elements.map(() => "."));
  graph.nodes.forEach(({ id, opcode }, v) => {
    cells[slotOf(times[v]!, ii)]![elements[v]!] = `${opcode}${id}`;
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
