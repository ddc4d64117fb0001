/** Resampling of images. */
import { defineOp } from "../../define-op.js";
import type { OpParam } from "../../op.js";
import {
  boolAttr,
  dtypeAttr,
  floatAttr,
  floatsAttr,
  intAttr,
  shape,
  strAttr,
  tensor,
} from "../../params.js";
import { affineGridRule, gridSampleRule, resizeRule } from "../../rules/image.js";

const family = "image";
const resizeParams = (layout: string, rounding: string, rank: number): OpParam[] => [
  tensor("data"),
  shape("size", { repeat: rank }),
  floatsAttr("roi", Array(2 * rank).fill(0), { repeat: 2 * rank }),
  strAttr("layout", layout),
  strAttr("method", "linear"),
  strAttr("coordinate_transformation_mode", "half_pixel"),
  strAttr("rounding_method", rounding),
  floatAttr("cubic_alpha", -0.75),
  intAttr("cubic_exclude", 0),
  floatAttr("extrapolation_value", 0),
  dtypeAttr("out_dtype", null),
];

export const resize2d = defineOp({
  name: "image.resize2d",
  family,
  mixedPrecision: "follow",
  summary: "Resizes two spatial dimensions.",
  must: "C",
  params: resizeParams("NCHW", "round", 2),
  rule: resizeRule,
});

export const resize3d = defineOp({
  name: "image.resize3d",
  family,
  mixedPrecision: "follow",
  summary: "Resizes three spatial dimensions.",
  params: resizeParams("NCDHW", "", 3),
  rule: resizeRule,
});

export const gridSample = defineOp({
  name: "image.grid_sample",
  family,
  mixedPrecision: "follow",
  summary: "Samples at the points of a grid.",
  params: [
    tensor("data"),
    tensor("grid"),
    strAttr("method", "bilinear"),
    strAttr("layout", "NCHW"),
    strAttr("padding_mode", "zeros"),
    boolAttr("align_corners", false),
  ],
  rule: gridSampleRule,
});

export const affineGrid = defineOp({
  name: "image.affine_grid",
  family,
  mixedPrecision: "follow",
  summary: "Sampling grid of an affine map.",
  params: [tensor("data"), shape("size", { repeat: 2 }), boolAttr("align_corners", true)],
  rule: affineGridRule,
});
