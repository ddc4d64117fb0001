/** Window reductions. */
import type { Rule } from "../site.js";
import { boolOf, optionalInts, optionalStr, repeatedInts, wrongAttr } from "./attribute.js";
import { fromStandard, layoutIn, needLayoutRank, toStandard } from "./data-layout.js";
import { dim } from "./dims.js";
import { tensorAt } from "./operand.js";
import { bare, dimsOfTensor, rankOnly, tensorOf } from "./result.js";
import { paddingOf, windowCount } from "./window.js";

const spatialLetters = ["W", "HW", "DHW"];
const rankOf = (name: string): number => Number(/\d/.exec(name)![0]);

export const poolRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const rank = rankOf(site.op.name);
  const standard = `NC${spatialLetters[rank - 1]!}`;
  const text = optionalStr(site, "layout") ?? standard;
  const layout = layoutIn(site, "layout", text, standard);
  const outLayout = layoutIn(site, "out_layout", optionalStr(site, "out_layout") || text, standard);
  needLayoutRank(site, 0, x, layout);
  const dims = dimsOfTensor(x);
  if (dims === undefined) return rankOnly(outLayout.axes.length, x);
  const data = toStandard(site, layout, dims);
  const sizes = repeatedInts(site, "pool_size", rank);
  const strides = repeatedInts(site, "strides", rank);
  const dilation = repeatedInts(site, "dilation", rank);
  const { before, after } = paddingOf(site, rank);
  const ceil = boolOf(site, "ceil_mode");
  const spatial = sizes.map((size, i) =>
    windowCount(site, {
      length: data[2 + i]!,
      kernel: dim(size),
      stride: strides[i]!,
      dilation: dilation[i]!,
      before: before[i]!,
      after: after[i]!,
      ceil,
    }),
  );
  return tensorOf(fromStandard(site, outLayout, [data[0]!, data[1]!, ...spatial]), x);
};

export const adaptivePoolRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const rank = rankOf(site.op.name);
  const standard = `NC${spatialLetters[rank - 1]!}`;
  const text = optionalStr(site, "layout") ?? standard;
  const layout = layoutIn(site, "layout", text, standard);
  const outText = optionalStr(site, "out_layout") || text;
  const outLayout = layoutIn(site, "out_layout", outText, standard);
  needLayoutRank(site, 0, x, layout);
  const given = optionalInts(site, "output_size");
  if (given !== undefined && given.length !== 1 && given.length !== rank) {
    wrongAttr(site, "output_size", `1 or ${rank} integers`, [...given]);
  }
  const dims = dimsOfTensor(x);
  if (dims === undefined)
    return given === undefined && text === outText ? bare(x) : rankOnly(outLayout.axes.length, x);
  const data = toStandard(site, layout, dims);
  const spatial =
    given === undefined
      ? data.slice(2)
      : Array.from({ length: rank }, (_, i) => dim(given[i] ?? given[0]!));
  return tensorOf(fromStandard(site, outLayout, [data[0]!, data[1]!, ...spatial]), x);
};
