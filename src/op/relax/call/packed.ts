/** Calls of packed functions and closures. */
import { defineOp } from "../../define-op.js";
import { any, func, intsAttr, optional, tupleArg, tyArgs } from "../../params.js";
import { inplacePackedRule, packedRule, explicitOrObject, closureRule } from "../../rules/call.js";

const common = { family: "call", structural: true };

export const callPurePacked = defineOp({
  ...common,
  name: "call_pure_packed",
  summary: "Calls a packed function that has no side effects.",
  must: "T",
  params: [func("func"), any("args", { variadic: true }), tyArgs(optional)],
  rule: packedRule,
});

export const callInplacePacked = defineOp({
  ...common,
  name: "call_inplace_packed",
  summary: "Calls a packed function that changes some operands and has no other effects.",
  params: [
    func("func"),
    any("args", { variadic: true }),
    intsAttr("inplace_indices", undefined, { keyword: true }),
    tyArgs(optional),
  ],
  rule: inplacePackedRule,
});

export const callBuiltinWithCtx = defineOp({
  ...common,
  name: "call_builtin_with_ctx",
  summary: "Calls a builtin that also gets the virtual machine's context.",
  must: "T",
  pure: false,
  params: [func("func"), tupleArg("args"), tyArgs(optional)],
  rule: explicitOrObject,
});

export const makeClosure = defineOp({
  ...common,
  name: "make_closure",
  summary: "Closure of a function over values.",
  params: [func("func"), tupleArg("args")],
  rule: closureRule,
});

export const invokeClosure = defineOp({
  ...common,
  name: "invoke_closure",
  summary: "Calls a closure.",
  pure: false,
  params: [any("closure"), tupleArg("args"), tyArgs({ optional: true, keyword: false })],
  rule: explicitOrObject,
});

export const invokePureClosure = defineOp({
  ...common,
  name: "invoke_pure_closure",
  summary: "Calls a closure that has no side effects.",
  params: [any("closure"), tupleArg("args"), tyArgs({ optional: true, keyword: false })],
  rule: explicitOrObject,
});
