/** Expressions that do the same with each lane of their operands. */
import { laneOf } from "../../support/dtype.js";
import type { PrimExpr } from "./expr.js";

/**
 * The expression for one lane, where `pick` gives that lane of an operand; undefined where `pick` gives nothing, and for
 * expressions of other kinds.
 */
export function lanewise(
  e: PrimExpr,
  pick: (operand: PrimExpr) => PrimExpr | undefined,
): PrimExpr | undefined {
  const dtype = laneOf(e.dtype);
  switch (e.kind) {
    case "tir.Cast": {
      const value = pick(e.value);
      return value && { ...e, value, dtype };
    }
    case "tir.Unary": {
      const a = pick(e.a);
      return a && { ...e, a, dtype };
    }
    case "tir.Binary":
    case "tir.Compare":
    case "tir.Logic": {
      const a = pick(e.a);
      const b = pick(e.b);
      return a && b && { ...e, a, b, dtype };
    }
    case "tir.Select":
    case "tir.IfThenElse": {
      const cond = pick(e.cond);
      const then = pick(e.then);
      const otherwise = pick(e.otherwise);
      return cond && then && otherwise && { ...e, cond, then, otherwise, dtype };
    }
    default:
      return undefined;
  }
}
