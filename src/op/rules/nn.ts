/** Activations with parameters, padding, shuffling, dropout. */
import { tupleInfo } from "../../ir/relax/struct-info.js";
import { shapeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule } from "../site.js";
import { choiceOf, intOf, intsOf, wrongAttr } from "./attribute.js";
import { axisIn } from "./axes.js";
import { calc, constOf, dim, product, raw, sameDim, zero } from "./dims.js";
import { tensorAt } from "./operand.js";
import {
  bare,
  commonElement,
  dimsOfTensor,
  needElements,
  needRank,
  needRankAtLeast,
  rankOnly,
  tensorOf,
} from "./result.js";

export const softmaxRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  needElements(site, 0, x, "float");
  if (x.ndim >= 0) axisIn(site, x.ndim, intOf(site, "axis"));
  return bare(x);
};

export const preluRule: Rule = (site) => {
  const [x, slope] = [tensorAt(site, 0), tensorAt(site, 1)];
  needElements(site, 0, x, "float");
  needRank(site, 1, slope, 1);
  commonElement(site, [x, slope]);
  if (x.ndim >= 0) axisIn(site, x.ndim, intOf(site, "axis"));
  return bare(x);
};

export const dropoutRule: Rule = (site) => {
  const x = bare(tensorAt(site, 0));
  return tupleInfo([x, x]);
};

export const padRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  choiceOf(site, "pad_mode", ["constant", "reflect", "replicate", "circular", "edge"]);
  const widths = intsOf(site, "pad_width");
  if (x.ndim < 0) return rankOnly(widths.length / 2, x);
  if (widths.length !== 2 * x.ndim)
    wrongAttr(site, "pad_width", `${2 * x.ndim} integers, two per dimension,`, [...widths]);
  const dims = dimsOfTensor(x);
  if (dims === undefined) return rankOnly(x.ndim, x);
  return tensorOf(
    dims.map((d, i) => calc(site.ctx, "add", d, dim(widths[2 * i]! + widths[2 * i + 1]!))),
    x,
  );
};

export const pixelShuffleRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const r = intOf(site, "upscale_factor");
  if (r < 1) wrongAttr(site, "upscale_factor", "a positive integer", r);
  needRankAtLeast(site, 0, x, 3);
  const dims = dimsOfTensor(x);
  if (dims === undefined) return rankOnly(x.ndim, x);
  const at = dims.length - 3;
  const channels = dims[at]!;
  const known = constOf(channels);
  const rest = raw("floormod", channels, dim(r * r));
  if (
    known === undefined
      ? sameDim(site.ctx, site.ctx.simplify(rest), zero) === false
      : constOf(rest) !== 0
  ) {
    fail(
      shapeCodes.divisible({
        op: site.op.name,
        what: "the number of channels",
        length: dimText(channels),
        divisor: r * r,
        at: site.call.span,
      }),
    );
  }
  const spatial = dims.slice(at + 1).map((d) => calc(site.ctx, "mul", d, dim(r)));
  return tensorOf(
    [...dims.slice(0, at), calc(site.ctx, "floordiv", channels, dim(r * r)), ...spatial],
    x,
  );
};

export const batchFlattenRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  needRankAtLeast(site, 0, x, 2);
  if (x.ndim === 2) return bare(x);
  const dims = dimsOfTensor(x);
  return dims === undefined
    ? rankOnly(2, x)
    : tensorOf([dims[0]!, product(site.ctx, dims.slice(1))], x);
};
