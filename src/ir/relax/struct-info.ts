/** Struct info: what is known of a Relax value at compile time. `spec: R.Tensor`, `R.Shape`, … */
import type { DType } from "../../support/dtype.js";
import type { Span } from "../../support/source.js";
import type { NodeBase } from "../core/node.js";
import type { PrimExpr, Var as Symbol } from "../tir/expr.js";
import type { ShapeExpr, Var } from "./expr.js";

/** Top of the lattice: `R.Any`. */
export interface ObjectInfo extends NodeBase {
  readonly kind: "relax.ObjectInfo";
}
export interface PrimInfo extends NodeBase {
  readonly kind: "relax.PrimInfo";
  readonly dtype: DType;
  /** Known value. */
  readonly value?: PrimExpr | undefined;
}
export interface ShapeInfo extends NodeBase {
  readonly kind: "relax.ShapeInfo";
  /** int64 dimensions; absent when only the rank is known. */
  readonly values?: readonly PrimExpr[] | undefined;
  /** −1: unknown. */
  readonly ndim: number;
}
export interface TensorInfo extends NodeBase {
  readonly kind: "relax.TensorInfo";
  /** A ShapeExpr, or a variable whose struct info is ShapeInfo. */
  readonly shape?: ShapeExpr | Var | undefined;
  readonly dtype?: DType | undefined;
  /** −1: unknown; agrees with `shape`. */
  readonly ndim: number;
  readonly vdevice?: VDevice | undefined;
}
export interface TupleInfo extends NodeBase {
  readonly kind: "relax.TupleInfo";
  readonly fields: readonly StructInfo[];
}
export interface FuncInfo extends NodeBase {
  readonly kind: "relax.FuncInfo";
  /** Absent: opaque. */
  readonly params?: readonly StructInfo[] | undefined;
  readonly ret: StructInfo;
  readonly purity: boolean;
  /** Name of a run-time type rule of an opaque function. */
  readonly deriveFunc?: string | undefined;
}
export interface DTensorInfo extends NodeBase {
  readonly kind: "relax.DTensorInfo";
  readonly tensor: TensorInfo;
  /** As written, `mesh[0]`, or an `I`-level mesh literal. */
  readonly mesh: string | DeviceMesh;
  /** `S[0], R` */
  readonly placement: string;
}
/** Virtual device, written `"cuda:0:global"`. */
export interface VDevice extends NodeBase {
  readonly kind: "ir.VDevice";
  readonly target: string | import("../module.js").Target;
  readonly index: number;
  readonly scope: string;
}
export interface DeviceMesh extends NodeBase {
  readonly kind: "ir.DeviceMesh";
  readonly shape: readonly number[];
  /** Explicit ids, or a half-open range. */
  readonly ids: readonly number[];
  readonly isRange: boolean;
}

export type StructInfo =
  ObjectInfo | PrimInfo | ShapeInfo | TensorInfo | TupleInfo | FuncInfo | DTensorInfo;

export const objectInfo: ObjectInfo = { kind: "relax.ObjectInfo" };
export const primInfo = (dtype: DType, value?: PrimExpr, span?: Span): PrimInfo => ({
  kind: "relax.PrimInfo",
  dtype,
  value,
  span,
});
/** The symbol that is a scalar of this type. */
export const scalarSymbol = (info: StructInfo | undefined): Symbol | undefined =>
  info?.kind === "relax.PrimInfo" && info.value?.kind === "tir.Var" ? info.value : undefined;
export const shapeInfo = (
  values: readonly PrimExpr[] | undefined,
  ndim = values?.length ?? -1,
  span?: Span,
): ShapeInfo => ({
  kind: "relax.ShapeInfo",
  values,
  ndim,
  span,
});
export interface TensorInit {
  readonly shape?: ShapeExpr | Var | undefined;
  readonly dtype?: DType | undefined;
  readonly ndim?: number;
  readonly vdevice?: VDevice | undefined;
  readonly span?: Span | undefined;
}
/** Rank is taken from the shape when there is one. */
export function tensorInfo(t: TensorInit): TensorInfo {
  let ndim = t.ndim ?? -1;
  if (t.shape?.kind === "relax.ShapeExpr") ndim = t.shape.values.length;
  else if (t.shape?.sinfo?.kind === "relax.ShapeInfo") ndim = t.shape.sinfo.ndim;
  return {
    kind: "relax.TensorInfo",
    shape: t.shape,
    dtype: t.dtype,
    ndim,
    vdevice: t.vdevice,
    span: t.span,
  };
}
export const tupleInfo = (fields: readonly StructInfo[], span?: Span): TupleInfo => ({
  kind: "relax.TupleInfo",
  fields,
  span,
});
export const voidInfo: TupleInfo = tupleInfo([]);
export const funcInfo = (
  params: readonly StructInfo[] | undefined,
  ret: StructInfo,
  purity: boolean,
  deriveFunc?: string,
): FuncInfo => ({
  kind: "relax.FuncInfo",
  params,
  ret,
  purity,
  deriveFunc,
});
/** A packed function: any arguments, any result, impure. */
export const opaqueFunc: FuncInfo = funcInfo(undefined, objectInfo, false);
export const isVoid = (info: StructInfo | undefined): boolean =>
  info?.kind === "relax.TupleInfo" && info.fields.length === 0;

/** Dimensions of a tensor or shape when all are known. */
export function dimsOf(info: StructInfo | undefined): readonly PrimExpr[] | undefined {
  if (info?.kind === "relax.ShapeInfo") return info.values;
  if (info?.kind === "relax.DTensorInfo") return dimsOf(info.tensor);
  if (info?.kind !== "relax.TensorInfo" || info.shape === undefined) return undefined;
  return info.shape.kind === "relax.ShapeExpr" ? info.shape.values : dimsOf(info.shape.sinfo);
}
