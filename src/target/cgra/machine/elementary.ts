/**
 * Elementary functions of `sfu` elements, as steps on integers and on float32 values that are rounded to nearest even
 * after each: C, Verilog and this file agree in every bit. A NaN is always 0x7fc00000.
 */
export const NAN_BITS = 0x7fc00000;
const INFINITY_BITS = 0x7f800000;

const bytes = new ArrayBuffer(4);
const asFloat = new Float32Array(bytes);
const asInt = new Int32Array(bytes);

/** The number of a bit pattern. */
export function floatOf(bits: number): number {
  asInt[0] = bits;
  return asFloat[0]!;
}

/** The bit pattern of a number, rounded to float32. */
export function bitsOf(x: number): number {
  if (x !== x) return NAN_BITS;
  asFloat[0] = x;
  return asInt[0]!;
}

/** `2^(j/256)`, with 29 bits behind the point. */
export const EXP2_TABLE: readonly number[] = Array.from({ length: 256 }, (_, j) =>
  Math.round(2 ** (j / 256 + 29)),
);
/** The natural logarithm of 2, with 30 bits behind the point. */
export const EXP2_LN2 = 744261118;

/**
 * `2^x`, at most 0.6 ulp off. With `z = floor(x · 2^31)`: the upper part `i = z >> 31` is the exponent, the next eight
 * bits choose from the table, and with `r` the last 23, `t = r · ln 2 >> 30` and `u = t + (t · t >> 32)`, the
 * mantissa is `4 · table + (table · u >> 29)`, with 31 bits behind the point. Halves round up, and so do subnormal
 * results.
 */
export function exp2Bits(bits: number): number {
  const x = floatOf(bits);
  if (x !== x) return NAN_BITS;
  if (x >= 128) return INFINITY_BITS;
  if (x < -150) return 0;
  const z = Math.floor(x * 2 ** 31);
  const exponent = Math.floor(z / 2 ** 31);
  const fraction = z - exponent * 2 ** 31;
  const entry = EXP2_TABLE[fraction >>> 23]!;
  const t = Math.floor(((fraction & 0x7fffff) * EXP2_LN2) / 2 ** 30);
  const u = t + Math.floor((t * t) / 2 ** 32);
  const mantissa = 4 * entry + Math.floor((entry * u) / 2 ** 29);
  const cut = 8 + Math.max(0, -126 - exponent);
  const kept = Math.floor((mantissa + 2 ** (cut - 1)) / 2 ** cut);
  // A kept mantissa of 24 bits carries one unit of the exponent in its uppermost bit.
  return kept + Math.max(0, exponent + 126) * 2 ** 23;
}

/** Coefficients in descending powers of `f` in `log2(1 + f) / f`. */
export const LOG2_COEFFICIENTS: readonly number[] = [
  -0.11020159721374512, 0.18631209433078766, -0.19102497398853302, 0.2045752853155136,
  -0.23961904644966125, 0.2885688841342926, -0.3606966435909271, 0.4808982014656067,
  -0.7213473320007324, 1.4426950216293335,
]; // prettier-ignore
/** The bit pattern of the square root of a half: where mantissas are parted. */
export const LOG2_BASE = 0x3f3504f3;

/**
 * The logarithm to base 2, at most 2 ulp off: `x = 2^k · (1 + f)` with `1 + f` between the roots of a half and of two,
 * then `k + f · p(f)` by Horner's rule, each product and sum rounded. Subnormal numbers are multiplied by 2^23 first.
 */
export function log2Bits(bits: number): number {
  const x = floatOf(bits);
  if (x !== x || x < 0) return NAN_BITS;
  if (x === 0) return INFINITY_BITS | (1 << 31);
  if (x === Infinity) return INFINITY_BITS;
  const isSubnormal = bits < 0x800000;
  const moved = (isSubnormal ? bitsOf(x * 2 ** 23) : bits) + (0x3f800000 - LOG2_BASE);
  const k = (moved >> 23) - 127 - (isSubnormal ? 23 : 0);
  const f = Math.fround(floatOf((moved & 0x7fffff) + LOG2_BASE) - 1);
  let p = LOG2_COEFFICIENTS[0]!;
  for (const c of LOG2_COEFFICIENTS.slice(1)) p = Math.fround(Math.fround(p * f) + Math.fround(c));
  return bitsOf(k + Math.fround(f * p));
}

/** `1 / x`, correctly rounded. */
export const reciprocalBits = (bits: number): number => bitsOf(1 / floatOf(bits));

/** `1 / √x`, correctly rounded: in 53 bits no result is so near the middle of two that the second rounding matters. */
export const reciprocalRootBits = (bits: number): number => bitsOf(1 / Math.sqrt(floatOf(bits)));
