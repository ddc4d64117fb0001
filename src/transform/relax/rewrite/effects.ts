/** What bindings do beside giving their value. */
import { impureCallee } from "../../../analysis/relax/purity.js";
import type { IRModule } from "../../../ir/module.js";
import type { Binding, Expr, Func, SeqExpr } from "../../../ir/relax/expr.js";

/** Whether evaluating a value may act: an impure call, or a branch with one. A nested function acts when it is called. */
export function hasEffect(module: IRModule, value: Expr | Func): boolean {
  switch (value.kind) {
    case "relax.Call":
      return impureCallee(module, value) !== undefined;
    case "relax.If":
      return seqHasEffect(module, value.then) || seqHasEffect(module, value.otherwise);
    case "relax.SeqExpr":
      return seqHasEffect(module, value);
    default:
      return false;
  }
}

const seqHasEffect = (module: IRModule, seq: SeqExpr): boolean =>
  seq.blocks.some((block) => block.bindings.some((b: Binding) => hasEffect(module, b.value)));

/** Operators whose results are new memory each time, so that two equal calls are two values. */
const ALLOCATES =
  /^(builtin\.alloc_tensor|memory\.alloc_(storage|tensor)|vm\.alloc_(storage|tensor))$/;

/** Whether a value is told apart from an equal one: it acts, allocates, or works in place. */
export function hasIdentity(module: IRModule, value: Expr | Func): boolean {
  if (hasEffect(module, value)) return true;
  if (value.kind !== "relax.Call" || value.op.kind !== "relax.Op") return false;
  const { name } = value.op;
  return ALLOCATES.test(name) || name === "call_tir_inplace" || name === "call_inplace_packed";
}
