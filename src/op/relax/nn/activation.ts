/** Activations. */
import { defineOp, defineOps } from "../../define-op.js";
import { axisOf } from "../../normal-form.js";
import { floatAttr, intAttr, tensor } from "../../params.js";
import { preluRule, softmaxRule } from "../../rules/nn.js";
import { floatLike, sameAs } from "../../rules/same-as.js";

const family = "nn";

export const relu = defineOp({
  name: "nn.relu",
  family,
  mixedPrecision: "follow",
  summary: "max(x, 0).",
  must: "CTQ",
  params: [tensor("data")],
  rule: sameAs,
});

export const activations = defineOps(
  { family, mixedPrecision: "follow", params: [tensor("data")], rule: floatLike },
  {
    "nn.gelu": { summary: "x/2 * (1 + erf(x/sqrt(2))).", must: "T" },
    "nn.gelu_tanh": { summary: "Approximation of gelu by tanh.", must: "T" },
    "nn.selu": "Scaled exponential linear unit.",
    "nn.silu": { summary: "x * sigmoid(x).", must: "CT" },
  },
);

export const leakyRelu = defineOp({
  name: "nn.leakyrelu",
  family,
  summary: "x, or alpha * x below 0.",
  must: "C",
  params: [tensor("data"), floatAttr("alpha", 0.01)],
  rule: floatLike,
});

export const prelu = defineOp({
  name: "nn.prelu",
  family,
  summary: "x, or a slope per channel times x below 0.",
  must: "C",
  params: [tensor("data"), tensor("alpha"), intAttr("axis", 1, { normal: axisOf() })],
  rule: preluRule,
});

export const softplus = defineOp({
  name: "nn.softplus",
  family,
  summary: "log(1 + exp(beta * x)) / beta, linear above the threshold.",
  params: [tensor("data"), floatAttr("beta", 1), floatAttr("threshold", 20)],
  rule: floatLike,
});

export const softmaxOps = defineOps(
  {
    family,
    params: [tensor("data"), intAttr("axis", -1, { normal: axisOf() })],
    rule: softmaxRule,
  },
  {
    "nn.softmax": { summary: "Exponentials divided by their sum along an axis.", must: "CT" },
    "nn.log_softmax": { summary: "Logarithm of softmax.", must: "T" },
  },
);
