/** Detection of boxes. */
import { defineOp } from "../../define-op.js";
import { boolAttr, floatAttr, floatsAttr, intAttr, strAttr, tensor } from "../../params.js";
import { allClassNmsRule, multiboxRule, nmsRule, validCountsRule } from "../../rules/vision.js";

const family = "vision";

export const allClassNonMaxSuppression = defineOp({
  name: "vision.all_class_non_max_suppression",
  family,
  summary: "Suppresses overlapping boxes in every class.",
  dataDependent: true,
  params: [
    tensor("boxes"),
    tensor("scores"),
    tensor("max_output_boxes_per_class", { scalar: true }),
    tensor("iou_threshold", { scalar: true }),
    tensor("score_threshold", { scalar: true }),
    strAttr("output_format", "onnx"),
  ],
  rule: allClassNmsRule,
});

export const getValidCounts = defineOp({
  name: "vision.get_valid_counts",
  family,
  summary: "Keeps the boxes whose score is high enough.",
  params: [
    tensor("data"),
    floatAttr("score_threshold", 0),
    intAttr("id_index", 0),
    intAttr("score_index", 1),
  ],
  rule: validCountsRule,
});

export const nonMaxSuppression = defineOp({
  name: "vision.non_max_suppression",
  family,
  summary: "Suppresses overlapping boxes.",
  params: [
    tensor("data"),
    tensor("valid_count"),
    tensor("indices"),
    intAttr("max_output_size", -1),
    floatAttr("iou_threshold", 0.5),
    boolAttr("force_suppress", false),
    intAttr("top_k", -1),
    intAttr("coord_start", 2),
    intAttr("score_index", 1),
    intAttr("id_index", 0),
    boolAttr("return_indices", true),
    boolAttr("invalid_to_bottom", false),
    floatAttr("soft_nms_sigma", 0),
    floatAttr("score_threshold", 0),
  ],
  rule: nmsRule,
});

export const multiboxTransformLoc = defineOp({
  name: "vision.multibox_transform_loc",
  family,
  summary: "Decodes predicted boxes.",
  params: [
    tensor("cls_pred"),
    tensor("loc_pred"),
    tensor("anchor"),
    boolAttr("clip", false),
    floatAttr("threshold", 0),
    floatsAttr("variances", [1, 1, 1, 1]),
    boolAttr("keep_background", true),
    boolAttr("apply_softmax", true),
  ],
  rule: multiboxRule,
});
