/** Functions for external code generators: composites as functions inside. */
import { rewrite } from "../../../ir/core/rewrite.js";
import type { IRModule } from "../../../ir/module.js";
import {
  bindingBlock,
  relaxCall,
  relaxVar,
  seqExpr,
  varBinding,
  type Binding,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import { functionSignature } from "../../../op/deduce/index.js";
import { copyFunction } from "../rewrite/index.js";
import { CODEGEN } from "./external.js";

/** A function for a code generator whose body is one call of the composite inside it. */
export function withCodegen(composite: Func, codegen: string): Func {
  const params = composite.params.map((p) => relaxVar(p.name, p.sinfo));
  const inner = innerFunction(composite);
  const result = relaxVar("result", composite.retSinfo);
  const call = varBinding(result, relaxCall(inner.var, params));
  return copyFunction({
    ...composite,
    name: `${composite.name}_${codegen}`,
    params,
    body: seqExpr([bindingBlock([inner, call])], result),
    isPrivate: false,
    attrs: new Map([[CODEGEN, codegen]]),
  });
}

/** The function with the module's functions that it calls inside itself, marked for a code generator. */
export function enclosing(func: Func, module: IRModule, codegen: string): Func {
  const inner = new Map<string, Binding & { readonly var: Var }>();
  const body = rewrite(func.body, (node) => {
    if (node.kind !== "relax.Call" || node.op.kind !== "ir.GlobalVar") return node;
    const callee = module.functions.get(node.op.name);
    if (callee?.kind !== "relax.Function") return node;
    const made = inner.get(callee.name) ?? innerFunction(callee);
    inner.set(callee.name, made);
    return { ...node, op: made.var };
  });
  const blocks = [bindingBlock([...inner.values()]), ...body.blocks];
  return {
    ...func,
    body: { ...body, blocks },
    isPrivate: false,
    attrs: new Map([[CODEGEN, codegen]]),
  };
}

function innerFunction(func: Func): ReturnType<typeof varBinding> {
  const own = copyFunction(func);
  return varBinding(relaxVar(func.name, functionSignature(own)), own);
}
