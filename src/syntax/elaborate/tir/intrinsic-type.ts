/** Dtype of an intrinsic call by the rule of its declaration. */
import type { CallArg, PrimExpr } from "../../../ir/tir/expr.js";
import type { Intrinsic } from "../../../op/tir/index.js";
import {
  bool,
  dtype as dtypeNamed,
  handle,
  withLanes,
  type DType,
} from "../../../support/dtype.js";

/** Whether an operand is an expression. */
export const isExprArg = (a: CallArg): a is PrimExpr => a.kind !== "tir.Buffer" && "dtype" in a;

/** The dtype that the rule gives; the printer writes a call's own dtype only where it differs. */
export function resultType(intrinsic: Intrinsic, args: readonly CallArg[]): DType {
  const dtypeOf = (a: CallArg | undefined): DType =>
    a !== undefined && isExprArg(a) ? a.dtype : handle;
  switch (intrinsic.result) {
    case "first":
    case "join":
      return dtypeOf(args[0]);
    case "second":
      return dtypeOf(args[1]);
    case "bool": {
      const like = dtypeOf(args[0]);
      return withLanes(bool, like.lanes, like.scalable);
    }
    case "leading":
    case "trailing":
      return handle;
    default:
      return dtypeNamed(intrinsic.result.slice("fixed:".length));
  }
}
