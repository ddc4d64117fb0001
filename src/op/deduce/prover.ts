/** What deduction asks about dimensions. */
import type { PrimExpr } from "../../ir/tir/expr.js";

export interface Prover {
  /** Proved equal, proved different, or unknown. */
  equal(a: PrimExpr, b: PrimExpr): boolean | undefined;
}
