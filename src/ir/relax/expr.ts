/** Relax expressions in A-normal form, bindings, functions. */
import type { DType } from "../../support/dtype.js";
import type { NDArray } from "../../support/ndarray.js";
import type { Span } from "../../support/source.js";
import { noAttrs, type Attrs, type NodeBase } from "../core/node.js";
import type { ExternFunc, GlobalVar } from "../module.js";
import type { PrimExpr } from "../tir/expr.js";
import type { StructInfo } from "./struct-info.js";

/** Identity by object. `sinfo` is the annotation when one was written (it may be coarser), else what deduction found. */
export interface Var extends NodeBase {
  readonly kind: "relax.Var";
  readonly name: string;
  readonly sinfo?: StructInfo | undefined;
  /** Bound in a dataflow block and not visible outside it. */
  readonly dataflow: boolean;
  /** An annotation was written in the text: it survives printing even where deduction would say more. */
  readonly annotated: boolean;
}
export interface Const extends NodeBase {
  readonly kind: "relax.Const";
  readonly data: NDArray;
  /** Where it is not that of the data: the type of a constant that is laid out over devices. */
  readonly sinfo?: StructInfo | undefined;
}
/** int64 dimensions. */
export interface ShapeExpr extends NodeBase {
  readonly kind: "relax.ShapeExpr";
  readonly values: readonly PrimExpr[];
}
/** A scalar operand. */
export interface PrimValue extends NodeBase {
  readonly kind: "relax.PrimValue";
  readonly value: PrimExpr;
}
export interface Str extends NodeBase {
  readonly kind: "relax.Str";
  readonly value: string;
}
export interface DTypeValue extends NodeBase {
  readonly kind: "relax.DTypeValue";
  readonly value: DType;
}
/** The empty tuple is the void value. */
export interface Tuple extends NodeBase {
  readonly kind: "relax.Tuple";
  readonly fields: readonly Expr[];
}
export interface TupleGetItem extends NodeBase {
  readonly kind: "relax.TupleGetItem";
  readonly tuple: Expr;
  readonly index: number;
}
/** Registered operator, by its name below `relax.`: `add`, `nn.conv2d`, `call_tir`. Only a callee. */
export interface Op extends NodeBase {
  readonly kind: "relax.Op";
  readonly name: string;
}
export interface Call extends NodeBase {
  readonly kind: "relax.Call";
  readonly op: Op | GlobalVar | ExternFunc | Var;
  /** Operands in the order of the op's signature; absent optional ones at the end are left out. */
  readonly args: readonly Expr[];
  /** Attributes, all with a value (defaults filled in by elaboration). */
  readonly attrs: Attrs;
  /** `out_ty`, `ty_args`. */
  readonly sinfoArgs: readonly StructInfo[];
}
export interface If extends NodeBase {
  readonly kind: "relax.If";
  readonly cond: Expr;
  readonly then: SeqExpr;
  readonly otherwise: SeqExpr;
}
export interface SeqExpr extends NodeBase {
  readonly kind: "relax.SeqExpr";
  readonly blocks: readonly BindingBlock[];
  readonly body: Expr;
}
export interface BindingBlock extends NodeBase {
  readonly kind: "relax.BindingBlock";
  readonly dataflow: boolean;
  readonly bindings: readonly Binding[];
}
export interface VarBinding extends NodeBase {
  readonly kind: "relax.VarBinding";
  readonly value: Expr | Func;
  readonly var: Var;
}
/** Run-time checked refinement; defines the symbols that occur first in `sinfo`. */
export interface MatchCast extends NodeBase {
  readonly kind: "relax.MatchCast";
  readonly value: Expr;
  readonly sinfo: StructInfo;
  readonly var: Var;
}
export interface Func extends NodeBase {
  readonly kind: "relax.Function";
  readonly name: string;
  readonly params: readonly Var[];
  readonly body: SeqExpr;
  readonly retSinfo: StructInfo;
  readonly isPure: boolean;
  readonly isPrivate: boolean;
  /** Without `global_symbol`. */
  readonly attrs: Attrs;
  /** The text had no return type: `retSinfo` was deduced. */
  readonly retInferred?: boolean | undefined;
}

export type Binding = VarBinding | MatchCast;
export type Expr =
  | Var | Const | ShapeExpr | PrimValue | Str | DTypeValue | Tuple | TupleGetItem | Call | If | SeqExpr
  | GlobalVar | ExternFunc | Op; // prettier-ignore

// ---- factories -------------------------------------------------------------

export const relaxVar = (
  name: string,
  sinfo: StructInfo | undefined,
  more?: { dataflow?: boolean; annotated?: boolean; span?: Span | undefined },
): Var => ({
  kind: "relax.Var",
  name,
  sinfo,
  dataflow: more?.dataflow ?? false,
  annotated: more?.annotated ?? false,
  span: more?.span,
});
export const constant = (data: NDArray, span?: Span, sinfo?: StructInfo): Const => ({
  kind: "relax.Const",
  data,
  sinfo,
  span,
});
export const shapeExpr = (values: readonly PrimExpr[], span?: Span): ShapeExpr => ({
  kind: "relax.ShapeExpr",
  values,
  span,
});
export const primValue = (value: PrimExpr, span?: Span): PrimValue => ({
  kind: "relax.PrimValue",
  value,
  span,
});
export const str = (value: string, span?: Span): Str => ({ kind: "relax.Str", value, span });
export const dtypeValue = (value: DType, span?: Span): DTypeValue => ({
  kind: "relax.DTypeValue",
  value,
  span,
});
export const tuple = (fields: readonly Expr[], span?: Span): Tuple => ({
  kind: "relax.Tuple",
  fields,
  span,
});
export const tupleGetItem = (t: Expr, index: number, span?: Span): TupleGetItem => ({
  kind: "relax.TupleGetItem",
  tuple: t,
  index,
  span,
});
export const op = (name: string, span?: Span): Op => ({ kind: "relax.Op", name, span });
export const relaxCall = (
  callee: Call["op"],
  args: readonly Expr[],
  more?: { attrs?: Attrs; sinfoArgs?: readonly StructInfo[]; span?: Span | undefined },
): Call => ({
  kind: "relax.Call",
  op: callee,
  args,
  attrs: more?.attrs ?? noAttrs,
  sinfoArgs: more?.sinfoArgs ?? [],
  span: more?.span,
});
export const ifExpr = (cond: Expr, then: SeqExpr, otherwise: SeqExpr, span?: Span): If => ({
  kind: "relax.If",
  cond,
  then,
  otherwise,
  span,
});
export const seqExpr = (blocks: readonly BindingBlock[], body: Expr, span?: Span): SeqExpr => ({
  kind: "relax.SeqExpr",
  blocks,
  body,
  span,
});
export const bindingBlock = (
  bindings: readonly Binding[],
  dataflow = false,
  span?: Span,
): BindingBlock => ({
  kind: "relax.BindingBlock",
  dataflow,
  bindings,
  span,
});
export const varBinding = (v: Var, value: Expr | Func, span?: Span): VarBinding => ({
  kind: "relax.VarBinding",
  value,
  var: v,
  span,
});
export const matchCast = (v: Var, value: Expr, sinfo: StructInfo, span?: Span): MatchCast => ({
  kind: "relax.MatchCast",
  value,
  sinfo,
  var: v,
  span,
});
export const relaxFunction = (f: Omit<Func, "kind">): Func => ({ kind: "relax.Function", ...f });
