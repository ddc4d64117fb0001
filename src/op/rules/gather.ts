/** Reading at indices. */
import { shapeCodes, typeCodes } from "../codes.js";
import type { TensorInfo } from "../../ir/relax/struct-info.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { choiceOf, intOf, optionalInt, wrongAttr } from "./attribute.js";
import { axisIn } from "./axes.js";
import { broadcastDims } from "./broadcast.js";
import { constOf, dim, sameDim } from "./dims.js";
import { infoAt, tensorAt, tensorOrScalarAt, tensorsAt, wrongKind } from "./operand.js";
import {
  bare,
  commonElement,
  dimsOfTensor,
  needElements,
  needRankAtLeast,
  rankOnly,
  tensorOf,
} from "./result.js";
import type { PrimExpr } from "../../ir/tir/expr.js";

export const takeRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const indices = tensorOrScalarAt(site, 1);
  needElements(site, 1, indices, "integer");
  choiceOf(site, "mode", ["fast", "clip", "wrap", "nan"]);
  const axis = axisOfTake(site, x);
  if (axis === undefined || indices.ndim < 0) return rankOnly(-1, x);
  const [a, b] = [dimsOfTensor(x), dimsOfTensor(indices)];
  if (a === undefined || b === undefined) return rankOnly(x.ndim - 1 + indices.ndim, x);
  return tensorOf(a.toSpliced(axis, 1, ...b), x);
};

/** The gradient has the type of what was taken from. */
export const takeBackwardRule: Rule = (site) => {
  const [gradient, x] = [tensorAt(site, 0), tensorAt(site, 1)];
  needElements(site, 2, tensorOrScalarAt(site, 2), "integer");
  commonElement(site, [gradient, x]);
  axisOfTake(site, x);
  return bare(x);
};

/** Only vectors need no axis; undefined when the rank is not known. */
function axisOfTake(site: Site, x: TensorInfo): number | undefined {
  const given = optionalInt(site, "axis");
  if (given === undefined && x.ndim >= 0 && x.ndim !== 1)
    wrongAttr(site, "axis", `an axis, as \`x\` has ${x.ndim} dimensions,`, null);
  return x.ndim < 0 ? undefined : axisIn(site, x.ndim, given ?? 0);
}

export const indexTensorRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const indices = tensorsAt(site, 1);
  if (indices.length === 0)
    fail(typeCodes.empty({ op: site.op.name, operand: "indices", at: site.call.span }));
  for (const t of indices) needElements(site, 1, t, "integer");
  if (x.ndim >= 0 && indices.length > x.ndim) needRankAtLeast(site, 0, x, indices.length);
  let shape: readonly PrimExpr[] | undefined = [];
  for (const t of indices) {
    const dims = dimsOfTensor(t);
    shape = shape && dims && broadcastDims(site, shape, dims);
  }
  const data = dimsOfTensor(x);
  if (data && shape) return tensorOf([...shape, ...data.slice(indices.length)], x);
  const ranks = indices.map((t) => t.ndim);
  return rankOnly(
    x.ndim < 0 || ranks.some((r) => r < 0) ? -1 : Math.max(...ranks) + x.ndim - indices.length,
    x,
  );
};

export const gatherElementsRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const indices = tensorAt(site, 1);
  needElements(site, 1, indices, "integer");
  if (x.ndim >= 0) axisIn(site, x.ndim, intOf(site, "axis"));
  if (x.ndim >= 0 && indices.ndim >= 0 && x.ndim !== indices.ndim) {
    fail(
      typeCodes.rankMismatch({ op: site.op.name, a: x.ndim, b: indices.ndim, at: site.call.span }),
    );
  }
  const dims = dimsOfTensor(indices);
  return dims === undefined
    ? rankOnly(indices.ndim < 0 ? x.ndim : indices.ndim, x)
    : tensorOf(dims, x);
};

export const gatherNdRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const indices = tensorAt(site, 1);
  needElements(site, 1, indices, "integer");
  needRankAtLeast(site, 1, indices, 1);
  const batch = intOf(site, "batch_dims");
  if (
    batch < 0 ||
    (x.ndim >= 0 && batch > x.ndim) ||
    (indices.ndim >= 0 && batch > indices.ndim - 1)
  ) {
    wrongAttr(site, "batch_dims", "a number of leading dimensions of both operands", batch);
  }
  const [a, b] = [dimsOfTensor(x), dimsOfTensor(indices)];
  const depth = b === undefined ? undefined : constOf(b[b.length - 1]!);
  if (x.ndim < 0 || b === undefined || depth === undefined) return rankOnly(-1, x);
  const used = Number(depth) + batch;
  if (used > x.ndim) {
    fail(
      shapeCodes.parameterLength({
        op: site.op.name,
        operand: "indices",
        expected: `at most ${x.ndim - batch} along the last dimension`,
        found: dimText(b[b.length - 1]!),
        at: site.call.span,
      }),
    );
  }
  if (a === undefined) return rankOnly(b.length - 1 + x.ndim - used, x);
  for (let i = 0; i < batch; i++) {
    if (sameDim(site.ctx, a[i]!, b[i]!) === false) {
      fail(
        shapeCodes.lengthMismatch({
          op: site.op.name,
          axis: i,
          a: dimText(a[i]!),
          b: dimText(b[i]!),
          at: site.call.span,
        }),
      );
    }
  }
  return tensorOf([...b.slice(0, -1), ...a.slice(used)], x);
};

export const oneHotRule: Rule = (site) => {
  const indices = tensorAt(site, 0);
  needElements(site, 0, indices, "integer");
  const values = [1, 2].map((i) => {
    const info = infoAt(site, i);
    return info.kind === "relax.PrimInfo" ? info.dtype : wrongKind(site, i, "a scalar", info);
  });
  if (values[0] !== values[1]) {
    fail(
      typeCodes.dtypeMismatch({
        op: site.op.name,
        a: values[0]!.name,
        b: values[1]!.name,
        at: site.call.span,
      }),
    );
  }
  const depth = intOf(site, "depth");
  if (depth <= 0) wrongAttr(site, "depth", "a positive integer", depth);
  const from = { dtype: values[0], vdevice: indices.vdevice };
  if (indices.ndim < 0) return rankOnly(-1, from);
  const axis = axisIn(site, indices.ndim + 1, intOf(site, "axis"));
  const dims = dimsOfTensor(indices);
  return dims === undefined
    ? rankOnly(indices.ndim + 1, from)
    : tensorOf(dims.toSpliced(axis, 0, dim(depth)), from);
};
