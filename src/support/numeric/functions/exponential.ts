/** exp and its relatives. */
import type { Builder, Operand, Ref } from "../program.js";

/** Coefficients in descending powers. */
export const horner = (b: Builder, x: Ref, coefficients: readonly number[]): Ref => {
  let sum: Operand = coefficients[0]!;
  for (const c of coefficients.slice(1)) sum = b.add(b.mul(sum, x), c);
  return sum as Ref;
};

/** NaN stays NaN. */
export const clamp = (b: Builder, x: Ref, low: number, high: number): Ref => {
  const up = b.select(b.lt(x, low), low, x);
  return b.select(b.lt(high, up), high, up);
};

export const LOG2E = 1.4426950408889634;
/** 1.5·2^23 and 1.5·2^52: adding them rounds to an integer that stands in the low bits. */
export const ROUND32 = 12582912;
export const ROUND64 = 6755399441055744;
export const ROUND64_BITS = 0x4338000000000000n;

/** `expm1(r)` for |r| up to ln(2)/2; pairs of coefficients do not wait for each other. */
function expm1OfReduced(b: Builder, r: Ref): Ref {
  const square = b.mul(r, r);
  const pair = (high: number, low: number): Ref => b.add(b.mul(r, high), low);
  const upper = b.add(b.mul(square, 1.381459646e-3), pair(8.368717507e-3, 4.166838899e-2));
  const s = b.add(b.mul(square, upper), pair(1.666652113e-1, 4.999999404e-1));
  return b.add(r, b.mul(square, s));
}

const pow2d = (b: Builder, k: Ref): Ref => b.float(b.shl(b.iadd(k, 1023n), 52));

/** `y · 2^k` in two steps, so that results may be subnormal or overflow. */
export const scale64 = (b: Builder, y: Ref, k: Ref): Ref => {
  const half = b.sar(k, 1);
  return b.mul(b.mul(y, pow2d(b, half)), pow2d(b, b.isub(k, half)));
};

/** `x − n·ln 2` in float32, almost exact. */
export const minusMultipleOfLn2 = (b: Builder, x: Ref, n: Ref): Ref =>
  b.sub(b.sub(x, b.mul(n, 0.693145751953125)), b.mul(n, 1.42860682e-6));

/** The power of two whose biased exponent stands in the low bits of a sum rounded to an integer. */
export const powerInLowBits = (b: Builder, bits: Ref): Ref => b.float(b.shl(bits, 23));

/**
 * The power of two in two factors, so that results may be subnormal or overflow. The rounded quotient carries the
 * offsets of both exponents: each half of its low bits is one.
 */
export function exp32(b: Builder, x: Ref): Ref {
  const offset = ROUND32 + 2 * 127;
  const c = clamp(b, x, -105, 89);
  const t = b.add(b.mul(c, LOG2E), offset);
  const r = minusMultipleOfLn2(b, c, b.sub(t, offset));
  const y = b.add(expm1OfReduced(b, r), 1);
  const half = b.sar(b.bits(t), 1);
  const rest = b.isub(b.bits(t), half);
  return b.mul(b.mul(y, powerInLowBits(b, half)), powerInLowBits(b, rest));
}

const EXP = [
  4.13813679705723846039e-8, -1.6533902205465251539e-6, 6.61375632143793436117e-5,
  -2.77777777770155933842e-3, 1.66666666666666019037e-1,
];

function reduce64(b: Builder, x: Ref): { readonly k: Ref; readonly q: Ref } {
  const t = b.add(b.mul(x, LOG2E), ROUND64);
  const n = b.sub(t, ROUND64);
  const high = b.sub(x, b.mul(n, 6.9314718036912381649e-1));
  const low = b.mul(n, 1.90821492927058770002e-10);
  return { k: b.isub(b.bits(t), ROUND64_BITS), q: expm1Reduced(b, high, low) };
}

/** `expm1(high − low)` for small arguments. */
function expm1Reduced(b: Builder, high: Ref, low: Ref): Ref {
  const r = b.sub(high, low);
  const square = b.mul(r, r);
  const c = b.sub(r, b.mul(square, horner(b, square, EXP)));
  return b.sub(high, b.sub(low, b.div(b.mul(r, c), b.sub(2, c))));
}

export function exp64(b: Builder, x: Ref): Ref {
  const { k, q } = reduce64(b, clamp(b, x, -750, 715));
  return scale64(b, b.add(q, 1), k);
}

export function expm1d(b: Builder, x: Ref): Ref {
  const { k, q } = reduce64(b, clamp(b, x, -60, 709));
  const p = pow2d(b, k);
  return b.add(b.mul(p, q), b.sub(p, 1));
}

/** `2^x`: the integer part is exact. */
export function exp2d(b: Builder, x: Ref): Ref {
  const c = clamp(b, x, -1080, 1030);
  const t = b.add(c, ROUND64);
  const f = b.sub(c, b.sub(t, ROUND64));
  // f·ln 2 as high + low, with the high factor short enough for exact products of the leading part.
  const fh = lowCleared(b, f);
  const high = b.mul(fh, 6.93147182464599609375e-1);
  const low = b.add(
    b.mul(b.sub(f, fh), 6.93147182464599609375e-1),
    b.mul(f, -1.904654299957768e-9),
  );
  const q = expm1Reduced(b, high, b.neg(low));
  return scale64(b, b.add(q, 1), b.isub(b.bits(t), ROUND64_BITS));
}

/** `10^x` through `2^k · e^r`. */
export function exp10d(b: Builder, x: Ref): Ref {
  const c = clamp(b, x, -326, 312);
  const t = b.add(b.mul(c, 3.3219280948873623), ROUND64);
  const n = b.sub(t, ROUND64);
  // r = x − n·log10(2), then times ln(10), both in two parts.
  const r = b.sub(c, b.mul(n, 3.01029995663611771306e-1));
  const rl = b.mul(n, 3.69423907715893078616e-13);
  const rh = lowCleared(b, r);
  const high = b.mul(rh, 2.302585124969482421875);
  const rest = b.sub(b.sub(r, rh), rl);
  const low = b.add(b.mul(rest, 2.302585092994045684), b.mul(rh, -3.1975436440855e-8));
  const q = expm1Reduced(b, high, b.neg(low));
  return scale64(b, b.add(q, 1), b.isub(b.bits(t), ROUND64_BITS));
}

/** The float64 with the low 32 bits of its pattern cleared. */
export const lowCleared = (b: Builder, x: Ref): Ref => b.float(b.iand(b.bits(x), -4294967296n));
