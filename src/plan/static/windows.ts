/**
 * Placement of very many buffers by windows of time: buffers that cross a cut between windows (the spine) are stacked
 * at the bottom; each window is then a small problem of its own over the tops of the spine, solved by exact search.
 */
import { orderBy } from "../../support/placement/first-fit.js";
import { searchWithRestarts } from "../../support/placement/restarts.js";
import { SkylineState, UNIT_LIMIT } from "../../support/placement/skyline-state.js";
import type { Columns } from "./columns.js";
import { placeThroughTree } from "./interval-tree.js";

/** Sections of a window. */
const WINDOW = 250;
/** Nodes of one search in one window. */
const NODES = 1500;
/** Share of the bound above which a spine leaves too little room. */
const SPINE_SHARE = 0.5;
/** Height over the bound at which the method gives up. */
const GIVE_UP = 1.25;

/** Offsets in units; none when too much crosses the cuts, or a window finds no placement. */
export function placeInWindows(columns: Columns): Float64Array | undefined {
  const { sections, shelf } = columns;
  const size = columns.units.size;
  const bound = Math.ceil(columns.lowerBound / columns.units.unit);
  if (bound * GIVE_UP * 2 >= UNIT_LIMIT) return undefined;
  const crossing = crossingUnits(columns);
  const cuts = chooseCuts(crossing);
  if (cuts.some((s) => crossing[s]! > bound * SPINE_SHARE)) return undefined;
  const windowOf = numberWindows(cuts, sections.count);
  const isSpine = (b: number): boolean =>
    windowOf[sections.first[b]!] !== windowOf[sections.end[b]! - 1];
  const offset = placeSpine(columns, isSpine);
  const tops = new Float64Array(sections.count);
  const members: number[][] = Array.from({ length: cuts.length + 1 }, () => []);
  for (let b = 0; b < size.length; b++) {
    const from = sections.first[b]!;
    if (!isSpine(b)) {
      if (size[b]! > 0) members[windowOf[from]!]!.push(b);
      continue;
    }
    const top = offset[b]! + size[b]!;
    for (let s = from; s < sections.end[b]!; s++) if (top > tops[s]!) tops[s] = top;
  }
  const edges = [0, ...cuts, sections.count];
  let capacity = bound;
  for (const [w, inside] of members.entries()) {
    const from = edges[w]!;
    const state = new SkylineState(
      {
        count: edges[w + 1]! - from,
        first: Int32Array.from(inside, (b) => sections.first[b]! - from),
        end: Int32Array.from(inside, (b) => sections.end[b]! - from),
      },
      inside.map((b) => size[b]!),
      undefined,
      tops.subarray(from, edges[w + 1]!),
    );
    for (;;) {
      if (capacity > bound * GIVE_UP) return undefined;
      state.capacity = capacity;
      const { verdict } = searchWithRestarts(state, { nodes: NODES + inside.length });
      if (verdict === "found") break;
      capacity = Math.ceil(capacity * (verdict === "limit" ? 1.02 : 1.01));
    }
    for (let i = 0; i < state.count; i++) offset[inside[state.original[i]!]!] = state.least[i]!;
  }
  return offset;

  function placeSpine({ span }: Columns, belongs: (b: number) => boolean): Float64Array {
    const spine = size.map((z, b) => (belongs(b) ? z : 0));
    const flat = { sections: shelf.sections, size: spine };
    const [best] = (["life", "size"] as const)
      .map((kind) => placeThroughTree(flat, orderBy(kind, flat, span)))
      .sort((a, b) => topOf(a, spine) - topOf(b, spine));
    return best!;
  }
}

const topOf = (offset: Float64Array, size: Float64Array): number =>
  offset.reduce((top, y, b) => (size[b]! > 0 ? Math.max(top, y + size[b]!) : top), 0);

/** Units that are live on both sides of the boundary before each section. */
function crossingUnits({ sections, units }: Columns): Float64Array {
  const change = new Float64Array(sections.count + 1);
  for (let b = 0; b < units.size.length; b++) {
    change[sections.first[b]! + 1]! += units.size[b]!;
    change[sections.end[b]!]! -= units.size[b]!;
  }
  for (let s = 1; s <= sections.count; s++) change[s]! += change[s - 1]!;
  return change;
}

/** Boundaries about a window apart, each the cheapest in the last quarter of its window. */
function chooseCuts(crossing: Float64Array): number[] {
  const cuts: number[] = [];
  const count = crossing.length - 1;
  for (let from = 0; count - from > WINDOW; from = cuts.at(-1)!) {
    let best = from + Math.ceil(WINDOW * 0.75);
    for (let s = best; s <= from + WINDOW; s++) if (crossing[s]! < crossing[best]!) best = s;
    cuts.push(best);
  }
  return cuts;
}

function numberWindows(cuts: readonly number[], count: number): Int32Array {
  const windowOf = new Int32Array(count);
  let w = 0;
  for (let s = 0; s < count; s++) {
    if (s === cuts[w]) w++;
    windowOf[s] = w;
  }
  return windowOf;
}
