/** Reductions over axes. */
import { defineOp, defineOps } from "../../define-op.js";
import { axesOf, axisOf } from "../../normal-form.js";
import { boolAttr, intAttr, intsAttr, tensor } from "../../params.js";
import { argReduceRule, medianRule, reduceRule } from "../../rules/reduce.js";

const family = "statistical";
const params = [
  tensor("x"),
  intsAttr("axis", null, { normal: axesOf(0, { absent: "all" }) }),
  boolAttr("keepdims", false, { typeOnly: true }),
];

export const reduceOps = defineOps(
  { family, params, rule: reduceRule },
  {
    sum: { summary: "Sum over axes.", must: "CT" },
    mean: { summary: "Mean over axes.", must: "CT" },
    max: { summary: "Largest element over axes.", must: "CT" },
    min: { summary: "Smallest element over axes.", must: "T" },
    prod: { summary: "Product over axes.", must: "T" },
    std: { summary: "Standard deviation of the population over axes.", must: "T" },
    variance: { summary: "Variance of the population over axes.", must: "T" },
  },
);

export const median = defineOp({
  name: "median",
  family,
  summary: "Median over axes; with one axis also its index.",
  // All axes and the one axis of a vector give results of different types.
  params: [tensor("x"), intsAttr("axis", null, { normal: axesOf() }), boolAttr("keepdims", false)],
  rule: medianRule,
});

export const argReduceOps = defineOps(
  {
    family,
    params: [
      tensor("x"),
      intAttr("axis", null, { normal: axisOf() }),
      boolAttr("keepdims", false, { typeOnly: true }),
    ],
    rule: argReduceRule,
  },
  {
    argmax: { summary: "Index of the first largest element.", must: "CT" },
    argmin: "Index of the first smallest element.",
  },
);
