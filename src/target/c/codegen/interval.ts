/** Bounds of integer expressions, for arithmetic that needs no wrapping and for comparisons that are decided. */
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";
import type { DType } from "../../../support/dtype.js";
import { integerRange } from "../../../support/numeric/scalar.js";

export interface Interval {
  readonly low: bigint;
  readonly high: bigint;
}

/** No dimension reaches this; sizes and positions are within. */
const MOST_SIZE = 1n << 31n;

const interval = (low: bigint, high: bigint): Interval => ({ low, high });
const ofType = (type: DType): Interval | undefined => {
  if (type.lanes > 1 || (type.code !== "int" && type.code !== "uint" && type.code !== "bool"))
    return undefined;
  const { min, max } = integerRange(type);
  return interval(BigInt(min), BigInt(max));
};

/** Whether all values of the first lie in the type. */
export function fits(bounds: Interval | undefined, type: DType): boolean {
  const range = ofType(type);
  return (
    bounds !== undefined &&
    range !== undefined &&
    bounds.low >= range.low &&
    bounds.high <= range.high
  );
}

/**
 * Bounds of the exact value of an integer expression; undefined when nothing better than its type is known of a wide
 * one. Sizes and loop variables of 64 bits are taken to be below 2^31.
 */
export function intervalOf(e: PrimExpr, ranges: ReadonlyMap<Var, Interval>): Interval | undefined {
  const narrow = e.dtype.bits < 32 ? ofType(e.dtype) : undefined;
  switch (e.kind) {
    case "tir.IntImm":
      return interval(BigInt(e.value), BigInt(e.value));
    case "tir.Var":
      return ranges.get(e) ?? narrow;
    case "tir.Cast": {
      const inner = intervalOf(e.value, ranges);
      return fits(inner, e.dtype) ? inner : narrow;
    }
    case "tir.Compare":
    case "tir.Logic":
      return interval(0n, 1n);
    case "tir.Load":
      return ofType(e.dtype);
    case "tir.Select":
    case "tir.IfThenElse": {
      const [a, b] = [intervalOf(e.then, ranges), intervalOf(e.otherwise, ranges)];
      return a && b && interval(least(a.low, b.low), most(a.high, b.high));
    }
    case "tir.Binary": {
      const [a, b] = [intervalOf(e.a, ranges), intervalOf(e.b, ranges)];
      const found = a && b && combined(e.op, a, b);
      return found !== undefined && fits(found, e.dtype) ? found : narrow;
    }
    default:
      return narrow;
  }
}

/** The variables of a function's entry: sizes are not negative. */
export const sizeRange: Interval = interval(0n, MOST_SIZE);

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Bounds of the exact result; undefined for what is not followed. */
export function combined(op: string, a: Interval, b: Interval): Interval | undefined {
  switch (op) {
    case "add":
      return interval(a.low + b.low, a.high + b.high);
    case "sub":
      return interval(a.low - b.high, a.high - b.low);
    case "mul": {
      const all = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
      return interval(all.reduce(least), all.reduce(most));
    }
    case "min":
      return interval(least(a.low, b.low), least(a.high, b.high));
    case "max":
      return interval(most(a.low, b.low), most(a.high, b.high));
    case "floordiv":
    case "div":
      return b.low > 0n && a.low >= 0n ? interval(a.low / b.high, a.high / b.low) : undefined;
    case "floormod":
      return b.low > 0n ? interval(0n, b.high - 1n) : undefined;
    case "mod":
      return b.low > 0n && a.low >= 0n ? interval(0n, least(a.high, b.high - 1n)) : undefined;
    default:
      return undefined;
  }
}
