/** Shapes that are values of tensors. */
import { shapeExpr, type Call, type Expr } from "../../../ir/relax/expr.js";
import { shapeInfo } from "../../../ir/relax/struct-info.js";
import { makeVar } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import { range } from "../rewrite/index.js";
import type { BoundCall } from "./decompose-calls.js";

/**
 * The shape by names for its lengths, which a refinement gives: operators that take it then have results of known
 * shapes. A shape stays as it is when it is refined already, seen outside its block, or of a rank that is not known.
 */
export function shapeWithNames(call: Call, { at, var: v, isRefined }: BoundCall): Expr | undefined {
  const info = at.infer.infoOf(call);
  if (info.kind !== "relax.ShapeInfo" || info.values !== undefined || info.ndim < 0) return undefined; // prettier-ignore
  if (isRefined || (at.dataflow && !v.dataflow)) return undefined;
  const lengths = range(info.ndim).map((i) => makeVar(`${v.name}_${i}`, int64));
  at.emitCast(call, shapeInfo(lengths), v.name);
  return shapeExpr(lengths);
}
