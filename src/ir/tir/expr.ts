/** Scalar and vector expressions of TensorIR; also the dimensions of Relax shapes (there: int64). */
import {
  bool,
  dtype as dtypeOf,
  handle,
  int32,
  isFloat,
  laneOf,
  withLanes,
  type DType,
} from "../../support/dtype.js";
import { int, type Int } from "../../support/int.js";
import type { Span } from "../../support/source.js";
import { noAttrs, type Attrs, type AttrValue, type NodeBase } from "../core/node.js";
import type { GlobalVar } from "../module.js";
import type { Buffer, BufferRegion } from "./buffer.js";

/** A variable of any kind: loop and block variables, scalar parameters, symbolic dimensions, pointers, lets. */
export interface Var extends NodeBase {
  readonly kind: "tir.Var";
  readonly name: string;
  readonly dtype: DType;
  /** For typed pointers `T.handle("float32", "shared")`. */
  readonly pointer?: PointerType | undefined;
  /** Known to be ≥ 0 (sizes). A bound for the analyser, not significant for equality. */
  readonly isSize: boolean;
}
export interface PointerType {
  readonly element: DType;
  readonly scope: string;
}
export interface IntImm extends NodeBase {
  readonly kind: "tir.IntImm";
  readonly value: Int;
  readonly dtype: DType; // an integer type or bool (0, 1)
}
/** The value is already rounded to `dtype`. */
export interface FloatImm extends NodeBase {
  readonly kind: "tir.FloatImm";
  readonly value: number;
  readonly dtype: DType;
  /** The double of the text where rounding changed it: TVM keeps that one. */
  readonly written?: number | undefined;
}
export interface StringImm extends NodeBase {
  readonly kind: "tir.StringImm";
  readonly value: string;
  readonly dtype: DType; // handle
}
export interface Cast extends NodeBase {
  readonly kind: "tir.Cast";
  readonly value: PrimExpr;
  readonly dtype: DType;
}
/**
 * Arithmetic and bits. `div` and `mod` truncate on integers (`T.truncdiv`, `T.truncmod`), `div` is `/` on floats;
 * `floordiv` and `floormod` are `//` and `%`. `pow` is `**`.
 */
export type BinaryOp =
  | "add" | "sub" | "mul" | "div" | "mod" | "floordiv" | "floormod" | "ceildiv" | "min" | "max"
  | "bitand" | "bitor" | "bitxor" | "shl" | "shr"; // prettier-ignore
export interface Binary extends NodeBase {
  readonly kind: "tir.Binary";
  readonly op: BinaryOp;
  readonly a: PrimExpr;
  readonly b: PrimExpr;
  readonly dtype: DType;
}
export type CompareOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge";
export interface Compare extends NodeBase {
  readonly kind: "tir.Compare";
  readonly op: CompareOp;
  readonly a: PrimExpr;
  readonly b: PrimExpr;
  readonly dtype: DType; // bool, with lanes
}
/** Short-circuit `and`, `or`. */
export interface Logic extends NodeBase {
  readonly kind: "tir.Logic";
  readonly op: "and" | "or";
  readonly a: PrimExpr;
  readonly b: PrimExpr;
  readonly dtype: DType; // bool
}
export interface Unary extends NodeBase {
  readonly kind: "tir.Unary";
  readonly op: "neg" | "not" | "bitnot";
  readonly a: PrimExpr;
  readonly dtype: DType;
}
/** Both sides may be evaluated: `T.Select`. */
export interface Select extends NodeBase {
  readonly kind: "tir.Select";
  readonly cond: PrimExpr;
  readonly then: PrimExpr;
  readonly otherwise: PrimExpr;
  readonly dtype: DType;
}
/** Lazy, may guard a load: `T.if_then_else`. */
export interface IfThenElse extends NodeBase {
  readonly kind: "tir.IfThenElse";
  readonly cond: PrimExpr;
  readonly then: PrimExpr;
  readonly otherwise: PrimExpr;
  readonly dtype: DType;
}
/** Element or (last index a Ramp) vector load. */
export interface Load extends NodeBase {
  readonly kind: "tir.Load";
  readonly buffer: Buffer;
  readonly indices: readonly PrimExpr[];
  /** Per-lane mask. */
  readonly predicate?: PrimExpr | undefined;
  readonly dtype: DType;
}
/** `base, base + stride, …`; `lanes` an IntImm, or `T.vscale() * k`. */
export interface Ramp extends NodeBase {
  readonly kind: "tir.Ramp";
  readonly base: PrimExpr;
  readonly stride: PrimExpr;
  readonly lanes: PrimExpr;
  readonly dtype: DType;
}
export interface Broadcast extends NodeBase {
  readonly kind: "tir.Broadcast";
  readonly value: PrimExpr;
  readonly lanes: PrimExpr;
  readonly dtype: DType;
}
export interface Shuffle extends NodeBase {
  readonly kind: "tir.Shuffle";
  readonly vectors: readonly PrimExpr[];
  readonly indices: readonly PrimExpr[];
  readonly dtype: DType;
}
/** `T.Let(body, where={var: value})` */
export interface Let extends NodeBase {
  readonly kind: "tir.Let";
  readonly value: PrimExpr;
  readonly var: Var;
  readonly body: PrimExpr;
  readonly dtype: DType;
}
/** Intrinsic call. `op` is the canonical name below `T`, dotted for namespaces: `exp`, `call_extern`, `ptx.mma`. */
export interface Call extends NodeBase {
  readonly kind: "tir.Call";
  readonly op: string;
  readonly args: readonly CallArg[];
  /** Keyword arguments that are not operands. */
  readonly attrs: Attrs;
  readonly dtype: DType;
}
/** Direct call of another T function of the module. */
export interface CallGlobal extends NodeBase {
  readonly kind: "tir.CallGlobal";
  readonly callee: GlobalVar;
  readonly args: readonly CallArg[];
  readonly dtype: DType;
}
/** A non-scalar operand: a list, a dictionary, None, a dtype, a literal object. */
export interface AttrArg extends NodeBase {
  readonly kind: "tir.AttrArg";
  readonly value: AttrValue;
}
/** A dtype written as an operand or attribute value: `"float32"` positions keep strings; this is `T.float32` itself. */
export interface DTypeImm extends NodeBase {
  readonly kind: "tir.DTypeImm";
  readonly value: DType;
}

