/** Conversion of operands whose type is not that of the operation. */
import { cast, type PrimExpr } from "../ir/tir/expr.js";
import { laneOf, withLanes, type DType } from "../support/dtype.js";

/** The expression with the lane type of `type` (its own lanes are kept). */
export function coerce(e: PrimExpr, type: DType): PrimExpr {
  const lane = laneOf(type);
  if (laneOf(e.dtype) === lane) return e;
  if (lane.code === "int" && e.kind === "tir.IntImm") return { ...e, dtype: lane };
  return cast(e, withLanes(lane, e.dtype.lanes, e.dtype.scalable), e.span);
}
