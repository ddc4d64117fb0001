/** Broadcasting to a shape, and sums down to one. */
import { tensorInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { shapeCodes, typeCodes } from "../codes.js";
import { dimsText, dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { isOne, one, sameDim } from "./dims.js";
import { shapeAt, tensorAt } from "./operand.js";
import { bare, dimsOfTensor } from "./result.js";

export const broadcastToRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const { info, expr } = shapeAt(site, 1);
  if (x.ndim >= 0 && info.ndim >= 0 && info.ndim < x.ndim) {
    fail(typeCodes.rankMismatch({ op: site.op.name, a: x.ndim, b: info.ndim, at: site.call.span }));
  }
  const old = dimsOfTensor(x);
  const target = info.values;
  if (old && target) {
    old.forEach((length, i) => {
      const wanted = target[target.length - old.length + i]!;
      if (isOne(length)) return;
      const same = sameDim(site.ctx, length, wanted);
      if (same === undefined) site.ctx.guard(length, wanted, "broadcast_to");
      if (same !== false || possiblyOne(site, length)) return;
      const { op, call } = site;
      fail(
        shapeCodes.broadcastTo({
          op: op.name,
          a: dimsText(old),
          b: dimsText(target),
          axis: i,
          x: dimText(length),
          y: dimText(wanted),
          at: call.span,
        }),
      );
    });
  }
  return tensorInfo({ shape: expr, ndim: info.ndim, dtype: x.dtype, vdevice: x.vdevice });
};

const possiblyOne = (site: Site, length: PrimExpr): boolean =>
  length.kind !== "tir.IntImm" && sameDim(site.ctx, length, one) !== false;

/** `data` must be what `target` broadcasts to. */
function checkCollapse(site: Site, data: readonly PrimExpr[], target: readonly PrimExpr[]): void {
  const { op, call, ctx } = site;
  const bad = (x: string, y: string): never =>
    fail(
      shapeCodes.collapse({
        op: op.name,
        a: dimsText(data),
        b: dimsText(target),
        x,
        y,
        at: call.span,
      }),
    );
  if (target.length > data.length) bad(`rank ${data.length}`, `rank ${target.length}`);
  target.forEach((wanted, i) => {
    const length = data[data.length - target.length + i]!;
    if (isOne(wanted)) return;
    const same = sameDim(ctx, length, wanted);
    if (same === undefined) ctx.guard(length, wanted, op.name);
    if (same === false) bad(dimText(length), dimText(wanted));
  });
}

export const collapseSumLikeRule: Rule = (site) => {
  const data = tensorAt(site, 0);
  const target = tensorAt(site, 1);
  const [a, b] = [dimsOfTensor(data), dimsOfTensor(target)];
  if (a && b) checkCollapse(site, a, b);
  return bare({ ...target, dtype: data.dtype });
};

export const collapseSumToRule: Rule = (site) => {
  const data = tensorAt(site, 0);
  const { info, expr } = shapeAt(site, 1);
  const a = dimsOfTensor(data);
  if (a && info.values) checkCollapse(site, a, info.values);
  return tensorInfo({ shape: expr, ndim: info.ndim, dtype: data.dtype, vdevice: data.vdevice });
};
