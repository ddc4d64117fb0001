/**
 * Takes loop control out of a graph that another tool made from branches: the sequencer of the fabric counts. Branches
 * and comparisons that only they read go; a merge at the loop's head becomes a use of the value of the iteration before.
 */
import { carriesValue, type Dfg, type DfgEdge } from "./dfg.js";

/** The graph itself when there is no control in it. */
export function dropLoopControl(graph: Dfg): Dfg {
  if (!graph.edges.some(({ kind }) => kind === "C")) return graph;
  const gone = new Set<number>();
  const isNamed = (v: number, ...ops: string[]): boolean => ops.includes(graph.nodes[v]!.op);
  let edges = graph.edges.filter(({ kind }) => kind !== "C");
  const drop = (v: number): void => {
    gone.add(v);
    edges = edges.filter(({ from, to }) => from !== v && to !== v);
  };
  graph.nodes.forEach((_, v) => isNamed(v, "br", "ret") && drop(v));
  graph.nodes.forEach((_, v) => {
    if (isNamed(v, "cmp") && !edges.some(({ from }) => from === v)) drop(v);
  });
  graph.nodes.forEach((_, v) => {
    if (!isNamed(v, "phi")) return;
    const [source, ...others] = edges.filter((e) => e.to === v && carriesValue(e));
    if (source === undefined || others.length > 0) return;
    const uses = edges.filter(({ from }) => from === v);
    drop(v);
    edges = [
      ...edges,
      ...uses.map((use) => ({
        ...use,
        from: source.from,
        distance: use.distance + source.distance,
      })),
    ];
  });
  const position = new Map<number, number>();
  graph.nodes.forEach((_, v) => !gone.has(v) && position.set(v, position.size));
  const place = (e: DfgEdge): DfgEdge => ({
    ...e,
    from: position.get(e.from)!,
    to: position.get(e.to)!,
  });
  return { ...graph, nodes: graph.nodes.filter((_, v) => !gone.has(v)), edges: edges.map(place) };
}