export type PrimExpr =
  | Var | IntImm | FloatImm | StringImm | Cast | Binary | Compare | Logic | Unary | Select | IfThenElse
  | Load | Ramp | Broadcast | Shuffle | Let | Call | CallGlobal; // prettier-ignore
export type CallArg = PrimExpr | Buffer | BufferRegion | AttrArg | DTypeImm;

// ---- factories -------------------------------------------------------------

export const makeVar = (
  name: string,
  dtype: DType,
  span?: Span,
  more?: { pointer?: PointerType; isSize?: boolean },
): Var => ({
  kind: "tir.Var",
  name,
  dtype,
  pointer: more?.pointer,
  isSize: more?.isSize ?? false,
  span,
});
/** Pointer variable, e.g. the data of a buffer. */
export const pointerVar = (name: string, element: DType, scope = "global", span?: Span): Var =>
  makeVar(name, handle, span, { pointer: { element, scope } });
export const intImm = (value: Int, dtype: DType = int32, span?: Span): IntImm => ({
  kind: "tir.IntImm",
  value: int(value),
  dtype,
  span,
});
export const boolImm = (value: boolean, span?: Span): IntImm => ({
  kind: "tir.IntImm",
  value: value ? 1 : 0,
  dtype: bool,
  span,
});
export const floatImm = (value: number, dtype: DType, span?: Span, written?: number): FloatImm => ({
  kind: "tir.FloatImm",
  value,
  dtype,
  written: written === undefined || Object.is(written, value) ? undefined : written,
  span,
});
export const stringImm = (value: string, span?: Span): StringImm => ({
  kind: "tir.StringImm",
  value,
  dtype: handle,
  span,
});
export const cast = (value: PrimExpr, dtype: DType, span?: Span): Cast => ({
  kind: "tir.Cast",
  value,
  dtype,
  span,
});
export const select = (
  cond: PrimExpr,
  then: PrimExpr,
  otherwise: PrimExpr,
  span?: Span,
): Select => ({
  kind: "tir.Select",
  cond,
  then,
  otherwise,
  dtype: then.dtype,
  span,
});
export const ifThenElse = (
  cond: PrimExpr,
  then: PrimExpr,
  otherwise: PrimExpr,
  span?: Span,
): IfThenElse => ({
  kind: "tir.IfThenElse",
  cond,
  then,
  otherwise,
  dtype: then.dtype,
  span,
});
export const binary = (op: BinaryOp, a: PrimExpr, b: PrimExpr, span?: Span): Binary => ({
  kind: "tir.Binary",
  op,
  a,
  b,
  dtype: commonDType(a.dtype, b.dtype),
  span,
});
export const compare = (op: CompareOp, a: PrimExpr, b: PrimExpr, span?: Span): Compare => {
  const wide = a.dtype.lanes > b.dtype.lanes ? a.dtype : b.dtype;
  return { kind: "tir.Compare", op, a, b, dtype: withLanes(bool, wide.lanes, wide.scalable), span };
};
export const logic = (op: "and" | "or", a: PrimExpr, b: PrimExpr, span?: Span): Logic => ({
  kind: "tir.Logic",
  op,
  a,
  b,
  dtype: a.dtype.lanes > b.dtype.lanes ? a.dtype : b.dtype,
  span,
});
export const unary = (op: Unary["op"], a: PrimExpr, span?: Span): Unary => ({
  kind: "tir.Unary",
  op,
  a,
  dtype: a.dtype,
  span,
});
export const call = (
  op: string,
  args: readonly CallArg[],
  dtype: DType,
  span?: Span,
  attrs: Attrs = noAttrs,
): Call => ({
  kind: "tir.Call",
  op,
  args,
  attrs,
  dtype,
  span,
});
export const callGlobal = (
  callee: GlobalVar,
  args: readonly CallArg[],
  dtype: DType,
  span?: Span,
): CallGlobal => ({
  kind: "tir.CallGlobal",
  callee,
  args,
  dtype,
  span,
});
export const letIn = (v: Var, value: PrimExpr, body: PrimExpr, span?: Span): Let => ({
  kind: "tir.Let",
  value,
  var: v,
  body,
  dtype: body.dtype,
  span,
});
export const attrArg = (value: AttrValue, span?: Span): AttrArg => ({
  kind: "tir.AttrArg",
  value,
  span,
});
export const dtypeImm = (value: DType, span?: Span): DTypeImm => ({
  kind: "tir.DTypeImm",
  value,
  span,
});

