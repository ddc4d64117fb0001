/** Convolutions. */
import { shapeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { intOf, optionalDType, optionalStr, repeatedInts, wrongAttr } from "./attribute.js";
import { fromStandard, layoutIn, needLayoutRank, toStandard } from "./data-layout.js";
import { calc, constOf, dim, raw, sameDim, zero } from "./dims.js";
import { tensorAt } from "./operand.js";
import { commonDevice, commonElement, dimsOfTensor, rankOnly, tensorOf } from "./result.js";
import { paddingOf, windowCount } from "./window.js";

const spatialLetters = ["W", "HW", "DHW"];

/** Input and kernel lengths in standard order → output lengths in standard order. */
type Shape = (
  site: Site,
  rank: number,
  data: readonly PrimExpr[],
  weight: readonly PrimExpr[],
) => readonly PrimExpr[];

const convolution =
  (kernel: "OI" | "IO", shape: Shape): Rule =>
  (site) => {
    const [x, w] = [tensorAt(site, 0), tensorAt(site, 1)];
    const rank = Number(/\d/.exec(site.op.name)![0]);
    const spatial = spatialLetters[rank - 1]!;
    const dataText = optionalStr(site, "data_layout") ?? `NC${spatial}`;
    const dataLayout = layoutIn(site, "data_layout", dataText, `NC${spatial}`);
    const kernelText = optionalStr(site, "kernel_layout") ?? `${kernel}${spatial}`;
    const kernelLayout = layoutIn(site, "kernel_layout", kernelText, `${kernel}${spatial}`);
    const outLayout = layoutIn(
      site,
      "out_layout",
      optionalStr(site, "out_layout") || dataText,
      `NC${spatial}`,
    );
    needLayoutRank(site, 0, x, dataLayout);
    needLayoutRank(site, 1, w, kernelLayout);
    const wanted = optionalDType(site, "out_dtype");
    const from = {
      dtype: wanted ?? commonElement(site, [x, w]),
      vdevice: commonDevice(site, [x, w]),
    };
    const [a, b] = [dimsOfTensor(x), dimsOfTensor(w)];
    if (!a || !b) return rankOnly(outLayout.axes.length, from);
    const out = shape(
      site,
      rank,
      toStandard(site, dataLayout, a),
      toStandard(site, kernelLayout, b),
    );
    return tensorOf(fromStandard(site, outLayout, out), from);
  };

function groupsOf(site: Site): number {
  const groups = intOf(site, "groups");
  return groups > 0 ? groups : wrongAttr(site, "groups", "a positive integer", groups);
}

/** Channels of the data must be those that the kernel reads. */
function checkChannels(site: Site, found: PrimExpr, expected: PrimExpr): void {
  const same = sameDim(site.ctx, found, expected);
  if (same === undefined) site.ctx.guard(found, expected, `channels of ${site.op.name}`);
  if (same !== false) return;
  const { op, call } = site;
  const labels = [call.args[0]?.span, call.args[1]?.span].flatMap((span, i) =>
    span
      ? [
          {
            span,
            message: i === 0 ? `has ${dimText(found)} channels` : `reads ${dimText(expected)}`,
          },
        ]
      : [],
  );
  fail(
    shapeCodes.channels({
      op: op.name,
      what: "the number of data channels",
      found: dimText(found),
      expected: dimText(expected),
      at: call.span,
      labels,
    }),
  );
}

function checkDivisible(site: Site, what: string, length: PrimExpr, divisor: number): void {
  const known = constOf(length);
  const rest = known === undefined ? raw("floormod", length, dim(divisor)) : undefined;
  const bad =
    known === undefined
      ? sameDim(site.ctx, site.ctx.simplify(rest!), zero) === false
      : BigInt(known) % BigInt(divisor) !== 0n;
  if (!bad) return;
  fail(
    shapeCodes.divisible({
      op: site.op.name,
      what,
      length: dimText(length),
      divisor,
      at: site.call.span,
    }),
  );
}

export const convRule = convolution("OI", (site, rank, data, weight) => {
  const groups = groupsOf(site);
  checkChannels(site, data[1]!, calc(site.ctx, "mul", weight[1]!, dim(groups)));
  checkDivisible(site, "the number of output channels", weight[0]!, groups);
  const strides = repeatedInts(site, "strides", rank);
  const dilation = repeatedInts(site, "dilation", rank);
  const { before, after } = paddingOf(site, rank);
  const spatial = strides.map((stride, i) =>
    windowCount(site, {
      length: data[2 + i]!,
      kernel: weight[2 + i]!,
      stride,
      dilation: dilation[i]!,
      before: before[i]!,
      after: after[i]!,
    }),
  );
  return [data[0]!, weight[0]!, ...spatial];
});

export const convTransposeRule = convolution("IO", (site, rank, data, weight) => {
  const groups = groupsOf(site);
  checkChannels(site, data[1]!, weight[0]!);
  checkDivisible(site, "the number of input channels", weight[0]!, groups);
  const strides = repeatedInts(site, "strides", rank);
  const dilation = repeatedInts(site, "dilation", rank);
  const extra = repeatedInts(site, "output_padding", rank);
  const { before, after } = paddingOf(site, rank);
  const spatial = strides.map((stride, i) => {
    if (stride < 1) wrongAttr(site, "strides", "positive integers", stride);
    if (extra[i]! >= stride)
      wrongAttr(site, "output_padding", `integers below the strides (${strides.join(", ")})`, [
        ...extra,
      ]);
    const spread = raw("mul", raw("sub", data[2 + i]!, dim(1)), dim(stride));
    const reach = raw("mul", dim(dilation[i]!), raw("sub", weight[2 + i]!, dim(1)));
    return calc(
      site.ctx,
      "add",
      raw("add", spread, reach),
      dim(extra[i]! + 1 - before[i]! - after[i]!),
    );
  });
  return [data[0]!, calc(site.ctx, "mul", weight[1]!, dim(groups)), ...spatial];
});
