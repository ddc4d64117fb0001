/** Convolutions of one to three spatial dimensions. */
import { defineOp } from "../../define-op.js";
import { eachOf, layoutLike, paddingOf } from "../../normal-form.js";
import { dtypeAttr, intAttr, intsAttr, strAttr, tensor } from "../../params.js";
import type { OpDef } from "../../op.js";
import { convRule, convTransposeRule } from "../../rules/convolution.js";

const spatial = ["W", "HW", "DHW"];

const conv = (rank: 1 | 2 | 3): OpDef => {
  const axes = spatial[rank - 1]!;
  return defineOp({
    name: `nn.conv${rank}d`,
    family: "nn",
    mixedPrecision: "always",
    summary: `Convolution over ${rank} spatial dimension${rank === 1 ? "" : "s"}.`,
    ...(rank === 2 ? { must: "CQ" } : {}),
    params: [
      tensor("data"),
      tensor("weight"),
      intsAttr("strides", Array(rank).fill(1), { repeat: rank, normal: eachOf(rank) }),
      intsAttr("padding", Array(rank).fill(0), { normal: paddingOf(rank) }),
      intsAttr("dilation", Array(rank).fill(1), { repeat: rank, normal: eachOf(rank) }),
      intAttr("groups", 1),
      strAttr("data_layout", `NC${axes}`),
      strAttr("kernel_layout", `OI${axes}`),
      strAttr("out_layout", null, { normal: layoutLike("data_layout") }),
      dtypeAttr("out_dtype", null),
    ],
    rule: convRule,
  });
};

const convTranspose = (rank: 1 | 2 | 3): OpDef => {
  const axes = spatial[rank - 1]!;
  const name = `conv${rank}d_transpose`;
  return defineOp({
    name: `nn.${name}`,
    family: "nn",
    mixedPrecision: "always",
    summary: `Transposed convolution over ${rank} spatial dimension${rank === 1 ? "" : "s"}.`,
    ...(rank === 2 ? { must: "C" } : {}),
    params: [
      tensor("data"),
      tensor("weight"),
      intsAttr("strides", Array(rank).fill(1), { repeat: rank, normal: eachOf(rank) }),
      intsAttr("padding", Array(rank).fill(0), { normal: paddingOf(rank) }),
      intsAttr("output_padding", Array(rank).fill(0), { repeat: rank, typeOnly: true }),
      intsAttr("dilation", Array(rank).fill(1), { repeat: rank, normal: eachOf(rank) }),
      intAttr("groups", 1),
      strAttr("data_layout", `NC${axes}`),
      strAttr("kernel_layout", `IO${axes}`),
      strAttr("out_layout", null, { normal: layoutLike("data_layout") }),
      dtypeAttr("out_dtype", null),
    ],
    rule: convTransposeRule,
  });
};

export const convolutions = [
  conv(1),
  conv(2),
  conv(3),
  convTranspose(1),
  convTranspose(2),
  convTranspose(3),
];
