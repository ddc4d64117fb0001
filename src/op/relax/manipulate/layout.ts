/** Operators that move elements. */
import { defineOp } from "../../define-op.js";
import { axesOf, axisOf } from "../../normal-form.js";
import { anyAttr, indexMapAttr, intAttr, intsAttr, tensor } from "../../params.js";
import {
  flipRule,
  layoutTransformRule,
  permuteDimsRule,
  reverseSequenceRule,
} from "../../rules/layout.js";

export const permuteDims = defineOp({
  name: "permute_dims",
  family: "manipulate",
  mixedPrecision: "follow",
  summary: "Reorders the dimensions; reverses them when no order is given.",
  must: "CT",
  params: [
    tensor("x"),
    intsAttr("axes", null, { normal: axesOf(0, { absent: "reversed", ordered: true }) }),
  ],
  rule: permuteDimsRule,
});

export const flip = defineOp({
  name: "flip",
  family: "manipulate",
  summary: "Reverses the elements along an axis.",
  params: [tensor("data"), intAttr("axis", undefined, { normal: axisOf() })],
  rule: flipRule,
});

export const reverseSequence = defineOp({
  name: "reverse_sequence",
  family: "manipulate",
  summary: "Reverses a prefix of each slice.",
  params: [
    tensor("data"),
    tensor("seq_lengths"),
    intAttr("seq_axis", 1, { normal: axisOf() }),
    intAttr("batch_axis", 0, { normal: axisOf() }),
  ],
  rule: reverseSequenceRule,
});

export const layoutTransform = defineOp({
  name: "layout_transform",
  family: "manipulate",
  mixedPrecision: "follow",
  summary: "Moves elements by an index map.",
  must: "CQ",
  params: [
    tensor("x"),
    indexMapAttr("index_map"),
    anyAttr("pad_value", null),
    anyAttr("axis_separators", null),
    anyAttr("input_axis_separators", null),
  ],
  rule: layoutTransformRule,
});
