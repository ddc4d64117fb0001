/** Tensors of one value. */
import { defineOp, defineOps } from "../../define-op.js";
import { dtypeAttr, shape, tensor } from "../../params.js";
import { fullLikeRule, fullRule, initLikeRule, initRule } from "../../rules/creation.js";

export const full = defineOp({
  name: "full",
  family: "creation",
  summary: "Tensor of one value.",
  must: "CT",
  params: [shape("shape"), tensor("fill_value"), dtypeAttr("dtype", null)],
  rule: fullRule,
});

export const fullLike = defineOp({
  name: "full_like",
  family: "creation",
  summary: "Tensor of one value, shaped as another.",
  must: "T",
  params: [tensor("x"), tensor("fill_value"), dtypeAttr("dtype", null)],
  rule: fullLikeRule,
});

export const initOps = defineOps(
  { family: "creation", params: [shape("shape"), dtypeAttr("dtype")], rule: initRule },
  {
    ones: { summary: "Tensor of ones.", must: "T" },
    zeros: { summary: "Tensor of zeros.", must: "T" },
  },
);

export const initLikeOps = defineOps(
  { family: "creation", params: [tensor("x"), dtypeAttr("dtype", null)], rule: initLikeRule },
  { ones_like: "Ones, shaped as another tensor.", zeros_like: "Zeros, shaped as another tensor." },
);
