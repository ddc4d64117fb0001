/** Explicit memory, after planning. */
import { defineOp } from "../../define-op.js";
import {
  any,
  dtypeArg,
  optional,
  placeInStorage,
  prim,
  shape,
  strArg,
  tensor,
} from "../../params.js";
import { allocTensorRule, objectRule, viewRule, voidRule } from "../../rules/memory.js";
import { identityRule, sameAs } from "../../rules/same-as.js";

const common = { family: "memory", structural: true };

export const builtinAllocTensor = defineOp({
  ...common,
  name: "builtin.alloc_tensor",
  summary: "Allocates a tensor.",
  must: "CTQ",
  params: [
    shape("shape"),
    dtypeArg("dtype"),
    prim("runtime_device_index"),
    strArg("storage_scope", { default: "global" }),
  ],
  rule: allocTensorRule,
});

export const stopLiftParams = defineOp({
  ...common,
  name: "builtin.stop_lift_params",
  summary: "Bars the computation of parameters before the first run.",
  params: [any("x")],
  rule: identityRule,
});

export const allocStorage = defineOp({
  ...common,
  name: "memory.alloc_storage",
  summary: "Allocates bytes.",
  must: "CTQ",
  params: [shape("size"), prim("virtual_device_index"), strArg("storage_scope"), dtypeArg("dtype")],
  rule: objectRule,
});

export const allocTensor = defineOp({
  ...common,
  name: "memory.alloc_tensor",
  summary: "Tensor at an offset in storage.",
  must: "CTQ",
  params: placeInStorage,
  rule: allocTensorRule,
});

export const killStorage = defineOp({
  ...common,
  name: "memory.kill_storage",
  summary: "Ends the life of storage.",
  must: "CTQ",
  pure: false,
  params: [any("storage")],
  rule: voidRule,
});

export const killTensor = defineOp({
  ...common,
  name: "memory.kill_tensor",
  summary: "Ends the life of a tensor.",
  must: "CTQ",
  pure: false,
  params: [any("tensor")],
  rule: voidRule,
});

export const view = defineOp({
  ...common,
  name: "memory.view",
  summary: "Reads the bytes of a tensor under another shape, element type or offset.",
  params: [
    tensor("data"),
    shape("shape", optional),
    dtypeArg("dtype", optional),
    prim("relative_byte_offset", optional),
  ],
  rule: viewRule,
});

export const ensureZeroOffset = defineOp({
  ...common,
  name: "memory.ensure_zero_offset",
  summary: "Copies when the device cannot address an offset.",
  params: [tensor("data")],
  rule: sameAs,
});
