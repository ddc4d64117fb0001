/** What a struct-info rule may ask and say. */
import type { Expr } from "../ir/relax/expr.js";
import type { FuncInfo, StructInfo } from "../ir/relax/struct-info.js";
import type { PrimExpr, Var } from "../ir/tir/expr.js";
import type { Diagnostic } from "../support/diagnostic.js";

export interface InferContext {
  /** Struct info of a leaf (variable, constant, shape, scalar, tuple of leaves, function). */
  infoOf(expr: Expr): StructInfo;
  /** Signature of a module-level function. */
  signature(name: string): FuncInfo | undefined;
  /** Three-valued: proved equal, proved different, unknown. */
  equal(a: PrimExpr, b: PrimExpr): boolean | undefined;
  simplify(e: PrimExpr): PrimExpr;
  /** Reports and goes on; the rule then returns what is still known (or ObjectInfo). */
  report(diagnostic: Diagnostic): void;
  /** `a == b` could not be decided: becomes a run-time check, listed on request. */
  guard(a: PrimExpr, b: PrimExpr, reason: string): void;
  /** Whether a symbol is defined outside the sequence whose result is asked for. */
  isOuter?(v: Var): boolean;
}
