/** Values and effects that are no computation. */
import { defineOp } from "../../define-op.js";
import { any, strArg, strAttr, tensor, vdeviceAttr } from "../../params.js";
import { assertRule, nullValueRule, printRule } from "../../rules/call.js";
import { sameAs } from "../../rules/same-as.js";
import { toVdeviceRule } from "../../rules/vdevice.js";

const common = { family: "call", structural: true };

export const nullValue = defineOp({
  ...common,
  name: "null_value",
  summary: "Absent operand.",
  params: [],
  rule: nullValueRule,
});

export const print = defineOp({
  ...common,
  name: "print",
  summary: "Prints values at run time; `{}` in the format stands for the next value.",
  pure: false,
  params: [strArg("format", { default: "", keyword: true }), any("values", { variadic: true })],
  rule: printRule,
});

export const assertOp = defineOp({
  ...common,
  name: "assert_op",
  summary: "Stops the program when a condition does not hold.",
  must: "T",
  pure: false,
  params: [
    any("condition"),
    strArg("format", { default: "", keyword: true }),
    any("format_args", { variadic: true, optional: true }),
  ],
  rule: assertRule,
});

export const hintOnDevice = defineOp({
  ...common,
  name: "hint_on_device",
  summary: "Says on which device a value should be.",
  params: [tensor("data"), vdeviceAttr("dst_vdevice"), strAttr("memory_scope", "global")],
  rule: sameAs,
});

export const toVdevice = defineOp({
  ...common,
  name: "to_vdevice",
  summary: "Copies to a device.",
  must: "T",
  params: [tensor("data"), vdeviceAttr("dst_vdevice")],
  rule: toVdeviceRule,
});
