/** On which elements each operation may be, and what it takes there. */
import { carriesValue, type Dfg } from "../dfg/dfg.js";
import { isStreamOp, latencyOf, type Fabric } from "../fabric/fabric.js";
import { opcodes } from "../opcodes.js";

/** A graph with what a fabric makes of its nodes; lists are by position of the node. */
export interface Problem {
  readonly graph: Dfg;
  readonly fabric: Fabric;
  /** Elements that execute the node. */
  readonly places: readonly (readonly number[])[];
  /** Elements that carry the value of the node on, besides the one it is made on; all where this is absent. */
  readonly carriers?: readonly (readonly number[])[];
  /** Cycles from issue until the result can be used. */
  readonly latencies: readonly number[];
  /** By edge: cycles that a value is on its way at least, where places are known; none where this is absent. */
  readonly travel?: readonly number[];
  /** Issue slots taken. */
  readonly busy: readonly number[];
  /** By element: those with a link to it. */
  readonly sources: readonly (readonly number[])[];
}

export function problemOf(graph: Dfg, fabric: Fabric): Problem {
  const places = graph.nodes.map(({ opcode, elements, immediate }) => {
    const { class: cls } = opcodes.get(opcode)!;
    const ports = isStreamOp(opcode) ? fabric.streams[immediate ?? 0]?.elements : undefined;
    return [...fabric.elements.keys()].filter(
      (e) =>
        fabric.elements[e]!.ops.has(cls) &&
        (elements === undefined || elements.includes(e)) &&
        (ports === undefined || ports.includes(e)),
    );
  });
  const latencies = graph.nodes.map(({ opcode }) => latencyOf(fabric, opcode));
  const sources: number[][] = fabric.elements.map(() => []);
  for (const { from, to } of fabric.links) sources[to]!.push(from);
  return {
    graph,
    fabric,
    places,
    latencies,
    busy: graph.nodes.map(({ opcode }) => fabric.busy.get(opcode) ?? 1),
    sources,
  };
}

/** The problem with known places. Values only go where `carriers` says, and to their readers. */
export function withPlaces(
  problem: Problem,
  elements: readonly number[],
  carriers: readonly (readonly number[])[],
): Problem {
  const { graph, fabric } = problem;
  const distances = distancesOf(problem);
  const allowed = carriers.map((own) => new Set(own));
  const travel = graph.edges.map((e) => {
    if (!carriesValue(e)) return 0;
    const to = elements[e.to]!;
    // Over links, values also arrive where they are read.
    if (fabric.route !== "issue") allowed[e.from]!.add(to);
    return Math.max(0, Math.ceil(distances[elements[e.from]!]![to]! / fabric.hops) - 1);
  });
  return {
    ...problem,
    places: elements.map((p) => [p]),
    carriers: allowed.map((own) => [...own]),
    travel,
  };
}

/** The problem with operations, and the ways of their values, at most so many links from where they are. */
export function withPlacesNear(
  problem: Problem,
  elements: readonly number[],
  carriers: readonly (readonly number[])[],
  reach: number,
): Problem {
  if (reach === 0) return withPlaces(problem, elements, carriers);
  const far = distancesOf(problem);
  const near = far.map((links) => [...links.keys()].filter((p) => links[p]! <= reach));
  const around = elements.map((p, u) => new Set([p, ...carriers[u]!].flatMap((q) => near[q]!)));
  for (const e of problem.graph.edges)
    if (carriesValue(e)) for (const q of near[elements[e.to]!]!) around[e.from]!.add(q);
  return {
    ...problem,
    places: problem.places.map((own, v) => own.filter((p) => far[elements[v]!]![p]! <= reach)),
    carriers: around.map((own) => [...own]),
  };
}

/** Links from each element to each, by breadth-first search; what cannot be reached is infinitely far. */
export function distancesOf({ fabric }: Problem): readonly Float64Array[] {
  const next: number[][] = fabric.elements.map(() => []);
  for (const { from, to } of fabric.links) next[from]!.push(to);
  return fabric.elements.map((_, start) => {
    const far = new Float64Array(fabric.elements.length).fill(Infinity);
    far[start] = 0;
    const queue = [start];
    for (const p of queue)
      for (const q of next[p]!) {
        if (far[q] !== Infinity) continue;
        far[q] = far[p]! + 1;
        queue.push(q);
      }
    return far;
  });
}
