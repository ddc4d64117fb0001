/** Losses. */
import type { PrimExpr } from "../../ir/tir/expr.js";
import { shapeCodes, typeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { choiceOf } from "./attribute.js";
import { mustEqual } from "./dims.js";
import { hasOperand, tensorAt } from "./operand.js";
import {
  commonDevice,
  commonElement,
  dimsOfTensor,
  needElements,
  needRank,
  needRankAtLeast,
  rankOnly,
  tensorOf,
} from "./result.js";

function pairwise(site: Site, a: readonly PrimExpr[], b: readonly PrimExpr[]): void {
  a.forEach((x, axis) => {
    const y = b[axis];
    if (y === undefined || mustEqual(site.ctx, x, y, site.op.name)) return;
    fail(
      shapeCodes.lengthMismatch({
        op: site.op.name,
        axis,
        a: dimText(x),
        b: dimText(y),
        at: site.call.span,
      }),
    );
  });
}

export const crossEntropyRule: Rule = (site) => {
  const [x, y] = [tensorAt(site, 0), tensorAt(site, 1)];
  const from = { dtype: commonElement(site, [x, y]), vdevice: commonDevice(site, [x, y]) };
  if (x.ndim >= 0 && y.ndim >= 0 && x.ndim !== y.ndim) {
    fail(typeCodes.rankMismatch({ op: site.op.name, a: x.ndim, b: y.ndim, at: site.call.span }));
  }
  const [a, b] = [dimsOfTensor(x), dimsOfTensor(y)];
  if (a && b) pairwise(site, a, b);
  return tensorOf([], from);
};

/** Predictions (N, C, d1, …) or (C,), targets (N, d1, …) or a scalar, weights (C,). */
export const nllLossRule: Rule = (site) => {
  const [x, y] = [tensorAt(site, 0), tensorAt(site, 1)];
  const weights = hasOperand(site, 2) ? tensorAt(site, 2) : undefined;
  const reduction = choiceOf(site, "reduction", ["none", "mean", "sum"]);
  const all = weights ? [x, weights] : [x];
  const from = { dtype: commonElement(site, all), vdevice: commonDevice(site, all) };
  needElements(site, 1, y, "integer");
  needRankAtLeast(site, 0, x, 1);
  if (weights) needRank(site, 2, weights, 1);
  if (x.ndim >= 0) needRank(site, 1, y, x.ndim - 1);
  const [a, b] = [dimsOfTensor(x), dimsOfTensor(y)];
  const classes = a && a[a.length === 1 ? 0 : 1];
  const rest = a && (a.length === 1 ? [] : [a[0]!, ...a.slice(2)]);
  if (rest && b) pairwise(site, rest, b);
  const c = weights && dimsOfTensor(weights);
  if (classes && c) pairwise(site, [classes], c);
  if (reduction !== "none") return tensorOf([], from);
  return rest ? tensorOf(rest, from) : rankOnly(x.ndim < 0 ? -1 : x.ndim - 1, from);
};
