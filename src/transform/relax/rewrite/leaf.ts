/** Variables in operands. */
import { primValue, type Expr, type Var } from "../../../ir/relax/expr.js";

/** Calls `each` on the variables of an operand, fields of tuples included. */
export function eachVar(leaf: Expr, each: (v: Var) => void): void {
  if (leaf.kind === "relax.Var") each(leaf);
  else if (leaf.kind === "relax.Tuple") for (const f of leaf.fields) eachVar(f, each);
}

/** A variable as an operand: a scalar is its symbol. */
export const useOf = (v: Var): Expr =>
  v.sinfo?.kind === "relax.PrimInfo" && v.sinfo.value !== undefined
    ? primValue(v.sinfo.value, v.span)
    : v;

/** Whether the variables of an operand can be used wherever `of` can. */
export function isVisible(leaf: Expr, of: Var): boolean {
  let visible = true;
  eachVar(leaf, (v) => (visible &&= of.dataflow || !v.dataflow));
  return visible;
}
