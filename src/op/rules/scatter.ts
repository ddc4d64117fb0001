/** Writing at indices. */
import type { TensorInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { shapeCodes, typeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { choiceOf, intOf } from "./attribute.js";
import { axisIn } from "./axes.js";
import { calc, constOf, dim, mustEqual, raw } from "./dims.js";
import { primAt, tensorAt, tensorsAt } from "./operand.js";
import { bare, commonElement, dimsOfTensor, needElements, needRankAtLeast } from "./result.js";

const reductions = ["update", "add", "mul", "mean", "max", "min"];

const sameRank = (site: Site, a: TensorInfo, b: TensorInfo): void => {
  if (a.ndim < 0 || b.ndim < 0 || a.ndim === b.ndim) return;
  fail(typeCodes.rankMismatch({ op: site.op.name, a: a.ndim, b: b.ndim, at: site.call.span }));
};

/** Pairs of lengths that must be equal, with the axis in the second tensor. */
function sameLengths(site: Site, a: readonly PrimExpr[], b: readonly PrimExpr[]): void {
  a.forEach((x, axis) => {
    const y = b[axis]!;
    if (mustEqual(site.ctx, x, y, site.op.name)) return;
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

export const indexPutRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const indices = tensorsAt(site, 1, true);
  const values = tensorAt(site, 2);
  for (const t of indices) needElements(site, 1, t, t.dtype?.code === "bool" ? "bool" : "integer");
  if (x.ndim >= 0 && indices.length > x.ndim) {
    fail(
      typeCodes.rankMismatch({
        op: site.op.name,
        a: x.ndim,
        b: `${indices.length} indices`,
        at: site.call.span,
      }),
    );
  }
  commonElement(site, [x, values]);
  return bare(x);
};

export const scatterElementsRule: Rule = (site) => {
  const [x, indices, updates] = [tensorAt(site, 0), tensorAt(site, 1), tensorAt(site, 2)];
  choiceOf(site, "reduction", reductions);
  needElements(site, 1, indices, "integer");
  sameRank(site, x, indices);
  sameRank(site, indices, updates);
  commonElement(site, [x, updates]);
  if (x.ndim >= 0) axisIn(site, x.ndim, intOf(site, "axis"));
  const [b, c] = [dimsOfTensor(indices), dimsOfTensor(updates)];
  if (b && c) sameLengths(site, b, c);
  return bare(x);
};

export const scatterNdRule: Rule = (site) => {
  const [x, indices, updates] = [tensorAt(site, 0), tensorAt(site, 1), tensorAt(site, 2)];
  choiceOf(site, "reduction", reductions);
  needElements(site, 1, indices, "integer");
  needRankAtLeast(site, 1, indices, 1);
  commonElement(site, [x, updates]);
  const [a, b, c] = [dimsOfTensor(x), dimsOfTensor(indices), dimsOfTensor(updates)];
  if (!a || !b || !c) return bare(x);
  const last = b[b.length - 1]!;
  const depth = constOf(last);
  if (depth === undefined || depth > a.length) {
    fail(
      shapeCodes.parameterLength({
        op: site.op.name,
        operand: "indices",
        expected: `a constant of at most ${a.length} along the last dimension`,
        found: dimText(last),
        at: site.call.span,
      }),
    );
  }
  const expected = [...b.slice(0, -1), ...a.slice(Number(depth))];
  if (expected.length !== c.length) {
    fail(
      typeCodes.rankMismatch({
        op: site.op.name,
        a: expected.length,
        b: `updates of ${c.length}`,
        at: site.call.span,
      }),
    );
  }
  sameLengths(site, expected, c);
  return bare(x);
};

export const sliceScatterRule: Rule = (site) => {
  const [x, src] = [tensorAt(site, 0), tensorAt(site, 1)];
  const bounds = [2, 3, 4].map((i) => (i < site.call.args.length ? primAt(site, i) : dim(1)));
  sameRank(site, x, src);
  commonElement(site, [x, src]);
  if (x.ndim < 0) return bare(x);
  needRankAtLeast(site, 0, x, 1);
  const axis = axisIn(site, x.ndim, intOf(site, "axis"));
  const [a, b] = [dimsOfTensor(x), dimsOfTensor(src)];
  if (!a || !b) return bare(x);
  const [start, end, step] = bounds;
  const known = [start, end, step, a[axis]].map((e) => (e === undefined ? undefined : constOf(e)));
  if (known[2] !== undefined && known[2] < 1) {
    fail(
      typeCodes.attribute({
        op: site.op.name,
        attribute: "step",
        expected: "a positive integer",
        found: String(known[2]),
        at: site.call.span,
      }),
    );
  }
  const length =
    start === undefined || end === undefined || step === undefined
      ? b[axis]!
      : calc(
          site.ctx,
          "max",
          raw("ceildiv", raw("sub", wrap(end, a[axis]!), wrap(start, a[axis]!)), step),
          dim(0),
        );
  sameLengths(site, a.with(axis, length), b);
  return bare(x);
};

/** A constant bound counted from the front and kept within the length. */
function wrap(bound: PrimExpr, length: PrimExpr): PrimExpr {
  const at = constOf(bound);
  if (at === undefined) return bound;
  return at < 0 ? raw("max", raw("add", length, bound), dim(0)) : raw("min", bound, length);
}
