/** Which values the parameters asked for have a share in. */
import type { Binding, Expr, Var } from "../../../ir/relax/expr.js";
import type { StructInfo } from "../../../ir/relax/struct-info.js";
import { isFloat } from "../../../support/dtype.js";
import { eachVar } from "../rewrite/index.js";

/** Whether values of this type can have a gradient: float tensors, and tuples with some. */
export function isContinuous(info: StructInfo | undefined): boolean {
  if (info?.kind === "relax.TupleInfo") return info.fields.some(isContinuous);
  return info?.kind === "relax.TensorInfo" && (info.dtype === undefined || isFloat(info.dtype));
}

/** The variables that depend continuously on some of the parameters, these included. */
export function activeVars(
  params: readonly Var[],
  bindings: readonly Binding[],
): ReadonlySet<Expr> {
  const active = new Set<Expr>(params);
  for (const { value, var: v } of bindings) {
    if (value.kind === "relax.Function" || !isContinuous(v.sinfo)) continue;
    if (operandsOf(value).some((e) => dependsOn(e, active))) active.add(v);
  }
  return active;
}

/** Whether an operand has one of these variables in it. */
export function dependsOn(e: Expr, active: ReadonlySet<Expr>): boolean {
  let found = false;
  eachVar(e, (v) => (found ||= active.has(v)));
  return found;
}

function operandsOf(value: Expr): readonly Expr[] {
  switch (value.kind) {
    case "relax.Call":
      return value.op.kind === "relax.Op" && value.op.name === "grad.no_grad" ? [] : value.args;
    case "relax.TupleGetItem":
      return [value.tuple];
    default:
      return [value];
  }
}
