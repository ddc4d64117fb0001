/** Gradient helpers. */
import { defineOp, defineOps } from "../../define-op.js";
import { axisOf, eachOf, layoutLike, paddingOf } from "../../normal-form.js";
import { any, boolAttr, intAttr, intsAttr, optional, strAttr, tensor } from "../../params.js";
import { takeBackwardRule } from "../../rules/gather.js";
import { identityRule, likeOperand } from "../../rules/same-as.js";

const family = "grad";

export const markers = defineOps(
  { family, params: [any("input")], rule: identityRule },
  {
    "grad.no_grad": "Stops gradients.",
    "grad.start_checkpoint": "Start of a part that is computed again for gradients.",
    "grad.end_checkpoint": "End of a part that is computed again for gradients.",
  },
);

export const nllLossBackward = defineOp({
  name: "grad.nll_loss_backward",
  family,
  summary: "Gradient of nll_loss.",
  params: [
    tensor("output_grad"),
    tensor("predictions"),
    tensor("targets"),
    tensor("weights", optional),
    strAttr("reduction", "mean"),
    intAttr("ignore_index", -100),
  ],
  rule: likeOperand(1),
});

export const poolBackward = defineOps(
  {
    family,
    params: [
      tensor("output_grad"),
      tensor("data"),
      intsAttr("pool_size", [1, 1], { repeat: 2, normal: eachOf(2) }),
      intsAttr("strides", [1, 1], { repeat: 2, normal: eachOf(2) }),
      intsAttr("padding", [0, 0, 0, 0], { repeat: 4, normal: paddingOf(2) }),
      intsAttr("dilation", [1, 1], { repeat: 2, normal: eachOf(2) }),
      boolAttr("ceil_mode", false),
      boolAttr("count_include_pad", false),
      strAttr("layout", "NCHW"),
      strAttr("out_layout", null, { normal: layoutLike("layout") }),
    ],
    rule: likeOperand(1),
  },
  {
    "grad.max_pool2d_backward": "Gradient of max_pool2d.",
    "grad.avg_pool2d_backward": "Gradient of avg_pool2d.",
  },
);

export const takeBackward = defineOp({
  name: "grad.take_backward",
  family,
  summary: "Gradient of take.",
  params: [
    tensor("output_grad"),
    tensor("x"),
    tensor("indices"),
    intAttr("axis", null, { normal: axisOf(1) }),
  ],
  rule: takeBackwardRule,
});
