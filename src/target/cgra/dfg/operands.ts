/** Which edge brings which operand of a node. */
import { carriesValue, type Dfg, type DfgEdge } from "./dfg.js";

const POSITIONS: Readonly<Record<string, 0 | 1 | 2 | undefined>> = { I1: 0, I2: 1, I3: 2, P: 2 };

/** By position; edges whose position is unknown take what is left. Undefined when there are too many. */
export function operandEdges(graph: Dfg, node: number): (DfgEdge | undefined)[] | undefined {
  const found: (DfgEdge | undefined)[] = [undefined, undefined, undefined];
  const { fixed } = graph.nodes[node]!;
  const into = graph.edges.filter((e) => e.to === node && carriesValue(e));
  const isOpen = (e: DfgEdge): boolean => POSITIONS[e.kind] === undefined;
  for (const e of [...into.filter((x) => !isOpen(x)), ...into.filter(isOpen)]) {
    const free = [0, 1, 2].find((i) => found[i] === undefined && fixed?.[i] === undefined);
    const position = POSITIONS[e.kind] ?? free;
    if (position === undefined || found[position] !== undefined) return undefined;
    found[position] = e;
  }
  return found;
}
