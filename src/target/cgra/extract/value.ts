/** What an operand of an operation can be while a graph is made. */
import type { FixedOperand } from "../dfg/dfg.js";

/** The value of a local variable at the end of the iteration before. */
export interface Carried {
  readonly kind: "carried";
  readonly variable: number;
  /** What it is instead in iterations that are first in a loop. */
  readonly initial?: { readonly level: number; readonly value: FixedOperand } | undefined;
}

export type Value = FixedOperand | Carried | { readonly kind: "node"; readonly node: number };

export const literal = (value: number): Value & { readonly kind: "literal" } => ({
  kind: "literal",
  value: value | 0,
});
export const ZERO = literal(0);
export const ONE = literal(1);

export const isFixed = (v: Value): v is FixedOperand => v.kind !== "node" && v.kind !== "carried";
export const isLiteral = (v: Value | undefined, value: number): boolean =>
  v?.kind === "literal" && v.value === value;

/** Equal for equal values. */
export function keyOf(v: Value | undefined): string {
  switch (v?.kind) {
    case undefined:
      return "";
    case "literal":
      return `#${v.value}`;
    case "livein":
      return `$${v.index}`;
    case "first":
    case "last":
      return `${v.kind}${v.level}`;
    case "node":
      return `n${v.node}`;
    case "carried":
      return `c${v.variable}${v.initial ? `:${v.initial.level}:${keyOf(v.initial.value)}` : ""}`;
  }
}
export const isSame = (a: Value, b: Value): boolean => keyOf(a) === keyOf(b);

/** A truth, possibly of the opposite of its value. */
export interface Condition {
  readonly value: Value;
  readonly negate: boolean;
}
