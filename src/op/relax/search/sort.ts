/** Sorting and sets. */
import { primValue, type Call } from "../../../ir/relax/expr.js";
import type { StructInfo } from "../../../ir/relax/struct-info.js";
import { boolImm } from "../../../ir/tir/expr.js";
import { defineOp } from "../../define-op.js";
import { axisOf } from "../../normal-form.js";
import type { OutputSlot } from "../../op.js";
import { boolAttr, dtypeAttr, intAttr, prim, strAttr, tensor } from "../../params.js";
import {
  argsortRule,
  bucketizeRule,
  nonzeroRule,
  sampleRule,
  sortRule,
  topkRule,
  uniqueRule,
} from "../../rules/search.js";

const family = "search";
const yes = primValue(boolImm(true));
const no = primValue(boolImm(false));

export const bucketize = defineOp({
  name: "bucketize",
  family,
  summary: "Index of the bucket of each element.",
  params: [
    tensor("input_tensor"),
    tensor("boundaries"),
    boolAttr("out_int32", false, { typeOnly: true }),
    boolAttr("right", false),
  ],
  rule: bucketizeRule,
});

export const sort = defineOp({
  name: "sort",
  family,
  summary: "Sorts along an axis.",
  params: [tensor("x"), intAttr("axis", -1, { normal: axisOf() }), boolAttr("descending", false)],
  rule: sortRule,
});

export const argsort = defineOp({
  name: "argsort",
  family,
  summary: "Indices that sort along an axis.",
  params: [
    tensor("data"),
    intAttr("axis", -1, { normal: axisOf() }),
    boolAttr("descending", false),
    dtypeAttr("dtype", "int32"),
  ],
  rule: argsortRule,
});

/** Values, then indices; either may not be asked for. */
function topkOutputs(result: StructInfo, call: Call): readonly OutputSlot[] {
  if (result.kind === "relax.TupleInfo") return result.fields;
  return call.attrs.get("ret_type") === "indices" ? [undefined, result] : [result, undefined];
}

export const topk = defineOp({
  name: "topk",
  family,
  summary: "The k largest or smallest elements along an axis, their indices, or both.",
  must: "T",
  params: [
    tensor("data"),
    intAttr("k", 1, { typeOnly: true }),
    intAttr("axis", -1, { normal: axisOf() }),
    strAttr("ret_type", "both", { typeOnly: true }),
    boolAttr("largest", true),
    dtypeAttr("dtype", "int32"),
  ],
  outputs: topkOutputs,
  rule: topkRule,
});

export const unique = defineOp({
  name: "unique",
  family,
  summary: "Distinct elements.",
  dataDependent: true,
  params: [
    tensor("x"),
    prim("sorted", { default: true }),
    prim("return_index", { default: false }),
    prim("return_inverse", { default: false }),
    prim("return_counts", { default: false }),
    prim("axis", { optional: true, normal: axisOf() }),
  ],
  complete: ([x, sorted, ...flags]) => [
    x,
    sorted ?? yes,
    ...flags.map((flag, i) => (i < 3 ? (flag ?? no) : flag)),
  ],
  rule: uniqueRule,
});

export const nonzero = defineOp({
  name: "nonzero",
  family,
  summary: "Coordinates of the elements that are not zero.",
  dataDependent: true,
  params: [tensor("x")],
  rule: nonzeroRule,
});

export const multinomialFromUniform = defineOp({
  name: "multinomial_from_uniform",
  family,
  summary: "Samples of categorical distributions from uniform samples.",
  params: [
    tensor("prob"),
    tensor("uniform_sample"),
    tensor("sample_indices"),
    dtypeAttr("dtype", "int64"),
  ],
  rule: sampleRule,
});
