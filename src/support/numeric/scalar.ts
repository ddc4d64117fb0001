/**
 * Values of scalar types. A value of an integer type is an `Int` in the range of the type (numbers up to 32 bits,
 * normalised `Int` above), a bool is 0 or 1, a float is a number already rounded to the type.
 */
import { isFloat, type DType } from "../dtype.js";
import { int, type Int } from "../int.js";
import { floatFormat, roundToFormat } from "./float-format.js";

/** One lane. */
export type Scalar = Int;

const identity = (x: number): number => x;

/**
 * Rounds the result of a float64 computation to the type: narrow floats through float32, as arithmetic on them is
 * float32 arithmetic.
 */
export function rounder(type: DType): (x: number) => number {
  if (type.code === "float" && type.bits === 64) return identity;
  if (type.code === "float" && type.bits === 32) return Math.fround;
  const format = floatFormat(type);
  return format ? (x) => roundToFormat(format, Math.fround(x)) : identity;
}

/** Brings any integer into the range of an integer type, in two's complement. */
export function wrapper(type: DType): (x: Int) => Int {
  const { bits } = type;
  if (type.code === "bool") return (x) => (x === 0 ? 0 : 1);
  if (bits === 64) {
    return type.code === "int"
      ? (x) => (typeof x === "number" ? x : int(BigInt.asIntN(64, x)))
      : (x) => (typeof x === "number" && x >= 0 ? x : int(BigInt.asUintN(64, BigInt(x))));
  }
  const small = smallWrapper(type.code === "int", bits);
  return (x) => (typeof x === "number" ? small(x) : small(Number(BigInt.asIntN(32, x))));
}

function smallWrapper(signed: boolean, bits: number): (x: number) => number {
  const shift = 32 - bits;
  // Exact for safe integers: ToInt32 takes the value modulo 2^32.
  if (signed) return shift === 0 ? (x) => x | 0 : (x) => (x << shift) >> shift;
  return shift === 0 ? (x) => x >>> 0 : (x) => (x << shift) >>> shift;
}

/** Least and greatest value of an integer type. */
export function integerRange(type: DType): { readonly min: Int; readonly max: Int } {
  if (type.code === "bool") return { min: 0, max: 1 };
  const n = BigInt(type.bits);
  if (type.code === "uint") return { min: 0, max: int((1n << n) - 1n) };
  return { min: int(-(1n << (n - 1n))), max: int((1n << (n - 1n)) - 1n) };
}

/** An integer as float32, rounded once. */
export function intToFloat32(x: Int): number {
  if (typeof x === "number") return Math.fround(x);
  const size = x < 0n ? -x : x;
  const extra = Math.max(0, size.toString(2).length - 53);
  // What is cut off can only matter as "not exactly in the middle".
  const sticky = (size & ((1n << BigInt(extra)) - 1n)) === 0n ? 0n : 1n;
  const kept = Number((size >> BigInt(extra)) | (extra > 0 ? sticky : 0n));
  return Math.fround(kept) * 2 ** extra * (x < 0n ? -1 : 1);
}

/**
 * `T.Cast`: integers wrap, floats round to nearest even, floats to integers truncate and stop at the ends of the
 * type's range (NaN gives 0), anything to bool is `!= 0`.
 */
export function converter(from: DType, to: DType): (x: Scalar) => Scalar {
  if (to.code === "bool") return (x) => (x == 0 ? 0 : 1);
  if (isFloat(to)) return toFloat(isFloat(from), to);
  const wrap = wrapper(to);
  if (!isFloat(from)) return wrap;
  const { min, max } = integerRange(to);
  const [low, high] = [Number(min), Number(max)];
  return (x) => {
    const t = Math.trunc(x as number);
    if (t !== t) return 0;
    return t <= low ? min : t >= high ? max : int(t + 0);
  };
}

function toFloat(fromFloat: boolean, to: DType): (x: Scalar) => number {
  const format = floatFormat(to);
  if (format) return (x) => roundToFormat(format, Number(x));
  if (to.bits === 64) return fromFloat ? (x) => x as number : (x) => Number(x);
  return fromFloat ? (x) => Math.fround(x as number) : intToFloat32;
}
