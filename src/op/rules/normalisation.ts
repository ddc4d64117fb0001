/** Normalisations. */
import { tupleInfo, type TensorInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { shapeCodes, typeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { intOf, intsOf, wrongAttr } from "./attribute.js";
import { axesIn, axisIn } from "./axes.js";
import { constOf, mustEqual } from "./dims.js";
import { operandName, tensorAt } from "./operand.js";
import { bare, dimsOfTensor, needElements, needRank } from "./result.js";

/** Operands 1… have the element type of the data and the lengths `expected`. */
function checkParameters(
  site: Site,
  x: TensorInfo,
  count: number,
  rank: number,
  expected: readonly PrimExpr[] | undefined,
): void {
  const { op, call, ctx } = site;
  for (let i = 1; i <= count; i++) {
    const p = tensorAt(site, i);
    const at = call.args[i]!.span ?? call.span;
    if (x.dtype !== undefined && p.dtype !== undefined && p.dtype !== x.dtype) {
      fail(
        typeCodes.operandDtype({
          op: op.name,
          operand: operandName(site, i),
          expected: x.dtype.name,
          found: p.dtype.name,
          at,
        }),
      );
    }
    needRank(site, i, p, rank);
    dimsOfTensor(p)?.forEach((d, j) => {
      const wanted = expected?.[j];
      if (
        wanted === undefined ||
        mustEqual(ctx, d, wanted, `${operandName(site, i)} of ${op.name}`)
      )
        return;
      fail(
        shapeCodes.parameterLength({
          op: op.name,
          operand: operandName(site, i),
          expected: dimText(wanted),
          found: dimText(d),
          at,
        }),
      );
    });
  }
}

/** Checks parameters that run along axes of the data. */
function alongAxes(site: Site, count: number, given: readonly number[]): TensorInfo {
  const x = tensorAt(site, 0);
  const axes = x.ndim < 0 ? undefined : axesIn(site, x.ndim, given);
  needElements(site, 0, x, "float");
  const dims = dimsOfTensor(x);
  checkParameters(site, x, count, given.length, axes && dims && axes.map((axis) => dims[axis]!));
  return bare(x);
}

export const batchNormRule: Rule = (site) => {
  const x = alongAxes(site, 4, [intOf(site, "axis")]);
  return tupleInfo([x, bare(tensorAt(site, 3)), bare(tensorAt(site, 4))]);
};

export const layerNormRule: Rule = (site) => alongAxes(site, 2, intsOf(site, "axes"));
export const rmsNormRule: Rule = (site) => alongAxes(site, 1, intsOf(site, "axes"));

/** Checks parameters along the channel axis, which is not normalised over. */
function alongChannels(site: Site): {
  readonly x: TensorInfo;
  readonly channels: PrimExpr | undefined;
} {
  const x = tensorAt(site, 0);
  needElements(site, 0, x, "float");
  let channels: PrimExpr | undefined;
  if (x.ndim >= 0) {
    const channel = axisIn(site, x.ndim, intOf(site, "channel_axis"));
    const axes = intsOf(site, "axes");
    if (axesIn(site, x.ndim, axes).includes(channel))
      wrongAttr(site, "axes", "axes other than the channel axis", [...axes]);
    channels = dimsOfTensor(x)?.[channel];
  }
  checkParameters(site, x, 2, 1, channels && [channels]);
  return { x: bare(x), channels };
}

export const groupNormRule: Rule = (site) => {
  const groups = intOf(site, "num_groups");
  if (groups < 1) wrongAttr(site, "num_groups", "a positive integer", groups);
  const { x, channels } = alongChannels(site);
  const known = channels === undefined ? undefined : constOf(channels);
  if (known !== undefined && BigInt(known) % BigInt(groups) !== 0n) {
    fail(
      shapeCodes.divisible({
        op: site.op.name,
        what: "the number of channels",
        length: String(known),
        divisor: groups,
        at: site.call.span,
      }),
    );
  }
  return x;
};

export const instanceNormRule: Rule = (site) => alongChannels(site).x;
