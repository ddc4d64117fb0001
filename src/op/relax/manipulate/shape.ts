/** Shapes as values. */
import { defineOp } from "../../define-op.js";
import { shape, tensor } from "../../params.js";
import {
  shapeOfRule,
  shapeToTensorRule,
  sizeRule,
  tensorToShapeRule,
} from "../../rules/shape-value.js";

export const shapeOf = defineOp({
  name: "shape_of",
  family: "shape",
  summary: "Shape of a tensor.",
  must: "T",
  structural: true,
  params: [tensor("expr")],
  rule: shapeOfRule,
});

export const shapeToTensor = defineOp({
  name: "shape_to_tensor",
  family: "shape",
  summary: "Shape as a vector of int64.",
  must: "T",
  structural: true,
  params: [shape("expr")],
  rule: shapeToTensorRule,
});

export const tensorToShape = defineOp({
  name: "tensor_to_shape",
  family: "shape",
  summary: "Vector of integers as a shape.",
  must: "T",
  structural: true,
  dataDependent: true,
  params: [tensor("expr")],
  rule: tensorToShapeRule,
});

export const size = defineOp({
  name: "size",
  family: "shape",
  summary: "Number of elements.",
  params: [tensor("expr")],
  rule: sizeRule,
});
