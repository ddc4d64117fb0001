/**
 * Dataflow patterns: shapes of small expression graphs over bindings. A pattern object that stands twice means the same
 * value twice.
 */
import type { AttrValue } from "../../../ir/core/node.js";
import type { StructInfo } from "../../../ir/relax/struct-info.js";

interface PatternBase {
  /** Under which a match gives the value. */
  readonly label?: string | undefined;
}
/** Any value; `info` says what must be known of it, symbols in it stand for any dimension. */
export interface AnyPattern extends PatternBase {
  readonly kind: "any";
  readonly info?: StructInfo | undefined;
}
/** A constant tensor. */
export interface ConstantPattern extends PatternBase {
  readonly kind: "constant";
  readonly info?: StructInfo | undefined;
}
/** A call of an operator. Attributes that are not listed may have any value. */
export interface CallPattern extends PatternBase {
  readonly kind: "call";
  readonly op: string;
  /** Absent: any operands. */
  readonly args?: readonly Pattern[] | undefined;
  /** For each attribute the values it may have. */
  readonly attrs: ReadonlyMap<string, readonly AttrValue[]>;
}
export interface TuplePattern extends PatternBase {
  readonly kind: "tuple";
  readonly fields: readonly Pattern[];
}
export interface ItemPattern extends PatternBase {
  readonly kind: "item";
  readonly tuple: Pattern;
  readonly index: number;
}
/** The first choice that matches. */
export interface OrPattern extends PatternBase {
  readonly kind: "or";
  readonly choices: readonly Pattern[];
}
/** All at once. */
export interface AndPattern extends PatternBase {
  readonly kind: "and";
  readonly all: readonly Pattern[];
}
export type Pattern =
  | AnyPattern | ConstantPattern | CallPattern | TuplePattern | ItemPattern | OrPattern | AndPattern; // prettier-ignore

/** Builders: `pattern.op("add", [pattern.op("matmul", [x, w]), pattern.constant("bias")])`. */
export const pattern = {
  any: (label?: string, info?: StructInfo): AnyPattern => ({ kind: "any", label, info }),
  constant: (label?: string, info?: StructInfo): ConstantPattern => ({
    kind: "constant",
    label,
    info,
  }),
  op: (
    op: string,
    args?: readonly Pattern[],
    more: {
      readonly label?: string;
      readonly attrs?: ReadonlyMap<string, readonly AttrValue[]>;
    } = {},
  ): CallPattern => ({
    kind: "call",
    op: op.replace(/^relax\./, ""),
    args,
    attrs: more.attrs ?? new Map(),
    label: more.label,
  }),
  tuple: (fields: readonly Pattern[], label?: string): TuplePattern => ({
    kind: "tuple",
    fields,
    label,
  }),
  item: (tuple: Pattern, index: number, label?: string): ItemPattern => ({
    kind: "item",
    tuple,
    index,
    label,
  }),
  or: (...choices: readonly Pattern[]): OrPattern => ({ kind: "or", choices }),
  and: (...all: readonly Pattern[]): AndPattern => ({ kind: "and", all }),
  /** `wrap(inner)`, or `inner` alone. */
  optional: (inner: Pattern, wrap: (inner: Pattern) => Pattern): OrPattern => ({
    kind: "or",
    choices: [wrap(inner), inner],
  }),
} as const;

/** A pattern that a target brings along, named `codegen.pattern`. */
export interface PatternRule {
  readonly name: string;
  readonly pattern: Pattern;
}
