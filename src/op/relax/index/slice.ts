/** Slices. */
import { defineOp } from "../../define-op.js";
import { axesOf, onesLike } from "../../normal-form.js";
import { boolAttr, prims, tensor } from "../../params.js";
import { dynamicSliceRule, stridedSliceRule } from "../../rules/slice.js";

export const stridedSlice = defineOp({
  name: "strided_slice",
  family: "index",
  mixedPrecision: "follow",
  summary: "Part of a tensor between bounds along some axes.",
  must: "CT",
  params: [
    tensor("x"),
    prims("axes", { normal: axesOf(0, { ordered: true }) }),
    prims("begin"),
    prims("end", { typeOnly: true }),
    prims("strides", { optional: true, normal: onesLike("axes") }),
    boolAttr("assume_inbound", false),
  ],
  rule: stridedSliceRule,
});

export const dynamicStridedSlice = defineOp({
  name: "dynamic_strided_slice",
  family: "index",
  mixedPrecision: "follow",
  summary: "Part of a tensor between bounds computed at run time.",
  dataDependent: true,
  params: [tensor("x"), tensor("begin"), tensor("end"), tensor("strides")],
  rule: dynamicSliceRule,
});