const staticLanes = (lanes: PrimExpr): { lanes: number; scalable: boolean } => {
  if (lanes.kind === "tir.IntImm") return { lanes: Number(lanes.value), scalable: false };
  // `T.vscale() * k` in either order; a lone vscale has k = 1.
  if (lanes.kind === "tir.Binary" && lanes.op === "mul") {
    for (const side of [lanes.a, lanes.b])
      if (side.kind === "tir.IntImm") return { lanes: Number(side.value), scalable: true };
  }
  return { lanes: 1, scalable: true };
};
export const ramp = (base: PrimExpr, stride: PrimExpr, lanes: PrimExpr, span?: Span): Ramp => {
  const { lanes: n, scalable } = staticLanes(lanes);
  return {
    kind: "tir.Ramp",
    base,
    stride,
    lanes,
    dtype: withLanes(laneOf(base.dtype), n, scalable),
    span,
  };
};
export const broadcast = (value: PrimExpr, lanes: PrimExpr, span?: Span): Broadcast => {
  const { lanes: n, scalable } = staticLanes(lanes);
  return {
    kind: "tir.Broadcast",
    value,
    lanes,
    dtype: withLanes(laneOf(value.dtype), n, scalable),
    span,
  };
};
export const shuffle = (
  vectors: readonly PrimExpr[],
  indices: readonly PrimExpr[],
  span?: Span,
): Shuffle => ({
  kind: "tir.Shuffle",
  vectors,
  indices,
  dtype: withLanes(laneOf(vectors[0]!.dtype), indices.length),
  span,
});
/** Load of one element, or of a vector when the last index is one. */
export const load = (
  buffer: Buffer,
  indices: readonly PrimExpr[],
  span?: Span,
  predicate?: PrimExpr,
): Load => {
  const last = indices[indices.length - 1]?.dtype;
  const lanes = last === undefined ? 1 : last.lanes;
  const scalable = last?.scalable ?? false;
  const dtype =
    lanes === 1 && !scalable
      ? buffer.dtype
      : withLanes(laneOf(buffer.dtype), lanes * buffer.dtype.lanes, scalable);
  return { kind: "tir.Load", buffer, indices, predicate, dtype, span };
};

/**
 * The type of an arithmetic node: float beats integer, wider beats narrower, more lanes beat fewer. Operands of
 * different types are otherwise kept as written; a pass unifies index types before lowering.
 */
export function commonDType(a: DType, b: DType): DType {
  if (a === b) return a;
  const x = laneOf(a);
  const y = laneOf(b);
  const wide = a.lanes >= b.lanes ? a : b;
  return withLanes(commonLane(x, y), wide.lanes, wide.scalable);
}

function commonLane(x: DType, y: DType): DType {
  if (x === y) return x;
  if (isFloat(x) !== isFloat(y)) return isFloat(x) ? x : y;
  if (x.code === "handle" || y.code === "handle") return x.code === "handle" ? x : y;
  if (x.code === "bool" || y.code === "bool") return x.code === "bool" ? y : x;
  if (x.bits !== y.bits) return x.bits > y.bits ? x : y;
  if (x.code === "uint" || y.code === "uint") return dtypeOf(`uint${x.bits}`);
  return x;
}
