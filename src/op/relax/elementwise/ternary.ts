/** Selection and fused multiply-add. */
import { defineOp } from "../../define-op.js";
import { tensor } from "../../params.js";
import { fmaRule, whereRule } from "../../rules/ternary.js";

export const where = defineOp({
  name: "where",
  family: "ternary",
  summary: "Elements of `x1` where the condition holds, of `x2` elsewhere.",
  must: "T",
  params: [tensor("condition"), tensor("x1"), tensor("x2")],
  rule: whereRule,
});

export const ewiseFma = defineOp({
  name: "ewise_fma",
  family: "ternary",
  mixedPrecision: "follow",
  summary: "x1 * x2 + x3 on tensors of one shape.",
  params: [tensor("x1"), tensor("x2"), tensor("x3")],
  rule: fmaRule,
});
