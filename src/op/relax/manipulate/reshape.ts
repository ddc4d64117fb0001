/** Operators that keep the elements in order. */
import { defineOp } from "../../define-op.js";
import { intsAttr, shape, tensor } from "../../params.js";
import { expandDimsRule, flattenRule, reshapeRule, squeezeRule } from "../../rules/reshape.js";

export const reshape = defineOp({
  name: "reshape",
  family: "manipulate",
  mixedPrecision: "follow",
  summary: "Same elements under another shape; one -1 is inferred, 0 copies a dimension.",
  must: "CTQ",
  params: [tensor("x"), shape("shape")],
  rule: reshapeRule,
});

export const flatten = defineOp({
  name: "flatten",
  family: "manipulate",
  mixedPrecision: "follow",
  summary: "Same elements in one dimension.",
  must: "C",
  params: [tensor("x")],
  rule: flattenRule,
});

export const expandDims = defineOp({
  name: "expand_dims",
  family: "manipulate",
  mixedPrecision: "follow",
  summary: "Inserts dimensions of length 1.",
  must: "T",
  params: [tensor("x"), intsAttr("axis", undefined, { typeOnly: true })],
  rule: expandDimsRule,
});

export const squeeze = defineOp({
  name: "squeeze",
  family: "manipulate",
  mixedPrecision: "follow",
  summary: "Drops dimensions of length 1.",
  must: "CT",
  params: [tensor("x"), intsAttr("axis", null, { typeOnly: true })],
  rule: squeezeRule,
});
