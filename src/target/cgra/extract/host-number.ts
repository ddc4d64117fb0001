/** Numbers that are given at launch. */
import type { PrimExpr } from "../../../ir/tir/expr.js";

/** Index arithmetic of variables, which the host computes as the array would. */
export function isHostNumber(e: PrimExpr): boolean {
  if (e.kind === "tir.Var") return true;
  if (e.dtype.code !== "int" || e.dtype.bits < 32) return false;
  if (e.kind === "tir.Cast") return e.value.dtype.code === "int" && isHostNumber(e.value);
  if (e.kind !== "tir.Binary") return e.kind === "tir.IntImm";
  const divides = !["add", "sub", "mul", "min", "max"].includes(e.op);
  if (divides && (e.b.kind !== "tir.IntImm" || e.b.value <= 0 || !e.op.startsWith("floor")))
    return false;
  return isHostNumber(e.a) && isHostNumber(e.b);
}
