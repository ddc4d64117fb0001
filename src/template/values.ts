/** What expressions of a template evaluate to at compile time. */
import type { Expr, Parameter, Suite } from "../../grammar/ast/nodes.js";
import { exprText } from "../arith/index.js";
import type { Buffer } from "../ir/tir/buffer.js";
import type { IndexMap } from "../ir/tir/function.js";
import { boolImm, floatImm, intImm, type PrimExpr } from "../ir/tir/expr.js";
import type { Expr as RelaxExpr } from "../ir/relax/expr.js";
import type { DType } from "../support/dtype.js";
import { float64, int64 } from "../support/dtype.js";
import { int, type Int } from "../support/int.js";
import type { Source } from "../support/source.js";
import type { Scope } from "./scope.js";
import type { Template } from "./template.js";

/** When the value of an expression is known: over symbols alone, over loop and block variables, by loads. */
export type Phase = "dim" | "index" | "value";

/** An expression of the instance. */
export interface ExprValue {
  readonly kind: "expr";
  readonly expr: PrimExpr;
  readonly phase: Phase;
  /** A choice between plain numbers: takes the type of the other side. */
  readonly weak?: true;
}
export interface PackValue {
  readonly kind: "pack";
  readonly items: readonly Value[];
}
/** An inline or lambda with the scope in which it stands. */
export interface FunctionValue {
  readonly kind: "function";
  readonly name: string;
  readonly params: readonly Parameter[];
  readonly body: Suite | Expr;
  readonly scope: Scope;
  readonly source: Source;
}
/** `S.pick`, `T.exp`, `R.add` before the call. */
export interface MemberValue {
  readonly kind: "member";
  readonly root: "S" | "T" | "R" | "python";
  readonly name: string;
}
/** A value of the host: a loop of a schedule, a method of it. */
export interface HostValue {
  readonly kind: "host";
  /** What it is, as a message says it: "a loop". */
  readonly what: string;
  readonly of: object;
}

export type Value =
  | { readonly kind: "int"; readonly value: Int }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "str"; readonly value: string }
  | { readonly kind: "none" }
  | { readonly kind: "dtype"; readonly dtype: DType }
  | { readonly kind: "buffer"; readonly buffer: Buffer }
  | { readonly kind: "template"; readonly template: Template; readonly bound: ReadonlyMap<string, Value> }
  | { readonly kind: "relax"; readonly expr: RelaxExpr }
  | { readonly kind: "index map"; readonly map: IndexMap }
  /** Names of an absent operand. */
  | { readonly kind: "undefined"; readonly buffer: string }
  | ExprValue
  | PackValue
  | FunctionValue
  | MemberValue
  | HostValue; // prettier-ignore

export const none: Value = { kind: "none" };
export const intValue = (value: Int): Value => ({ kind: "int", value: int(value) });
export const floatValue = (value: number): Value => ({ kind: "float", value });
export const boolValue = (value: boolean): Value => ({ kind: "bool", value });
export const strValue = (value: string): Value => ({ kind: "str", value });
export const dtypeValue = (dtype: DType): Value => ({ kind: "dtype", dtype });
export const bufferValue = (buffer: Buffer): Value => ({ kind: "buffer", buffer });
export const pack = (items: readonly Value[]): PackValue => ({ kind: "pack", items });
export const exprValue = (expr: PrimExpr, phase: Phase): ExprValue => ({
  kind: "expr",
  expr,
  phase,
});
export const dimValue = (expr: PrimExpr): ExprValue => exprValue(expr, "dim");

const ORDER: Readonly<Record<Phase, number>> = { dim: 0, index: 1, value: 2 };
/** The later of two phases. */
export const laterPhase = (a: Phase, b: Phase): Phase => (ORDER[a] >= ORDER[b] ? a : b);

/** A number or truth value known at compile time. */
export const isStaticNumber = (v: Value): v is Extract<Value, { kind: "int" | "float" | "bool" }> =>
  v.kind === "int" || v.kind === "float" || v.kind === "bool";

/** What may take part in run-time arithmetic. */
export const isScalar = (v: Value): boolean => v.kind === "expr" || isStaticNumber(v);

/** A static number as the literal it is alone. */
export function literalOf(v: Extract<Value, { kind: "int" | "float" | "bool" }>): PrimExpr {
  switch (v.kind) {
    case "int":
      return intImm(v.value, int64);
    case "float":
      return floatImm(v.value, float64);
    case "bool":
      return boolImm(v.value);
  }
}

/** A value as a message shows it. */
export function valueText(v: Value): string {
  switch (v.kind) {
    case "int":
    case "float":
      return String(v.value);
    case "bool":
      return v.value ? "True" : "False";
    case "str":
      return JSON.stringify(v.value);
    case "none":
      return "None";
    case "dtype":
      return v.dtype.name;
    case "buffer":
      return `buffer \`${v.buffer.name}\``;
    case "expr":
      return exprText(v.expr);
    case "pack":
      return v.items.length === 1
        ? `(${valueText(v.items[0]!)},)`
        : `(${v.items.map(valueText).join(", ")})`;
    case "function":
      return `function \`${v.name}\``;
    case "template":
      return `template \`${v.template.name}\``;
    case "member":
      return v.root === "python" ? v.name : `${v.root}.${v.name}`;
    case "index map":
      return "an index map";
    case "relax":
      return "a value of the graph";
    case "host":
      return v.what;
    case "undefined":
      return `a name of the absent \`${v.buffer}\``;
  }
}
