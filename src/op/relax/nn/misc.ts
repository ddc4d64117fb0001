/** Padding, shuffling, dropout. */
import { defineOp } from "../../define-op.js";
import { floatAttr, intAttr, intsAttr, strAttr, tensor } from "../../params.js";
import { batchFlattenRule, dropoutRule, padRule, pixelShuffleRule } from "../../rules/nn.js";

const family = "nn";

export const dropout = defineOp({
  name: "nn.dropout",
  family,
  mixedPrecision: "follow",
  summary: "Drops elements at random in training; also returns the mask.",
  params: [tensor("data"), floatAttr("rate", 0.5)],
  rule: dropoutRule,
});

export const pad = defineOp({
  name: "nn.pad",
  family,
  summary: "Adds elements before and after each dimension.",
  must: "CT",
  params: [
    tensor("data"),
    intsAttr("pad_width"),
    strAttr("pad_mode", "constant"),
    floatAttr("pad_value", 0),
  ],
  rule: padRule,
});

export const pixelShuffle = defineOp({
  name: "nn.pixel_shuffle",
  family,
  summary: "Moves channels into space.",
  must: "C",
  params: [tensor("data"), intAttr("upscale_factor")],
  rule: pixelShuffleRule,
});

export const batchFlatten = defineOp({
  name: "nn.batch_flatten",
  family,
  mixedPrecision: "follow",
  summary: "Flattens all but the first dimension.",
  must: "C",
  params: [tensor("data")],
  rule: batchFlattenRule,
});
