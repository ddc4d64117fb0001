/** Hyperbolic functions, their inverses, and the logistic function. */
import type { Builder, Ref } from "../program.js";
import { exp32, exp64, expm1d, halfExpm1OfDouble } from "./exponential.js";
import { log1pd, log64 } from "./logarithm.js";

const withSign = (b: Builder, x: Ref, value: Ref): Ref =>
  b.select(b.lt(x, 0), b.neg(value), b.select(b.eq(x, 0), x, value));

/** `e/(e + 1)` with `e = expm1(2|x|)/2`, and the sign of x; 1 beyond where it rounds to 1. */
export function tanh32(b: Builder, x: Ref): Ref {
  const a = b.abs(x);
  const e = halfExpm1OfDouble(b, b.select(b.lt(10, a), 10, a));
  const sign = b.iand(b.bits(x), -0x80000000);
  return b.float(b.iadd(b.bits(b.div(e, b.add(e, 1))), sign));
}

export function tanh64(b: Builder, x: Ref): Ref {
  const a = b.abs(x);
  const e = expm1d(b, b.mul(2, b.select(b.lt(22, a), 22, a)));
  return withSign(b, x, b.div(e, b.add(e, 2)));
}

export const sigmoid32 = (b: Builder, x: Ref): Ref => b.div(1, b.add(1, exp32(b, b.neg(x))));
export const sigmoid64 = (b: Builder, x: Ref): Ref => b.div(1, b.add(1, exp64(b, b.neg(x))));

/** e^a / 2 for large a, without overflow before its time. */
function halfExp(b: Builder, a: Ref): Ref {
  const far = b.lt(709, a);
  const e = exp64(b, b.select(far, b.sub(a, 1), a));
  // 2.718…/2 in one factor where one was taken off the exponent
  return b.mul(e, b.select(far, 1.3591409142295225, 0.5));
}

export function sinh64(b: Builder, x: Ref): Ref {
  const a = b.abs(x);
  const t = expm1d(b, b.select(b.lt(22, a), 22, a));
  const near = b.mul(0.5, b.add(t, b.div(t, b.add(t, 1))));
  return withSign(b, x, b.select(b.lt(22, a), halfExp(b, a), near));
}

export function cosh64(b: Builder, x: Ref): Ref {
  const a = b.abs(x);
  const e = exp64(b, b.select(b.lt(22, a), 22, a));
  const t = expm1d(b, b.select(b.lt(0.5, a), 0.5, a));
  const tiny = b.add(1, b.div(b.mul(t, t), b.mul(2, b.add(1, t))));
  const middle = b.add(b.mul(0.5, e), b.div(0.5, e));
  return b.select(b.lt(22, a), halfExp(b, a), b.select(b.lt(a, 0.34), tiny, middle));
}

const LN2 = 6.93147180559945286227e-1;
const FAR = 268435456;

export function asinh64(b: Builder, x: Ref): Ref {
  const a = b.abs(x);
  const square = b.mul(a, a);
  const root = b.sqrt(b.add(square, 1));
  const near = log1pd(b, b.add(a, b.div(square, b.add(1, root))));
  const far = b.add(log64(b, a), LN2);
  return withSign(b, x, b.select(b.lt(FAR, a), far, near));
}

export function acosh64(b: Builder, x: Ref): Ref {
  const t = b.sub(x, 1);
  const near = log1pd(b, b.add(t, b.sqrt(b.add(b.mul(2, t), b.mul(t, t)))));
  const far = b.add(log64(b, x), LN2);
  return b.select(b.lt(FAR, x), far, near);
}

export function atanh64(b: Builder, x: Ref): Ref {
  const a = b.abs(x);
  return withSign(b, x, b.mul(0.5, log1pd(b, b.div(b.mul(2, a), b.sub(1, a)))));
}
