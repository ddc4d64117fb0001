/** Matrix products. */
import type { TensorInfo } from "../../ir/relax/struct-info.js";
import { isInteger } from "../../support/dtype.js";
import { shapeCodes, typeCodes } from "../codes.js";
import { dimsText, dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { optionalDType } from "./attribute.js";
import { broadcastDims } from "./broadcast.js";
import { sameDim } from "./dims.js";
import { operandName, tensorAt } from "./operand.js";
import {
  commonDevice,
  commonElement,
  dimsOfTensor,
  needRank,
  rankOnly,
  tensorOf,
} from "./result.js";
import type { PrimExpr } from "../../ir/tir/expr.js";

export const matmulRule: Rule = (site) => {
  const [x, y] = [tensorAt(site, 0), tensorAt(site, 1)];
  const from = {
    dtype: optionalDType(site, "out_dtype") ?? commonElement(site, [x, y]),
    vdevice: commonDevice(site, [x, y]),
  };
  [x, y].forEach((t, i) => {
    if (t.ndim === 0)
      fail(
        typeCodes.scalarMatmul({
          operand: operandName(site, i),
          at: site.call.args[i]!.span ?? site.call.span,
        }),
      );
  });
  if (x.ndim < 0 || y.ndim < 0) return rankOnly(-1, from);
  const rank = Math.max(x.ndim, y.ndim, 2) - (x.ndim === 1 ? 1 : 0) - (y.ndim === 1 ? 1 : 0);
  const [a, b] = [dimsOfTensor(x), dimsOfTensor(y)];
  if (!a || !b) return rankOnly(rank, from);
  const [k, l] = [a[a.length - 1]!, b[b.length === 1 ? 0 : b.length - 2]!];
  const same = sameDim(site.ctx, k, l);
  if (same === undefined) site.ctx.guard(k, l, "reduction lengths of matmul");
  if (same === false) reductionMismatch(site, a, b, k, l);
  const batch = broadcastDims(site, a.slice(0, -2), b.slice(0, -2));
  if (batch === undefined) return rankOnly(rank, from);
  return tensorOf(
    [
      ...batch,
      ...(a.length > 1 ? [a[a.length - 2]!] : []),
      ...(b.length > 1 ? [b[b.length - 1]!] : []),
    ],
    from,
  );
};

/** Points at the lengths in the operands' annotations where they are written. */
function reductionMismatch(
  site: Site,
  a: readonly PrimExpr[],
  b: readonly PrimExpr[],
  k: PrimExpr,
  l: PrimExpr,
): never {
  const { call, ctx } = site;
  const name = (i: number): string => {
    const arg = call.args[i]!;
    return arg.kind === "relax.Var" ? arg.name : operandName(site, i);
  };
  const [x, w] = [name(0), name(1)];
  const label = (
    d: PrimExpr,
    i: number,
    what: string,
  ): { span: NonNullable<PrimExpr["span"]>; message: string }[] => {
    const span = d.span ?? call.args[i]!.span;
    return span ? [{ span, message: `${what} of \`${name(i)}\`` }] : [];
  };
  const transposed = b.length >= 2 && sameDim(ctx, k, b[b.length - 1]!) === true;
  fail(
    shapeCodes.reductionLength({
      op: "matmul",
      a: dimText(k),
      b: dimText(l),
      at: call.span,
      label: `${dimsText(a)} @ ${dimsText(b)}`,
      labels: [
        ...label(k, 0, "last axis"),
        ...label(l, 1, b.length === 1 ? "the axis" : "second-to-last axis"),
      ],
      hints: [
        transposed
          ? `\`${w}\` looks transposed: use R.matmul(${x}, R.permute_dims(${w}))`
          : `if \`${w}\` is stored transposed, use R.matmul(${x}, R.permute_dims(${w}))`,
      ],
    }),
  );
}

export const outerRule: Rule = (site) => {
  const [x, y] = [tensorAt(site, 0), tensorAt(site, 1)];
  needRank(site, 0, x, 1);
  needRank(site, 1, y, 1);
  const from = { dtype: commonElement(site, [x, y]), vdevice: commonDevice(site, [x, y]) };
  const [a, b] = [dimsOfTensor(x), dimsOfTensor(y)];
  return a && b ? tensorOf([...a, ...b], from) : rankOnly(2, from);
};

/** An integer contraction whose result is as narrow as its operands overflows silently. */
export const overflows = (result: TensorInfo): boolean =>
  result.dtype !== undefined && isInteger(result.dtype) && result.dtype.bits <= 8;
