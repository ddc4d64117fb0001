/** Reductions. */
import { tupleInfo, type TensorInfo } from "../../ir/relax/struct-info.js";
import { int64 } from "../../support/dtype.js";
import type { Rule, Site } from "../site.js";
import { boolOf, optionalInt, optionalInts } from "./attribute.js";
import { axesIn } from "./axes.js";
import { one } from "./dims.js";
import { tensorAt } from "./operand.js";
import { dimsOfTensor, rankOnly, tensorOf } from "./result.js";

/** `x` with the axes dropped, or kept with length 1; no axes means all. */
function reduced(site: Site, x: TensorInfo, given: readonly number[] | undefined): TensorInfo {
  const keep = boolOf(site, "keepdims");
  if (given === undefined && !keep) return tensorOf([], x);
  if (x.ndim < 0) return rankOnly(-1, x);
  const axes = given === undefined ? undefined : axesIn(site, x.ndim, given);
  if (axes === undefined)
    return tensorOf(
      Array.from({ length: x.ndim }, () => one),
      x,
    );
  const dims = dimsOfTensor(x);
  if (dims === undefined) return rankOnly(keep ? x.ndim : x.ndim - axes.length, x);
  return tensorOf(
    dims.flatMap((d, i) => (!axes.includes(i) ? [d] : keep ? [one] : [])),
    x,
  );
}

export const reduceRule: Rule = (site) =>
  reduced(site, tensorAt(site, 0), optionalInts(site, "axis"));

/** With one axis, the positions of the medians as well. */
export const medianRule: Rule = (site) => {
  const axes = optionalInts(site, "axis");
  const values = reduced(site, tensorAt(site, 0), axes);
  return axes?.length === 1 ? tupleInfo([values, { ...values, dtype: int64 }]) : values;
};

export const argReduceRule: Rule = (site) => {
  const axis = optionalInt(site, "axis");
  return {
    ...reduced(site, tensorAt(site, 0), axis === undefined ? undefined : [axis]),
    dtype: int64,
  };
};
