/** Matrix products. */
import { defineOp } from "../../define-op.js";
import { dtypeAttr, strAttr, tensor, tensors } from "../../params.js";
import { einsumRule } from "../../rules/einsum.js";
import { matmulRule, outerRule } from "../../rules/matmul.js";

export const matmul = defineOp({
  name: "matmul",
  family: "linear-algebra",
  mixedPrecision: "always",
  summary: "Matrix product; leading dimensions broadcast.",
  must: "CTQ",
  params: [tensor("x1"), tensor("x2"), dtypeAttr("out_dtype", null)],
  rule: matmulRule,
});

export const einsum = defineOp({
  name: "einsum",
  family: "linear-algebra",
  summary: "Sum of products by Einstein's convention.",
  must: "T",
  params: [tensors("operands"), strAttr("subscripts")],
  rule: einsumRule,
});

export const outer = defineOp({
  name: "outer",
  family: "linear-algebra",
  mixedPrecision: "always",
  summary: "Outer product of two vectors.",
  params: [tensor("x1"), tensor("x2")],
  rule: outerRule,
});
