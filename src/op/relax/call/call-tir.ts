/** Calls of lower-level functions in destination-passing style. */
import { defineOp } from "../../define-op.js";
import {
  anyAttr,
  func,
  intsAttr,
  optional,
  outTy,
  shape,
  strArg,
  strAttr,
  tupleArg,
} from "../../params.js";
import { callTirInplaceRule, callTirRule, explicitRule } from "../../rules/call.js";

const common = { family: "call", structural: true };
const callee = func("gvar");
const tirVars = shape("tir_vars", { ...optional, keyword: true });

export const callTir = defineOp({
  ...common,
  name: "call_tir",
  summary: "Allocates outputs and calls a T function on inputs and outputs.",
  must: "CTQ",
  params: [callee, tupleArg("args"), outTy, tirVars],
  rule: callTirRule,
});

export const callTirWithGrad = defineOp({
  ...common,
  name: "call_tir_with_grad",
  summary: "As call_tir, with the name of a gradient function.",
  params: [
    callee,
    tupleArg("args"),
    outTy,
    strAttr("te_grad_name"),
    anyAttr("te_grad_kwargs", null),
    tirVars,
  ],
  rule: callTirRule,
});

export const callTirInplace = defineOp({
  ...common,
  name: "call_tir_inplace",
  summary: "As call_tir; outputs may reuse the memory of inputs.",
  must: "CT",
  params: [callee, tupleArg("args"), intsAttr("inplace_indices"), outTy, tirVars],
  rule: callTirInplaceRule,
});

export const callDpsPacked = defineOp({
  ...common,
  name: "call_dps_packed",
  summary: "Allocates outputs and calls a packed function on inputs and outputs.",
  must: "CTQ",
  params: [func("func"), tupleArg("args"), outTy],
  rule: explicitRule,
});

export const callPyFunc = defineOp({
  ...common,
  name: "call_py_func",
  summary: "Calls a function of the embedding Python program.",
  params: [strArg("func_name"), tupleArg("args"), outTy],
  rule: explicitRule,
});
