/** Virtual-machine level. */
import { defineOp } from "../../define-op.js";
import {
  any,
  dtypeArg,
  func,
  placeInStorage,
  prim,
  shape,
  strArg,
  tupleArg,
} from "../../params.js";
import { allocTensorRule, objectRule, voidRule } from "../../rules/memory.js";

const common = { family: "vm", structural: true };

export const vmAllocStorage = defineOp({
  ...common,
  name: "vm.alloc_storage",
  summary: "Allocates bytes.",
  must: "CTQ",
  params: [
    shape("shape"),
    prim("runtime_device_index"),
    dtypeArg("dtype"),
    strArg("storage_scope", { default: "global" }),
  ],
  rule: objectRule,
});

export const vmAllocTensor = defineOp({
  ...common,
  name: "vm.alloc_tensor",
  summary: "Tensor at an offset in storage.",
  must: "CTQ",
  params: placeInStorage,
  rule: allocTensorRule,
});

export const vmCallTirDyn = defineOp({
  ...common,
  name: "vm.call_tir_dyn",
  summary: "Calls a T function whose last operands are the elements of a shape.",
  must: "CTQ",
  pure: false,
  params: [func("func"), tupleArg("args")],
  rule: voidRule,
});

export const vmKillObject = defineOp({
  ...common,
  name: "vm.kill_object",
  summary: "Releases a value.",
  must: "CTQ",
  pure: false,
  params: [any("obj")],
  rule: voidRule,
});
