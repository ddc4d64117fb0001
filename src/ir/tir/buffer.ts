/** Buffers: typed n-dimensional views of memory, and regions of them. */
import type { DType } from "../../support/dtype.js";
import type { Span } from "../../support/source.js";
import type { AttrValue, NodeBase } from "../core/node.js";
import { pointerVar, type PrimExpr, type Var } from "./expr.js";

/** Identity is by object. Two buffers alias the same `data` only through decl_buffer or match_buffer. */
export interface Buffer extends NodeBase {
  readonly kind: "tir.Buffer";
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly PrimExpr[];
  /** The pointer, `A.data`. */
  readonly data: Var;
  /** Empty: compact row-major. In elements. */
  readonly strides: readonly PrimExpr[];
  /** In elements; absent: 0. A bare fresh variable is bound by the match. */
  readonly elemOffset?: PrimExpr | undefined;
  readonly scope: string;
  /** Bytes; 0 or −1: default. */
  readonly align: number;
  readonly offsetFactor: number;
  /** Positions in [0, rank] at which axes are grouped when flattened. */
  readonly axisSeparators: readonly number[];
  /** A mutable scalar (`x: T.int32 = e`): shape (1,), printed by its bare name. */
  readonly scalar: boolean;
  /** Hardware layout of the 2026 dialect, kept as written. */
  readonly layout?: AttrValue | undefined;
}

export interface BufferInit {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly PrimExpr[];
  readonly data?: Var | undefined;
  readonly strides?: readonly PrimExpr[];
  readonly elemOffset?: PrimExpr | undefined;
  readonly scope?: string;
  readonly align?: number;
  readonly offsetFactor?: number;
  readonly axisSeparators?: readonly number[];
  readonly scalar?: boolean;
  readonly layout?: AttrValue | undefined;
  readonly span?: Span | undefined;
}

export const makeBuffer = (b: BufferInit): Buffer => ({
  kind: "tir.Buffer",
  name: b.name,
  dtype: b.dtype,
  shape: b.shape,
  data: b.data ?? pointerVar(b.name, b.dtype, b.scope ?? "global"),
  strides: b.strides ?? [],
  elemOffset: b.elemOffset,
  scope: b.scope ?? "global",
  align: b.align ?? 0,
  offsetFactor: b.offsetFactor ?? 0,
  axisSeparators: b.axisSeparators ?? [],
  scalar: b.scalar ?? false,
  layout: b.layout,
  span: b.span,
});

/** `[min, min + extent)` */
export interface Range extends NodeBase {
  readonly kind: "ir.Range";
  readonly min: PrimExpr;
  readonly extent: PrimExpr;
}
export const range = (min: PrimExpr, extent: PrimExpr, span?: Span): Range => ({
  kind: "ir.Range",
  min,
  extent,
  span,
});

export interface BufferRegion extends NodeBase {
  readonly kind: "tir.BufferRegion";
  readonly buffer: Buffer;
  /** One a dimension; extent 1 prints as a point. */
  readonly region: readonly Range[];
}
export const bufferRegion = (
  buffer: Buffer,
  region: readonly Range[],
  span?: Span,
): BufferRegion => ({
  kind: "tir.BufferRegion",
  buffer,
  region,
  span,
});
