/** Constant intervals with infinite ends. An infinite end is ±Infinity; the others are `Int`. */
import { absInt, addInt, floorDivInt, mulInt, type Int } from "../support/int.js";

export interface Bound {
  readonly min: Int;
  readonly max: Int;
}

export const INF = Number.POSITIVE_INFINITY;
export const everything: Bound = { min: -INF, max: INF };
export const nonNegative: Bound = { min: 0, max: INF };
export const exactly = (value: Int): Bound => ({ min: value, max: value });
export const isFinite = (x: Int): boolean => typeof x === "bigint" || Number.isFinite(x);

const sum = (x: Int, y: Int): Int =>
  isFinite(x) && isFinite(y) ? addInt(x, y) : isFinite(x) ? y : x;
const product = (x: Int, y: Int): Int => {
  if (x === 0 || y === 0) return 0;
  if (isFinite(x) && isFinite(y)) return mulInt(x, y);
  return x > 0 === y > 0 ? INF : -INF;
};
const smallest = (a: Int, b: Int): Int => (a <= b ? a : b);
const largest = (a: Int, b: Int): Int => (a >= b ? a : b);
/** The interval of four values. */
const around = (a: Int, b: Int, c: Int, d: Int): Bound => ({
  min: smallest(smallest(a, b), smallest(c, d)),
  max: largest(largest(a, b), largest(c, d)),
});

export const addBound = (x: Bound, y: Bound): Bound => ({
  min: sum(x.min, y.min),
  max: sum(x.max, y.max),
});
export const mulBound = (x: Bound, y: Bound): Bound =>
  around(
    product(x.min, y.min),
    product(x.min, y.max),
    product(x.max, y.min),
    product(x.max, y.max),
  );
/** The interval times a number. */
export const scaleBound = ({ min, max }: Bound, by: Int): Bound =>
  by >= 0
    ? { min: product(min, by), max: product(max, by) }
    : { min: product(max, by), max: product(min, by) };
export const intersect = (x: Bound, y: Bound): Bound => ({
  min: largest(x.min, y.min),
  max: smallest(x.max, y.max),
});
export const hull = (x: Bound, y: Bound): Bound => ({
  min: smallest(x.min, y.min),
  max: largest(x.max, y.max),
});
export const minBound = (x: Bound, y: Bound): Bound => ({
  min: smallest(x.min, y.min),
  max: smallest(x.max, y.max),
});
export const maxBound = (x: Bound, y: Bound): Bound => ({
  min: largest(x.min, y.min),
  max: largest(x.max, y.max),
});

/** Quotient rounded down of one end by a positive divisor that may be infinite. */
const endDiv = (x: Int, d: Int): Int => {
  if (!isFinite(x)) return x;
  if (!isFinite(d)) return x < 0 ? -1 : 0;
  return floorDivInt(x, d);
};

export function floorDivBound(x: Bound, d: Bound): Bound {
  if (d.min <= 0 && d.max >= 0) return everything;
  if (d.max < 0) return floorDivBound(mulBound(x, exactly(-1)), mulBound(d, exactly(-1)));
  return around(
    endDiv(x.min, d.min),
    endDiv(x.min, d.max),
    endDiv(x.max, d.min),
    endDiv(x.max, d.max),
  );
}

export function floorModBound(x: Bound, d: Bound): Bound {
  if (d.min <= 0 && d.max >= 0) return everything;
  if (d.max < 0) return { min: isFinite(d.min) ? addInt(d.min, 1) : -INF, max: 0 };
  const most = isFinite(d.max) ? addInt(d.max, -1) : INF;
  if (x.min >= 0) return { min: x.max < d.min ? x.min : 0, max: smallest(most, x.max) };
  return { min: 0, max: most };
}

/** Bounds of a value that is read as a two's-complement or unsigned integer of that width. */
export function widthBound(signed: boolean, bits: number): Bound {
  const places = signed ? bits - 1 : bits;
  const full: Int = places < 53 ? 2 ** places : 2n ** BigInt(places);
  return { min: signed ? mulInt(full, -1) : 0, max: addInt(full, -1) };
}

/** Largest distance from zero. */
export const magnitude = (x: Bound): Int =>
  isFinite(x.min) && isFinite(x.max) ? largest(absInt(x.min), absInt(x.max)) : INF;
