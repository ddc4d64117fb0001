/** TensorIR functions and the literal objects that attributes hold. */
import type { DType } from "../../support/dtype.js";
import type { Attrs, NodeBase } from "../core/node.js";
import type { Buffer } from "./buffer.js";
import type { PrimExpr, Var } from "./expr.js";
import type { Stmt } from "./stmt.js";

/** A parameter: a scalar or raw handle, or (with `buffer`) a handle matched to a buffer at function head. */
export interface Param extends NodeBase {
  readonly kind: "tir.Param";
  readonly var: Var;
  /** Bare fresh symbols in its shape, strides and offset are defined by the first parameter that mentions them. */
  readonly buffer?: Buffer | undefined;
}
export const param = (v: Var, buffer?: Buffer, span = v.span): Param => ({
  kind: "tir.Param",
  var: v,
  buffer,
  span,
});

export interface PrimFunc extends NodeBase {
  readonly kind: "tir.PrimFunc";
  readonly name: string;
  readonly params: readonly Param[];
  /** void for kernels. */
  readonly retType: DType;
  /** Without `global_symbol`; keys in the `tir.*` spelling. */
  readonly attrs: Attrs;
  readonly isPrivate: boolean;
  /** Block-based function of the schedulable dialect (`s_tir=True` of 2026). */
  readonly sTir: boolean;
  readonly persistent: boolean;
  readonly body: Stmt;
}

/** `T.index_map(lambda i, j: …)` */
export interface IndexMap extends NodeBase {
  readonly kind: "tir.IndexMap";
  readonly params: readonly Var[];
  readonly results: readonly PrimExpr[];
  readonly inverse?: IndexMap | undefined;
  /** Positions of axis separators in `results`. */
  readonly separators: readonly number[];
}
/** `T.comm_reducer(lambda x, y: x + y, [identity])` */
export interface CommReducer extends NodeBase {
  readonly kind: "tir.CommReducer";
  readonly lhs: readonly Var[];
  readonly rhs: readonly Var[];
  readonly results: readonly PrimExpr[];
  readonly identities: readonly PrimExpr[];
}
