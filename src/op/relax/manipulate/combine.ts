/** Operators that join, split and repeat tensors. */
import type { StructInfo } from "../../../ir/relax/struct-info.js";
import { defineOp } from "../../define-op.js";
import { axisOf } from "../../normal-form.js";
import type { OutputSlot } from "../../op.js";
import { anyAttr, intAttr, intsAttr, strAttr, tensor, tensors } from "../../params.js";
import {
  concatRule,
  meshgridRule,
  repeatRule,
  splitRule,
  stackRule,
  tileRule,
} from "../../rules/combine.js";

/** Outputs of a number that varies. */
const fieldsAsOne = (result: StructInfo): readonly OutputSlot[] => [
  result.kind === "relax.TupleInfo" ? result.fields : [result],
];

export const concat = defineOp({
  name: "concat",
  family: "manipulate",
  mixedPrecision: "follow",
  summary: "Joins tensors along an axis.",
  must: "CT",
  params: [tensors("tensors"), intAttr("axis", 0, { normal: axisOf() })],
  rule: concatRule,
});

export const split = defineOp({
  name: "split",
  family: "manipulate",
  mixedPrecision: "follow",
  summary: "Cuts a tensor along an axis, into equal sections or at given positions.",
  must: "CT",
  params: [
    tensor("x"),
    anyAttr("indices_or_sections", undefined, { typeOnly: true }),
    intAttr("axis", 0, { normal: axisOf() }),
  ],
  outputs: fieldsAsOne,
  rule: splitRule,
});

export const stack = defineOp({
  name: "stack",
  family: "manipulate",
  mixedPrecision: "follow",
  summary: "Joins tensors along a new axis.",
  params: [tensors("tensors"), intAttr("axis", 0, { normal: axisOf(0, 1) })],
  rule: stackRule,
});

export const repeat = defineOp({
  name: "repeat",
  family: "manipulate",
  summary: "Repeats each element.",
  params: [tensor("data"), intAttr("repeats"), intAttr("axis", null, { normal: axisOf() })],
  rule: repeatRule,
});

export const tile = defineOp({
  name: "tile",
  family: "manipulate",
  summary: "Repeats the whole tensor.",
  must: "T",
  params: [tensor("data"), intsAttr("repeats", undefined, { typeOnly: true })],
  rule: tileRule,
});

export const meshgrid = defineOp({
  name: "meshgrid",
  family: "manipulate",
  mixedPrecision: "follow",
  summary: "Coordinate matrices of coordinate vectors.",
  params: [tensors("tensors"), strAttr("indexing", "ij")],
  outputs: fieldsAsOne,
  rule: meshgridRule,
});
