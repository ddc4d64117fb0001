/** Writing elements at indices. */
import { defineOp } from "../../define-op.js";
import { axisOf } from "../../normal-form.js";
import { boolAttr, intAttr, prim, strAttr, tensor, tensors } from "../../params.js";
import {
  indexPutRule,
  scatterElementsRule,
  scatterNdRule,
  sliceScatterRule,
} from "../../rules/scatter.js";

export const indexPut = defineOp({
  name: "index_put",
  family: "index",
  summary: "Writes values at index tensors, or adds them.",
  must: "T",
  params: [tensor("data"), tensors("indices"), tensor("values"), boolAttr("accumulate", false)],
  rule: indexPutRule,
});

export const scatterElements = defineOp({
  name: "scatter_elements",
  family: "index",
  summary: "Writes one update along an axis for each index.",
  must: "T",
  params: [
    tensor("data"),
    tensor("indices"),
    tensor("updates"),
    intAttr("axis", 0, { normal: axisOf() }),
    strAttr("reduction", "update"),
  ],
  rule: scatterElementsRule,
});

export const scatterNd = defineOp({
  name: "scatter_nd",
  family: "index",
  summary: "Writes slices at index vectors.",
  must: "T",
  params: [tensor("data"), tensor("indices"), tensor("updates"), strAttr("reduction", "update")],
  rule: scatterNdRule,
});

export const sliceScatter = defineOp({
  name: "slice_scatter",
  family: "index",
  summary: "Writes a tensor into a slice of another.",
  must: "T",
  params: [
    tensor("input_tensor"),
    tensor("src"),
    prim("start"),
    prim("end", { typeOnly: true }),
    prim("step", { default: 1 }),
    intAttr("axis", 0, { normal: axisOf() }),
  ],
  rule: sliceScatterRule,
});
