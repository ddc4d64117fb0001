/**
 * Starts of operations some whole intervals later, where values are then kept for less time: what an operation takes
 * of a slot stays the same (stage scheduling; Eichenberger and Davidson 1995).
 */
import { carriesValue, type Dfg } from "../../dfg/dfg.js";

/** So many operations at most are put off together. */
const MOST_TOGETHER = 64;

/** Times of nodes; `least` is by edge, the cycles from start to start. Unplaced nodes have none. */
export function laterStages(
  graph: Dfg,
  times: readonly (number | undefined)[],
  ii: number,
  least: (edge: number) => number,
): readonly (number | undefined)[] {
  const time = [...times];
  const into: number[][] = graph.nodes.map(() => []);
  const outOf: number[][] = graph.nodes.map(() => []);
  graph.edges.forEach(({ from, to }, i) => {
    into[to]!.push(i);
    outOf[from]!.push(i);
  });
  /** Cycles from the start of an edge to its end. */
  const span = (i: number): number | undefined => {
    const { from, to, distance } = graph.edges[i]!;
    if (time[from] === undefined || time[to] === undefined) return undefined;
    return time[to] + distance * ii - time[from];
  };
  const kept = (u: number): number =>
    outOf[u]!.reduce(
      (most, i) => (carriesValue(graph.edges[i]!) ? Math.max(most, span(i) ?? 0) : most),
      0,
    );
  /** The node and those that would start too early if it started so much later; undefined when they are too many. */
  function together(v: number, delay: number): readonly number[] | undefined {
    const found = new Set([v]);
    for (const u of found)
      for (const i of outOf[u]!) {
        const cycles = span(i);
        if (cycles === undefined || cycles - delay >= least(i)) continue;
        found.add(graph.edges[i]!.to);
        if (found.size > MOST_TOGETHER) return undefined;
      }
    return [...found];
  }
  function putOff(v: number): void {
    const stages = Math.max(...outOf[v]!.map((i) => Math.floor(((span(i) ?? 0) - least(i)) / ii)));
    for (let by = stages; by >= 1; by = Math.floor(by / 2)) {
      const group = together(v, by * ii);
      if (group === undefined) continue;
      const values = new Set(group);
      for (const u of group) for (const i of into[u]!) values.add(graph.edges[i]!.from);
      const total = (): number => [...values].reduce((sum, u) => sum + kept(u), 0);
      const before = total();
      for (const u of group) time[u] = time[u]! + by * ii;
      if (total() < before) return;
      for (const u of group) time[u] = time[u]! - by * ii;
    }
  }
  const order = graph.nodes
    .map((_, v) => ({ v, cycles: time[v] === undefined ? 0 : kept(v) }))
    .filter(({ cycles }) => cycles > ii)
    .sort((a, b) => b.cycles - a.cycles || a.v - b.v);
  for (const { v } of order) putOff(v);
  return time;
}
