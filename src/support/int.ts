/**
 * The one representation of unbounded integers: a JavaScript number when it is a safe integer,
 * a bigint otherwise. Values are always normalised, so `===` is integer equality.
 */
export type Int = number | bigint;

const MAX = Number.MAX_SAFE_INTEGER;
const MIN = Number.MIN_SAFE_INTEGER;

/** Normalises: number exactly when safe. `value` must be an integer. */
export function int(value: Int): Int {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value + 0 : BigInt(value);
  return value >= MIN && value <= MAX ? Number(value) : value;
}

export const isInt = (value: unknown): value is Int =>
  typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));

export function addInt(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") {
    const r = a + b;
    if (r <= MAX && r >= MIN) return r;
  }
  return int(BigInt(a) + BigInt(b));
}

export function subInt(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") {
    const r = a - b;
    if (r <= MAX && r >= MIN) return r;
  }
  return int(BigInt(a) - BigInt(b));
}

export function mulInt(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") {
    const r = a * b;
    if (r <= MAX && r >= MIN) return r + 0;
  }
  return int(BigInt(a) * BigInt(b));
}

/** Quotient rounded towards minus infinity; `b` must not be 0. */
export function floorDivInt(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") return exactFloorDiv(a, b);
  const x = BigInt(a);
  const y = BigInt(b);
  const q = x / y;
  return int(x % y !== 0n && x < 0n !== y < 0n ? q - 1n : q);
}

/** Exact for safe integers: the float quotient may be off by one near 2^53, the remainder is exact. */
function exactFloorDiv(a: number, b: number): number {
  let r = a % b;
  if (r !== 0 && r < 0 !== b < 0) r += b;
  return (a - r) / b + 0;
}

/** Remainder with the sign of the divisor; `b` must not be 0. */
export const floorModInt = (a: Int, b: Int): Int => {
  if (typeof a === "number" && typeof b === "number") {
    const r = a % b;
    return (r !== 0 && r < 0 !== b < 0 ? r + b : r) + 0;
  }
  return subInt(a, mulInt(floorDivInt(a, b), b));
};

/** Quotient rounded towards zero; `b` must not be 0. */
export function truncDivInt(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") return (a - (a % b)) / b + 0;
  return int(BigInt(a) / BigInt(b));
}

/** Remainder with the sign of the dividend; `b` must not be 0. */
export function truncModInt(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") return (a % b) + 0;
  return int(BigInt(a) % BigInt(b));
}

export const negInt = (a: Int): Int => (typeof a === "number" ? 0 - a : int(-a));
export const minInt = (a: Int, b: Int): Int => (a <= b ? a : b);
export const maxInt = (a: Int, b: Int): Int => (a >= b ? a : b);
export const absInt = (a: Int): Int => (a < 0 ? negInt(a) : a);

/** Greatest common divisor, never negative. */
export function gcdInt(a: Int, b: Int): Int {
  let x = absInt(a);
  let y = absInt(b);
  while (y !== 0) {
    const rest = truncModInt(x, y);
    x = y;
    y = rest;
  }
  return x;
}

/** Parses decimal, `0x`, `0o`, `0b`, with `_` separators. */
export const parseIntText = (text: string): Int => int(BigInt(text.replaceAll("_", "")));
