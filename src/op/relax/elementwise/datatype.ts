/** Conversion of element types. */
import { defineOp } from "../../define-op.js";
import { dtypeAttr, tensor } from "../../params.js";
import { castRule } from "../../rules/unary.js";

export const astype = defineOp({
  name: "astype",
  family: "datatype",
  mixedPrecision: "follow",
  summary: "Converts the elements; floats to integers truncate.",
  must: "CTQ",
  params: [tensor("x"), dtypeAttr("dtype")],
  rule: castRule,
});

export const wrapParam = defineOp({
  name: "wrap_param",
  family: "datatype",
  summary: "Marks a constant as a parameter of another element type.",
  must: "T",
  params: [tensor("data"), dtypeAttr("dtype", "float32")],
  rule: castRule,
});
