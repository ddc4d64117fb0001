/** Fields of a tensor's descriptor. */
import { descriptorCode, dtype, int32, int64, uint8 } from "../../../support/dtype.js";
import { defineOp, defineOps } from "../../define-op.js";
import { prim, tensor } from "../../params.js";
import { fieldRule, shapeFieldRule, strideFieldRule } from "../../rules/inspect.js";

const uint16 = dtype("uint16");
const common = { family: "inspect", structural: true };
const params = [tensor("tensor")];

export const ndimField = defineOp({
  ...common,
  name: "inspect.tensor_ndim",
  summary: "Number of dimensions.",
  params,
  rule: fieldRule(int32, ({ ndim }) => (ndim < 0 ? undefined : ndim)),
});

export const codeField = defineOp({
  ...common,
  name: "inspect.tensor_dtype_code",
  summary: "Kind of the element type.",
  params,
  rule: fieldRule(uint8, ({ dtype }) => dtype && descriptorCode(dtype)),
});

export const bitsField = defineOp({
  ...common,
  name: "inspect.tensor_dtype_bits",
  summary: "Bits of the element type.",
  params,
  rule: fieldRule(uint8, ({ dtype }) => dtype?.bits),
});

export const lanesField = defineOp({
  ...common,
  name: "inspect.tensor_dtype_lanes",
  summary: "Lanes of the element type.",
  params,
  rule: fieldRule(uint16, ({ dtype }) => dtype?.lanes),
});

/** Tensors start where their memory does. */
export const offsetFields = defineOps(
  { ...common, params, rule: fieldRule(dtype("uint64"), () => 0) },
  {
    "inspect.tensor_byte_offset": "Offset of the data in bytes.",
    "inspect.tensor_elem_offset": "Offset of the data in elements.",
  },
);

export const shapeField = defineOp({
  ...common,
  name: "inspect.tensor_shape_i",
  summary: "Length of a dimension.",
  params: [tensor("tensor"), prim("axis")],
  rule: shapeFieldRule(int64),
});

export const strideField = defineOp({
  ...common,
  name: "inspect.tensor_stride_i",
  summary: "Distance in elements along a dimension.",
  params: [tensor("tensor"), prim("axis")],
  rule: strideFieldRule(int64),
});
