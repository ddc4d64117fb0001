/** Quantisation. */
import { defineOp } from "../../define-op.js";
import { axisOf } from "../../normal-form.js";
import { dtypeAttr, intAttr, tensor } from "../../params.js";
import { dequantizeRule, quantizeRule } from "../../rules/quantize.js";

const operands = [
  tensor("data"),
  tensor("scale"),
  tensor("zero_point"),
  intAttr("axis", -1, { normal: axisOf() }),
];

export const quantize = defineOp({
  name: "quantize",
  family: "quantize",
  summary: "clip(round(x / scale) + zero_point), ties to even.",
  must: "Q",
  params: [...operands, dtypeAttr("out_dtype", "int8")],
  rule: quantizeRule,
});

export const dequantize = defineOp({
  name: "dequantize",
  family: "quantize",
  summary: "(x - zero_point) * scale.",
  must: "Q",
  params: [...operands, dtypeAttr("out_dtype", "float32")],
  rule: dequantizeRule,
});
