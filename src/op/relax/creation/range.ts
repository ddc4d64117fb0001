/** Tensors computed from positions. */
import { primValue } from "../../../ir/relax/expr.js";
import { intImm } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import { defineOp, defineOps } from "../../define-op.js";
import { dtypeAttr, prim, tensor } from "../../params.js";
import {
  arangeRule,
  eyeLikeRule,
  eyeRule,
  hammingRule,
  triangleRule,
} from "../../rules/creation.js";

export const arange = defineOp({
  name: "arange",
  family: "creation",
  summary: "Evenly spaced values from `start` up to but without `end`.",
  must: "T",
  params: [
    prim("start"),
    prim("end", { optional: true, typeOnly: true }),
    prim("step", { default: 1 }),
    dtypeAttr("dtype", null),
  ],
  complete: ([start, end, step]) =>
    end === undefined ? [primValue(intImm(0, int64)), start, step] : [start, end, step],
  rule: arangeRule,
});

export const eye = defineOp({
  name: "eye",
  family: "creation",
  summary: "Matrix with ones on diagonal `k`.",
  params: [
    prim("n", { typeOnly: true }),
    prim("m", { optional: true, typeOnly: true }),
    prim("k", { default: 0 }),
    dtypeAttr("dtype", "float32"),
  ],
  complete: ([n, m, k]) => [n, m ?? n, k],
  rule: eyeRule,
});

export const eyeLike = defineOp({
  name: "eye_like",
  family: "creation",
  summary: "Ones on diagonal `k`, shaped as another matrix.",
  params: [tensor("x"), prim("k", { default: 0 }), dtypeAttr("dtype", null)],
  rule: eyeLikeRule,
});

export const triangleOps = defineOps(
  { family: "creation", params: [tensor("x"), prim("k", { default: 0 })], rule: triangleRule },
  {
    tril: { summary: "Keeps the part on and below diagonal `k`.", must: "T" },
    triu: { summary: "Keeps the part on and above diagonal `k`.", must: "T" },
  },
);

export const hammingWindow = defineOp({
  name: "hamming_window",
  family: "creation",
  summary: "Hamming window of a length.",
  params: [
    prim("window_size", { typeOnly: true }),
    prim("periodic"),
    prim("alpha"),
    prim("beta"),
    dtypeAttr("dtype"),
  ],
  rule: hammingRule,
});
