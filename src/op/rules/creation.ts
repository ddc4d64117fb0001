/** Tensors made from nothing. */
import { tensorInfo } from "../../ir/relax/struct-info.js";
import { binary, call, cast, type PrimExpr } from "../../ir/tir/expr.js";
import { float32, int64, isBool, isInteger, isFloat } from "../../support/dtype.js";
import { maxInt } from "../../support/int.js";
import { shapeCodes, typeCodes } from "../codes.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { dtypeOf, optionalDType } from "./attribute.js";
import { constOf, dim, raw } from "./dims.js";
import { infoAt, primAt, shapeAt, tensorAt, tensorOrScalarAt, wrongKind } from "./operand.js";
import { bare, needRank, needRankAtLeast, rankOnly, tensorOf, withDType } from "./result.js";

export const fullRule: Rule = (site) => {
  const { info, expr } = shapeAt(site, 0);
  const value = tensorOrScalarAt(site, 1);
  needRank(site, 1, value, 0);
  return tensorInfo({
    shape: expr,
    ndim: info.ndim,
    dtype: optionalDType(site, "dtype") ?? value.dtype,
    vdevice: value.vdevice,
  });
};

export const fullLikeRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  needRank(site, 1, tensorOrScalarAt(site, 1), 0);
  return withDType(x, optionalDType(site, "dtype") ?? x.dtype);
};

export const initRule: Rule = (site) => {
  const { info, expr } = shapeAt(site, 0);
  return tensorInfo({ shape: expr, ndim: info.ndim, dtype: dtypeOf(site, "dtype") });
};

export const initLikeRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  return withDType(x, optionalDType(site, "dtype") ?? x.dtype);
};

/** Length of a range: `(end - start)` divided by the step, rounded up; never below 0 when constant. */
function rangeLength(site: Site, start: PrimExpr, end: PrimExpr, step: PrimExpr): PrimExpr {
  const all = [start, end, step];
  if (constOf(step) === 0 || (step.kind === "tir.FloatImm" && step.value === 0)) {
    fail(shapeCodes.windowSize({ op: site.op.name, reason: "the step is 0", at: site.call.span }));
  }
  if (all.every((e) => isInteger(e.dtype) || isBool(e.dtype))) {
    const distance = raw("sub", end, start);
    const known = constOf(raw("ceildiv", distance, step));
    if (known !== undefined) return dim(maxInt(known, 0));
    return site.ctx.simplify(raw("floordiv", raw("sub", raw("add", distance, step), dim(1)), step));
  }
  const number = (e: PrimExpr): number | undefined =>
    e.kind === "tir.FloatImm" || e.kind === "tir.IntImm" ? Number(e.value) : undefined;
  const [a, b, c] = all.map(number);
  if (a !== undefined && b !== undefined && c !== undefined)
    return dim(Math.max(0, Math.ceil((b - a) / c)));
  const asFloat = (e: PrimExpr): PrimExpr => (isFloat(e.dtype) ? e : cast(e, float32));
  const span = binary("div", asFloat(binary("sub", end, start)), asFloat(step));
  return cast(call("ceil", [span], span.dtype), int64);
}

export const arangeRule: Rule = (site) => {
  const dtype = optionalDType(site, "dtype");
  const parts = [0, 1, 2].map((i) => primAt(site, i));
  const [start, end, step] = parts;
  const elements =
    dtype ?? (parts.some((p) => p !== undefined && isFloat(p.dtype)) ? float32 : int64);
  if (start === undefined || end === undefined || step === undefined)
    return rankOnly(1, { dtype: elements });
  return tensorOf([rangeLength(site, start, end, step)], { dtype: elements });
};

export const eyeRule: Rule = (site) => {
  const n = primAt(site, 0);
  const m = primAt(site, 1);
  const dtype = dtypeOf(site, "dtype");
  return n && m ? tensorOf([n, m], { dtype }) : rankOnly(2, { dtype });
};

export const eyeLikeRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  needRank(site, 0, x, 2);
  return withDType(x, optionalDType(site, "dtype") ?? x.dtype);
};

/** `k` is a scalar. */
export const triangleRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  needRankAtLeast(site, 0, x, 2);
  if (site.call.args.length > 1) {
    const k = infoAt(site, 1);
    if (k.kind !== "relax.PrimInfo") wrongKind(site, 1, "a scalar", k);
  }
  return bare(x);
};

export const hammingRule: Rule = (site) => {
  const dtype = dtypeOf(site, "dtype");
  if (!isFloat(dtype))
    fail(
      typeCodes.attribute({
        op: site.op.name,
        attribute: "dtype",
        expected: "a float type",
        found: dtype.name,
        at: site.call.span,
      }),
    );
  const length = primAt(site, 0);
  if (length === undefined) return rankOnly(1, { dtype });
  const known = constOf(length);
  if (known !== undefined && known < 1)
    fail(
      shapeCodes.windowSize({
        op: site.op.name,
        reason: `the window has length ${known}`,
        at: site.call.span,
      }),
    );
  return tensorOf([length], { dtype });
};
