/** Reading elements at indices. */
import { defineOp } from "../../define-op.js";
import { axisOf } from "../../normal-form.js";
import { anyAttr, intAttr, prim, strAttr, tensor, tensors } from "../../params.js";
import {
  gatherElementsRule,
  gatherNdRule,
  indexTensorRule,
  oneHotRule,
  takeRule,
} from "../../rules/gather.js";

export const take = defineOp({
  name: "take",
  family: "index",
  summary: "Elements along an axis at indices.",
  must: "T",
  params: [
    tensor("x"),
    tensor("indices", { scalar: true }),
    intAttr("axis", null, { normal: axisOf() }),
    strAttr("mode", "fast"),
  ],
  rule: takeRule,
});

export const indexTensor = defineOp({
  name: "index_tensor",
  family: "index",
  summary: "Elements at index tensors broadcast together.",
  must: "T",
  params: [tensor("data"), tensors("indices")],
  rule: indexTensorRule,
});

export const gatherElements = defineOp({
  name: "gather_elements",
  family: "index",
  summary: "One element along an axis for each index.",
  must: "T",
  params: [tensor("data"), tensor("indices"), intAttr("axis", 0, { normal: axisOf() })],
  rule: gatherElementsRule,
});

export const gatherNd = defineOp({
  name: "gather_nd",
  family: "index",
  summary: "Slices at index vectors.",
  must: "T",
  params: [tensor("data"), tensor("indices"), intAttr("batch_dims", 0)],
  rule: gatherNdRule,
});

export const oneHot = defineOp({
  name: "one_hot",
  family: "index",
  summary: "`on_value` at each index of a new axis, `off_value` elsewhere.",
  must: "T",
  params: [
    tensor("indices"),
    prim("on_value"),
    prim("off_value"),
    anyAttr("depth", undefined, { typeOnly: true }),
    intAttr("axis", -1, { normal: axisOf(0, 1) }),
  ],
  rule: oneHotRule,
});
