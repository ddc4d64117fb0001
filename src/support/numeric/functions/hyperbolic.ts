/** Hyperbolic functions, their inverses, and the logistic function. */
import type { Builder, Ref } from "../program.js";
import {
  clamp,
  exp64,
  expm1d,
  LOG2E,
  minusMultipleOfLn2,
  powerInLowBits,
  ROUND32,
} from "./exponential.js";
import { log1pd, log64 } from "./logarithm.js";

const withSign = (b: Builder, x: Ref, value: Ref): Ref =>
  b.select(b.lt(x, 0), b.neg(value), b.select(b.eq(x, 0), x, value));

/** `tanh u = u·(1 + P·u²)/(1 + Q·u²)` for |u| up to ln(2)/4, within 0.02 units of the last place of float32. */
const [P, Q] = [0.06658703007142414, 0.399920117017312];

/**
 * With `tanh u = s/c` of the reduced argument, `e^2u = (c + s)/(c − s)`; so one division gives
 * `(2ⁿ·e^2u − 1)/(2ⁿ·e^2u + 1)`. The denominator is the numerator and a rest, which dampens errors of both.
 * Where the multiple of ln 2 is no longer exact, it does not matter.
 */
export function tanh32(b: Builder, x: Ref): Ref {
  const sign = b.iand(b.bits(x), -0x80000000);
  const size = b.float(b.isub(b.bits(x), sign));
  const a = b.select(b.lt(10, size), 10, size);
  // The low bits are the exponent of half the power.
  const offset = ROUND32 + 126;
  const t = b.add(b.mul(a, 2 * LOG2E), offset);
  const u = b.sub(a, b.mul(b.sub(t, offset), Math.LN2 / 2));
  const square = b.mul(u, u);
  const s = b.add(u, b.mul(square, b.mul(u, P)));
  const c = b.add(b.mul(square, Q), 1);
  const half = powerInLowBits(b, b.bits(t));
  const above = b.add(b.mul(b.sub(half, 0.5), c), b.mul(b.add(half, 0.5), s));
  const tanh = b.div(above, b.add(above, b.sub(c, s)));
  return b.float(b.iadd(b.bits(tanh), sign));
}

export function tanh64(b: Builder, x: Ref): Ref {
  const a = b.abs(x);
  const e = expm1d(b, b.mul(2, b.select(b.lt(22, a), 22, a)));
  return withSign(b, x, b.div(e, b.add(e, 2)));
}

/** `2ⁿ(c + s)/(2ⁿ(c + s) + (c − s))` as in {@link tanh32}, with u = r/2 and both multiplied by 8/P; 0 below −87.7. */
export function sigmoid32(b: Builder, x: Ref): Ref {
  const offset = ROUND32 + 127;
  const a = clamp(b, x, -88, 30);
  const t = b.add(b.mul(a, LOG2E), offset);
  const r = minusMultipleOfLn2(b, a, b.sub(t, offset));
  const square = b.mul(r, r);
  const s = b.mul(r, b.add(square, 4 / P));
  const c = b.add(b.mul(square, (2 * Q) / P), 8 / P);
  const above = b.mul(powerInLowBits(b, b.bits(t)), b.add(c, s));
  return b.div(above, b.add(above, b.sub(c, s)));
}

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
