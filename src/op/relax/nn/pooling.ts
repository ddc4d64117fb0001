/** Window reductions of one to three spatial dimensions. */
import { defineOp } from "../../define-op.js";
import { eachOf, layoutLike, paddingOf } from "../../normal-form.js";
import { boolAttr, intsAttr, strAttr, tensor } from "../../params.js";
import type { OpDef } from "../../op.js";
import { adaptivePoolRule, poolRule } from "../../rules/pooling.js";

const spatial = ["W", "HW", "DHW"];

const pool = (kind: "max" | "avg", rank: 1 | 2 | 3): OpDef =>
  defineOp({
    name: `nn.${kind}_pool${rank}d`,
    family: "nn",
    mixedPrecision: "follow",
    summary: `${kind === "max" ? "Largest element" : "Mean"} of each window of ${rank} spatial dimension${rank === 1 ? "" : "s"}.`,
    ...(rank === 2 ? { must: "C" } : {}),
    params: [
      tensor("data"),
      intsAttr("pool_size", Array(rank).fill(1), { repeat: rank, normal: eachOf(rank) }),
      intsAttr("strides", Array(rank).fill(1), { repeat: rank, normal: eachOf(rank) }),
      intsAttr("padding", rank === 1 ? [0, 0] : Array(rank).fill(0), { normal: paddingOf(rank) }),
      intsAttr("dilation", Array(rank).fill(1), { repeat: rank, normal: eachOf(rank) }),
      boolAttr("ceil_mode", false, { typeOnly: true }),
      boolAttr("count_include_pad", kind === "avg" && rank !== 2),
      strAttr("layout", `NC${spatial[rank - 1]!}`),
      strAttr("out_layout", null, { normal: layoutLike("layout") }),
    ],
    rule: poolRule,
  });

const adaptive = (rank: 1 | 2 | 3): OpDef =>
  defineOp({
    name: `nn.adaptive_avg_pool${rank}d`,
    family: "nn",
    mixedPrecision: "follow",
    summary: `Mean of windows chosen to give an output size, over ${rank} spatial dimension${rank === 1 ? "" : "s"}.`,
    ...(rank === 2 ? { must: "C" } : {}),
    params: [
      tensor("data"),
      intsAttr("output_size", null, { repeat: rank, typeOnly: true }),
      strAttr("layout", `NC${spatial[rank - 1]!}`),
      strAttr("out_layout", null, { normal: layoutLike("layout") }),
    ],
    rule: adaptivePoolRule,
  });

const ranks = [1, 2, 3] as const;
export const pools = [
  ...ranks.map((r) => pool("max", r)),
  ...ranks.map((r) => pool("avg", r)),
  ...ranks.map(adaptive),
];
