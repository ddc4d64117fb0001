/** Pooling of regions of interest. */
import { defineOp } from "../../define-op.js";
import { boolAttr, floatAttr, intAttr, intsAttr, strAttr, tensor } from "../../params.js";
import { roiRule } from "../../rules/vision.js";

export const roiAlign = defineOp({
  name: "vision.roi_align",
  family: "vision",
  mixedPrecision: "follow",
  summary: "Pools each region by interpolation.",
  params: [
    tensor("data"),
    tensor("rois"),
    intsAttr("pooled_size", undefined, { repeat: 2, typeOnly: true }),
    floatAttr("spatial_scale"),
    intAttr("sample_ratio", -1),
    boolAttr("aligned", false),
    strAttr("layout", "NCHW"),
    strAttr("mode", "avg"),
  ],
  rule: roiRule,
});

export const roiPool = defineOp({
  name: "vision.roi_pool",
  family: "vision",
  mixedPrecision: "follow",
  summary: "Largest element of each part of a region.",
  params: [
    tensor("data"),
    tensor("rois"),
    intsAttr("pooled_size", undefined, { repeat: 2, typeOnly: true }),
    floatAttr("spatial_scale"),
    strAttr("layout", "NCHW"),
  ],
  rule: roiRule,
});
