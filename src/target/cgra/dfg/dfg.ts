/** The data-flow graph of a loop body: what one iteration computes, and what it takes from iterations before. */

/**
 * What an edge stands for: an operand (`I1` `I2` `I3`, or `D` where the position is unknown), a predicate (`P`),
 * control (`C`), or order alone (`PS`, `O`), for which no value travels.
 */
export const EDGE_KINDS = ["I1", "I2", "I3", "P", "D", "C", "PS", "O"] as const;
export type EdgeKind = (typeof EDGE_KINDS)[number];

export interface DfgNode {
  readonly id: number;
  /** As written; `opcode` tells what it is. */
  readonly op: string;
  /** Name of our operation. */
  readonly opcode: string;
  readonly immediate?: number | undefined;
  /** Elements it may be on; all that execute it when absent. */
  readonly elements?: readonly number[] | undefined;
}

/** The value of `from` in iteration `i` is used by `to` in iteration `i + distance`. Ends are positions in `nodes`. */
export interface DfgEdge {
  readonly from: number;
  readonly to: number;
  readonly distance: number;
  readonly kind: EdgeKind;
}

export interface Dfg {
  readonly name: string;
  readonly nodes: readonly DfgNode[];
  readonly edges: readonly DfgEdge[];
}

/** Whether a value travels along the edge. */
export const carriesValue = ({ kind }: DfgEdge): boolean => kind !== "PS" && kind !== "O";
