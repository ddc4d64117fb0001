/** Fields of a tensor's descriptor. */
import { uint8, dtype, int32, int64 } from "../../../support/dtype.js";
import { defineOp, defineOps } from "../../define-op.js";
import { prim, tensor } from "../../params.js";
import { fieldRule, shapeFieldRule, strideFieldRule } from "../../rules/inspect.js";

const family = "inspect";
const params = [tensor("tensor")];

export const ndimField = defineOps(
  { family, params, rule: fieldRule(int32) },
  { "inspect.tensor_ndim": "Number of dimensions." },
);

export const codeFields = defineOps(
  { family, params, rule: fieldRule(uint8) },
  {
    "inspect.tensor_dtype_code": "Kind of the element type.",
    "inspect.tensor_dtype_bits": "Bits of the element type.",
  },
);

export const lanesField = defineOps(
  { family, params, rule: fieldRule(dtype("uint16")) },
  { "inspect.tensor_dtype_lanes": "Lanes of the element type." },
);

export const offsetFields = defineOps(
  { family, params, rule: fieldRule(dtype("uint64")) },
  {
    "inspect.tensor_byte_offset": "Offset of the data in bytes.",
    "inspect.tensor_elem_offset": "Offset of the data in elements.",
  },
);

export const shapeField = defineOp({
  name: "inspect.tensor_shape_i",
  family,
  summary: "Length of a dimension.",
  params: [tensor("tensor"), prim("axis")],
  rule: shapeFieldRule(int64),
});

export const strideField = defineOp({
  name: "inspect.tensor_stride_i",
  family,
  summary: "Distance in elements along a dimension.",
  params: [tensor("tensor"), prim("axis")],
  rule: strideFieldRule(int64),
});
