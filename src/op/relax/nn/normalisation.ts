/** Normalisations. */
import { defineOp } from "../../define-op.js";
import { axesOf, axisOf } from "../../normal-form.js";
import { boolAttr, floatAttr, intAttr, intsAttr, tensor } from "../../params.js";
import {
  batchNormRule,
  groupNormRule,
  instanceNormRule,
  layerNormRule,
  rmsNormRule,
} from "../../rules/normalisation.js";

const family = "nn";
const affine = [floatAttr("epsilon", 1e-5), boolAttr("center", true), boolAttr("scale", true)];

export const batchNorm = defineOp({
  name: "nn.batch_norm",
  family,
  summary: "Normalises each channel; also returns the moving mean and variance.",
  must: "C",
  params: [
    tensor("data"),
    tensor("gamma"),
    tensor("beta"),
    tensor("moving_mean"),
    tensor("moving_var"),
    intAttr("axis", undefined, { normal: axisOf() }),
    ...affine,
    floatAttr("momentum", 0.1),
    boolAttr("training", true),
  ],
  rule: batchNormRule,
});

export const layerNorm = defineOp({
  name: "nn.layer_norm",
  family,
  mixedPrecision: "follow",
  summary: "Normalises over axes.",
  must: "T",
  params: [
    tensor("data"),
    tensor("gamma"),
    tensor("beta"),
    intsAttr("axes", undefined, { normal: axesOf(0, { ordered: true }) }),
    ...affine,
  ],
  rule: layerNormRule,
});

export const groupNorm = defineOp({
  name: "nn.group_norm",
  family,
  mixedPrecision: "follow",
  summary: "Normalises groups of channels.",
  must: "T",
  params: [
    tensor("data"),
    tensor("gamma"),
    tensor("beta"),
    intAttr("num_groups"),
    intAttr("channel_axis", undefined, { normal: axisOf() }),
    intsAttr("axes", undefined, { normal: axesOf(0, { ordered: true }) }),
    ...affine,
  ],
  rule: groupNormRule,
});

export const instanceNorm = defineOp({
  name: "nn.instance_norm",
  family,
  mixedPrecision: "follow",
  summary: "Normalises each channel of each sample.",
  must: "C",
  params: [
    tensor("data"),
    tensor("gamma"),
    tensor("beta"),
    intAttr("channel_axis", undefined, { normal: axisOf() }),
    intsAttr("axes", undefined, { normal: axesOf(0, { ordered: true }) }),
    ...affine,
  ],
  rule: instanceNormRule,
});

export const rmsNorm = defineOp({
  name: "nn.rms_norm",
  family,
  mixedPrecision: "follow",
  summary: "Divides by the root of the mean square over axes.",
  must: "T",
  params: [
    tensor("data"),
    tensor("weight"),
    intsAttr("axes", [-1], { normal: axesOf(0, { ordered: true }) }),
    floatAttr("epsilon", 1e-5),
  ],
  rule: rmsNormRule,
});
