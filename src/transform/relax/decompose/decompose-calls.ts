/** Calls of operators, each in terms of others. */
import type { IRModule } from "../../../ir/module.js";
import type { Call, Expr, Func, Var } from "../../../ir/relax/expr.js";
import type { PassContext } from "../../pass.js";
import { chosenFunctions } from "../params/chosen-function.js";
import {
  eachBinding,
  Formula,
  isExternal,
  rewriteFunction,
  updated,
  type Cursor,
} from "../rewrite/index.js";

/** What a decomposition may ask beside the call. */
export interface BoundCall {
  readonly at: Cursor;
  /** The variable that the call is bound to. */
  readonly var: Var;
  /** Whether a refinement gives names to what the variable's type does not say. */
  readonly isRefined: boolean;
}

/** What takes the place of a call of an operator; undefined to keep it. */
export type Decomposition = (f: Formula, call: Call, bound: BoundCall) => Expr | undefined;

/** The module with the calls of some operators decomposed, in one function or in all. */
export function decomposeCalls(
  module: IRModule,
  pass: string,
  func: string,
  ctx: PassContext,
  by: Readonly<Record<string, Decomposition>>,
): IRModule {
  const chosen = chosenFunctions(module, pass, func, ctx);
  if (chosen === undefined) return module;
  return updated(module, (base, name) => {
    if (base.kind !== "relax.Function" || !chosen.has(name) || isExternal(base)) return base;
    const refined = new Set<Expr | Func>();
    eachBinding(base.body, (b) => void (b.kind === "relax.MatchCast" && refined.add(b.value)));
    return rewriteFunction(module, name, base, {
      value(value, at, { var: v }) {
        if (value.kind !== "relax.Call" || value.op.kind !== "relax.Op") return value;
        const rule = Object.hasOwn(by, value.op.name) ? by[value.op.name] : undefined;
        return rule?.(new Formula(at), value, { at, var: v, isRefined: refined.has(v) }) ?? value;
      },
    });
  });
}
