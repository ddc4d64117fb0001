/** Elementwise operators of one operand that keep its struct info. */
import { defineOps } from "../../define-op.js";
import { tensor } from "../../params.js";
import { sameAs } from "../../rules/same-as.js";
import { likeBool, likeInteger } from "../../rules/unary.js";

const common = { family: "unary", mixedPrecision: "follow" as const, params: [tensor("x")] };

export const unaryOps = defineOps(
  { ...common, rule: sameAs },
  {
    abs: "Absolute value.",
    acos: "Inverse cosine.",
    acosh: "Inverse hyperbolic cosine.",
    asin: "Inverse sine.",
    asinh: "Inverse hyperbolic sine.",
    atan: "Inverse tangent.",
    atanh: "Inverse hyperbolic tangent.",
    ceil: "Rounds towards plus infinity.",
    cos: { summary: "Cosine.", must: "T" },
    cosh: "Hyperbolic cosine.",
    erf: { summary: "Error function.", must: "T" },
    exp: { summary: "Exponential.", must: "CTQ" },
    floor: { summary: "Rounds towards minus infinity.", must: "Q" },
    log: { summary: "Natural logarithm.", must: "T" },
    negative: { summary: "Negation.", must: "T" },
    round: { summary: "Rounds to the nearest integer, ties to even.", must: "Q" },
    rsqrt: { summary: "Reciprocal of the square root.", must: "T" },
    sigmoid: { summary: "Logistic function.", must: "CT" },
    sign: "-1, 0 or 1 by the sign.",
    sin: { summary: "Sine.", must: "T" },
    sinh: "Hyperbolic sine.",
    sqrt: { summary: "Square root.", must: "T" },
    square: { summary: "Product with itself.", must: "T" },
    tan: "Tangent.",
    tanh: { summary: "Hyperbolic tangent.", must: "T" },
    trunc: "Rounds towards zero.",
    logical_not: { summary: "Negation of a truth value.", must: "T" },
  },
);

export const bitOps = defineOps(
  { ...common, rule: likeInteger },
  { bitwise_not: "Complement of each bit." },
);

export const testOps = defineOps(
  { ...common, rule: likeBool },
  {
    isfinite: "Whether neither infinite nor NaN.",
    isinf: "Whether infinite.",
    isnan: "Whether NaN.",
  },
);
