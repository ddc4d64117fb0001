/** Lower bounds of the initiation interval (Rau 1994), and the times a node may start at. */
import type { Problem } from "./places.js";

export interface Bounds {
  /** By resources: issue slots of the elements that can execute some of the operations. */
  readonly resMii: number;
  /** By recurrences: latency around a cycle over its distance. */
  readonly recMii: number;
  readonly mii: number;
}

export function boundsOf(problem: Problem): Bounds {
  const resMii = resourceBound(problem);
  const recMii = recurrenceBound(problem);
  return { resMii, recMii, mii: Math.max(resMii, recMii) };
}

/** The sets of elements that operations can be on, each with the slots that those take which can be on it. */
export function slotsBySet({ places, busy }: Problem): readonly ElementSet[] {
  const sets = new Map<string, { readonly elements: readonly number[]; slots: number }>();
  places.forEach((elements, v) => {
    const key = elements.join();
    const set = sets.get(key) ?? { elements, slots: 0 };
    set.slots += busy[v]!;
    sets.set(key, set);
  });
  return [...sets.values()];
}

export interface ElementSet {
  readonly elements: readonly number[];
  readonly slots: number;
}

/** More sets of elements than this are tried one by one, and not in all unions. */
const MOST_SETS = 12;

/** Nodes that fit on no element outside a set share its slots (Hall 1935): over unions of the nodes' own sets. */
function resourceBound(problem: Problem): number {
  const sets = slotsBySet(problem);
  const all = new Set(sets.flatMap(({ elements }) => elements));
  const unions: Iterable<ReadonlySet<number>> =
    sets.length > MOST_SETS
      ? [all, ...sets.map(({ elements }) => new Set(elements))]
      : unionsOf(sets.map(({ elements }) => elements));
  let bound = 1;
  for (const union of unions) {
    const inside = sets.filter(({ elements }) => elements.every((e) => union.has(e)));
    const needed = inside.reduce((sum, set) => sum + set.slots, 0);
    bound = Math.max(bound, Math.ceil(needed / Math.max(1, union.size)));
  }
  return bound;
}

function* unionsOf(sets: readonly (readonly number[])[]): Generator<ReadonlySet<number>> {
  for (let chosen = 1; chosen < 1 << sets.length; chosen++)
    yield new Set(sets.flatMap((set, i) => ((chosen >> i) & 1 ? set : [])));
}

function recurrenceBound(problem: Problem): number {
  const { graph, latencies } = problem;
  let low = 1;
  let high = Math.max(
    1,
    graph.edges.some(({ distance }) => distance > 0) ? latencies.reduce((a, b) => a + b, 0) : 1,
  );
  while (low < high) {
    const middle = (low + high) >> 1;
    if (earliest(problem, middle) !== undefined) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Earliest starts at an interval: longest paths. Undefined when a recurrence takes longer. */
export function earliest({ graph, latencies, travel }: Problem, ii: number): number[] | undefined {
  const start = new Array<number>(graph.nodes.length).fill(0);
  for (let round = 0; round <= graph.nodes.length; round++) {
    let changed = false;
    for (const [i, { from, to, distance }] of graph.edges.entries()) {
      const after = start[from]! + latencies[from]! + (travel?.[i] ?? 0) - distance * ii;
      if (after <= start[to]!) continue;
      start[to] = after;
      changed = true;
    }
    if (!changed) return start;
  }
  return undefined;
}

/** Latest starts such that no node starts after `horizon`. */
export function latest(
  { graph, latencies, travel }: Problem,
  ii: number,
  horizon: number,
): number[] {
  const start = new Array<number>(graph.nodes.length).fill(horizon);
  for (let changed = true; changed;) {
    changed = false;
    for (const [i, { from, to, distance }] of graph.edges.entries()) {
      const before = start[to]! - latencies[from]! - (travel?.[i] ?? 0) + distance * ii;
      if (before >= start[from]!) continue;
      start[from] = before;
      changed = true;
    }
  }
  return start;
}
