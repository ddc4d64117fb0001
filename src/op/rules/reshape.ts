/** Same elements under another shape. */
import { tensorInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { shapeCodes } from "../codes.js";
import { dimsText, dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { optionalInts } from "./attribute.js";
import { axesIn } from "./axes.js";
import { calc, constOf, isOne, one, product, sameDim } from "./dims.js";
import { shapeAt, tensorAt } from "./operand.js";
import { bare, dimsOfTensor, rankOnly, tensorOf } from "./result.js";

const isMinusOne = (e: PrimExpr): boolean => constOf(e) === -1;
const isZero = (e: PrimExpr): boolean => constOf(e) === 0;

/**
 * The new shape with 0 replaced by the old length and -1 by what is left; undefined when that cannot be known. A 0
 * copies only where the tensor is not itself empty.
 */
function newDims(
  site: Site,
  old: readonly PrimExpr[] | undefined,
  given: readonly PrimExpr[],
): readonly PrimExpr[] | undefined {
  const bad = (reason: string): never =>
    fail(
      shapeCodes.inferDimension({
        op: site.op.name,
        reason,
        at: site.call.args[1]?.span ?? site.call.span,
      }),
    );
  if (given.filter(isMinusOne).length > 1) bad("more than one dimension is -1");
  for (const d of given) if ((constOf(d) ?? 0) < -1) bad(`${dimText(d)} is no length`);
  if (!given.some((d) => isMinusOne(d) || isZero(d))) return given;
  if (old === undefined) return undefined;
  const empty = old.some(isZero);
  const copied = given.map((d, i) =>
    isZero(d) && !empty
      ? (old[i] ?? bad(`dimension ${i} cannot be copied from a tensor of ${old.length}`))
      : d,
  );
  const at = copied.findIndex(isMinusOne);
  if (at < 0) return copied;
  const rest = product(
    site.ctx,
    copied.filter((_, i) => i !== at),
  );
  if (isZero(rest)) bad("-1 stands beside a dimension of length 0");
  const total = product(site.ctx, old);
  const [x, y] = [constOf(total), constOf(rest)];
  if (x !== undefined && y !== undefined && BigInt(x) % BigInt(y) !== 0n) {
    bad(`${x} elements of ${dimsText(old)} cannot be divided into ${dimsText(given)}`);
  }
  return copied.with(at, calc(site.ctx, "floordiv", total, rest));
}

export const reshapeRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const { info, expr } = shapeAt(site, 1);
  if (info.values === undefined)
    return tensorInfo({ shape: expr, ndim: info.ndim, dtype: x.dtype, vdevice: x.vdevice });
  const old = dimsOfTensor(x);
  const dims = newDims(site, old, info.values);
  if (dims === undefined) return rankOnly(info.values.length, x);
  if (old !== undefined) {
    const [a, b] = [product(site.ctx, old), product(site.ctx, dims)];
    const same = sameDim(site.ctx, a, b);
    if (same === undefined) site.ctx.guard(a, b, "element counts of reshape");
    if (same === false) {
      fail(
        shapeCodes.elementCount({
          op: site.op.name,
          a: dimsText(old),
          b: dimsText(dims),
          x: dimText(a),
          y: dimText(b),
          at: site.call.span,
        }),
      );
    }
  }
  return tensorOf(dims, x);
};

export const flattenRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const dims = dimsOfTensor(x);
  if (x.ndim === 1) return bare(x);
  return dims === undefined ? rankOnly(1, x) : tensorOf([product(site.ctx, dims)], x);
};

export const expandDimsRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const given = optionalInts(site, "axis") ?? [];
  if (given.length === 0) return bare(x);
  if (x.ndim < 0) return rankOnly(-1, x);
  const rank = x.ndim + given.length;
  const axes = axesIn(site, rank, given);
  const old = dimsOfTensor(x);
  if (old === undefined) return rankOnly(rank, x);
  let next = 0;
  return tensorOf(
    Array.from({ length: rank }, (_, i) => (axes.includes(i) ? one : old[next++]!)),
    x,
  );
};

export const squeezeRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const dims = dimsOfTensor(x);
  const given = optionalInts(site, "axis");
  if (given === undefined) {
    // Which dimensions go is known only when all lengths are.
    if (dims === undefined || dims.some((d) => constOf(d) === undefined)) return rankOnly(-1, x);
    return tensorOf(
      dims.filter((d) => !isOne(d)),
      x,
    );
  }
  if (x.ndim < 0) return rankOnly(-1, x);
  const axes = axesIn(site, x.ndim, given);
  if (dims === undefined) return rankOnly(x.ndim - axes.length, x);
  const kept = axes.filter((axis) => {
    const length = dims[axis]!;
    const same = sameDim(site.ctx, length, one);
    if (same === undefined) site.ctx.guard(length, one, "dimension dropped by squeeze");
    if (same === false)
      site.ctx.report(
        shapeCodes.squeezeLength({ axis, length: dimText(length), at: site.call.span }),
      );
    return same === false;
  });
  return tensorOf(
    dims.filter((_, i) => !axes.includes(i) || kept.includes(i)),
    x,
  );
};
