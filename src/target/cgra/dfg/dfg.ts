/** The data-flow graph of a loop body: what one iteration computes, and what it takes from iterations before. */

/**
 * What an edge stands for: an operand (`I1` `I2` `I3`, or `D` where the position is unknown), a predicate (`P`),
 * control (`C`), or order alone (`PS`, `O`), for which no value travels.
 */
export const EDGE_KINDS = ["I1", "I2", "I3", "P", "D", "C", "PS", "O"] as const;
export type EdgeKind = (typeof EDGE_KINDS)[number];

/**
 * An operand that no edge brings: 32 bits as a signed number (floats by their bits), a number given at launch, or
 * whether the iteration is first or last in a loop.
 */
export type FixedOperand =
  | { readonly kind: "literal"; readonly value: number }
  | { readonly kind: "livein"; readonly index: number }
  | { readonly kind: "first" | "last"; readonly level: number };

export interface DfgNode {
  readonly id: number;
  /** As written; `opcode` tells what it is. */
  readonly op: string;
  /** Name of our operation. */
  readonly opcode: string;
  /** Stream of `POP` and `PUSH`, loop of `IDX`, `FIRST` and `LAST`, offset in bytes of memory operations. */
  readonly immediate?: number | undefined;
  /** Operands without an edge, by position. */
  readonly fixed?: readonly (FixedOperand | undefined)[] | undefined;
  /** What the operand of an edge from the iteration before is where there is none: first in loop `level`. */
  readonly initial?:
    | { readonly position: 0 | 1 | 2; readonly level: number; readonly value: FixedOperand }
    | undefined;
  /** The third operand is a predicate that is taken negated. */
  readonly negate?: boolean | undefined;
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
