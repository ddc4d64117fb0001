/** Fabrics of one kind by size: each a part of the next, so that what maps to one maps to the next as well. */
import type { Dfg } from "../target/cgra/dfg/dfg.js";
import { preset, problemOf, violationsOf, type Fabric } from "../target/cgra/index.js";
import { mapGraph, type SearchResult } from "../target/cgra/map/search.js";

/** The north-west corner of a fabric; links, banks and streams that leave it are gone. */
export function cornerOf(fabric: Fabric, rows: number, cols: number): Fabric {
  const kept = fabric.elements.flatMap((_, p) =>
    Math.floor(p / fabric.cols) < rows && p % fabric.cols < cols ? [p] : [],
  );
  const position = new Map(kept.map((p, at) => [p, at]));
  const within = (elements: readonly number[]): number[] =>
    elements.flatMap((p) => position.get(p) ?? []);
  return {
    ...fabric,
    name: `${fabric.name}, ${rows}x${cols} of it`,
    rows,
    cols,
    elements: kept.map((p) => fabric.elements[p]!),
    links: fabric.links.flatMap((link) => {
      const [from, to] = [position.get(link.from), position.get(link.to)];
      return from === undefined || to === undefined ? [] : [{ ...link, from, to }];
    }),
    banks: fabric.banks.map((b) => ({ ...b, elements: within(b.elements) })),
    streams: fabric.streams.map((s) => ({ ...s, elements: within(s.elements) })),
  };
}

/** Corners of a preset from one element on, and all of it. */
export function sizesOf(name: string): readonly Fabric[] {
  const whole = preset(name)!;
  const sides = [[1, 1], [1, 2], [2, 2], [3, 2], [3, 3], [4, 4], [6, 6]] as const; // prettier-ignore
  const inside = sides.filter(([rows, cols]) => rows < whole.rows && cols <= whole.cols);
  return [...inside.map(([rows, cols]) => cornerOf(whole, rows, cols)), whole];
}

/** Why nothing was mapped; undefined where that is not known. */
function refusal({ unsupported, mii, attempts }: SearchResult, fabric: Fabric): string | undefined {
  if (unsupported !== undefined) return "unsupported";
  if (mii > fabric.configuration.depth) return "depth";
  return attempts.length > 0 ? "tried" : undefined;
}

/**
 * What is wrong with the mappings of a graph to fabrics of which each is a part of the next; each search may do so much
 * work.
 */
export function sizeProblem(
  graph: Dfg,
  fabrics: readonly Fabric[],
  work: number,
): string | undefined {
  let best: { readonly ii: number; readonly on: string } | undefined;
  for (const fabric of fabrics) {
    const result = mapGraph(graph, fabric, { work, maxIi: 24 });
    const { mapping, attempts } = result;
    if (mapping === undefined) {
      if (best !== undefined) return `interval ${best.ii} on ${best.on}, none on ${fabric.name}`;
      if (refusal(result, fabric) === undefined) return `no reason on ${fabric.name}`;
      continue;
    }
    const [broken] = violationsOf(problemOf(graph, fabric), mapping);
    if (broken !== undefined) return `${fabric.name}: ${broken.message}`;
    const { ii } = mapping;
    if (best !== undefined && ii > best.ii) {
      const refuted = attempts.some((a) => a.ii === best!.ii && a.result === "refuted");
      return `interval ${best.ii} on ${best.on}, ${ii} on ${fabric.name}${refuted ? ", refuted" : ""}`;
    }
    best = { ii, on: fabric.name };
  }
  return undefined;
}
