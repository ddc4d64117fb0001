/** Intrinsics that act on each lane alone. */
import { isFloat, laneOf, type DType } from "../../support/dtype.js";
import { int, type Int } from "../../support/int.js";
import { arithmetic, type ArithmeticOp } from "../../support/numeric/arithmetic.js";
import {
  compileProgram,
  bitsDouble,
  doubleBits,
  floatBits,
  bitsFloat,
} from "../../support/numeric/evaluate-program.js";
import { decodeFloat, encodeFloat, floatFormat } from "../../support/numeric/float-format.js";
import { rounder, wrapper, type Scalar } from "../../support/numeric/scalar.js";
import { elementary } from "../../support/numeric/transcendental.js";

/** A function of lanes; `undefined` when it has no result (a division by zero, a shift out of range). */
export type LaneFunction = (...args: readonly Scalar[]) => Scalar | undefined;

type Maker = (result: DType, args: readonly DType[]) => LaneFunction | undefined;

const onFloats =
  (f: (...x: number[]) => number): Maker =>
  (result) => {
    const round = rounder(result);
    return (...x) => round(f(...(x as number[])));
  };
/** Integers are left as they are. */
const rounding =
  (f: (x: number) => number): Maker =>
  (result) => {
    if (!isFloat(result)) return (x) => x;
    // The greatest of a narrow type need not be whole.
    const round = rounder(result);
    return (x) => round(f(x as number));
  };

/** To nearest, ties to even. */
export function roundEven(x: number): number {
  const r = Math.round(x);
  const even = r - x === 0.5 && r % 2 !== 0 ? r - 1 : r;
  return even === 0 ? (x < 0 || Object.is(x, -0) ? -0 : 0) : even;
}

const binaryMaker =
  (op: ArithmeticOp): Maker =>
  (result) =>
    arithmetic(op, result) as LaneFunction | undefined;

const elementaryMaker =
  (name: string): Maker =>
  (result) => {
    if (!isFloat(result)) return undefined;
    const program = elementary(name, result.bits === 64 ? "f64" : "f32");
    if (program === undefined) return undefined;
    const run = compileProgram(program);
    const round = rounder(result);
    return (x, y) => round(run(x as number, y as number | undefined));
  };

function nextAfter(result: DType): LaneFunction | undefined {
  const single = result.bits === 32;
  if (!isFloat(result) || (!single && result.bits !== 64)) return undefined;
  return (a, b) => {
    const [x, y] = [a as number, b as number];
    if (x !== x || y !== y) return NaN;
    if (x === y) return y;
    if (x === 0) return (y > 0 ? 1 : -1) * (single ? 2 ** -149 : 5e-324);
    const up = y > x === x > 0;
    if (single) return bitsFloat(floatBits(x) + (up ? 1 : -1));
    return bitsDouble(doubleBits(x) + (up ? 1n : -1n));
  };
}

const bitPattern = (x: Scalar, bits: number): bigint => BigInt.asUintN(bits, BigInt(x));

function popcount(_: DType, [type]: readonly DType[]): LaneFunction {
  return (x) => bitPattern(x!, type!.bits).toString(2).replaceAll("0", "").length;
}

function countLeadingZeros(_: DType, [type]: readonly DType[]): LaneFunction {
  return (x) => {
    const pattern = bitPattern(x!, type!.bits);
    return pattern === 0n ? type!.bits : type!.bits - pattern.toString(2).length;
  };
}

/** `round(x · y · 2^(s − q))` with a 64-bit intermediate, halves rounded up, as requantisation does. */
function multiplyShift(x: bigint, y: bigint, q: bigint, left: bigint, right: bigint): Int {
  const product = (x << left) * y;
  const total = right + q;
  return int((product + (1n << (total - 1n))) >> total);
}

const qMultiplyShift: Maker = (result) => {
  const wrap = wrapper(result);
  return (x, y, q, s) => {
    const shift = BigInt(s!);
    const left = shift > 0n ? shift : 0n;
    const right = shift > 0n ? 0n : -shift;
    if (BigInt(q!) + right <= 0n) return undefined;
    return wrap(multiplyShift(BigInt(x!), BigInt(y!), BigInt(q!), left, right));
  };
};

const qMultiplyShiftPerAxis: Maker = (result) => {
  const wrap = wrapper(result);
  return (x, y, left, right, q) => {
    if (BigInt(q!) + BigInt(right!) <= 0n) return undefined;
    return wrap(multiplyShift(BigInt(x!), BigInt(y!), BigInt(q!), BigInt(left!), BigInt(right!)));
  };
};

const test =
  (f: (x: number) => boolean): Maker =>
  () =>
  (x) =>
    f(x as number) ? 1 : 0;

const absolute: Maker = (result) => {
  if (isFloat(result)) return (x) => Math.abs(x as number);
  const sub = arithmetic("sub", result)!;
  return (x) => (x! < 0 ? sub(0, x!) : x!);
};

const fused: Maker = (result) => {
  const [mul, add] = [arithmetic("mul", result)!, arithmetic("add", result)!];
  return (a, b, c) => add(mul(a!, b!)!, c!);
};

const power: Maker = (result, args) => {
  if (isFloat(result)) return elementaryMaker("pow")(result, args);
  const mul = arithmetic("mul", result)!;
  const one = wrapper(result)(1);
  return (x, n) => {
    if (n! < 0) return undefined;
    let [value, base, rest]: [Scalar, Scalar, bigint] = [one, x!, BigInt(n!)];
    for (; rest > 0n; rest >>= 1n) {
      if (rest & 1n) value = mul(value, base)!;
      base = mul(base, base)!;
    }
    return value;
  };
};

const makers: Readonly<Record<string, Maker>> = {
  floor: rounding(Math.floor),
  ceil: rounding(Math.ceil),
  trunc: rounding(Math.trunc),
  round: rounding(roundEven),
  nearbyint: rounding(roundEven),
  rint: rounding(roundEven),
  sqrt: onFloats(Math.sqrt),
  fabs: absolute,
  abs: absolute,
  fmod: onFloats((x, y) => x! % y!),
  copysign: onFloats((x, y) => (y! < 0 || Object.is(y, -0) ? -Math.abs(x!) : Math.abs(x!))),
  ldexp: onFloats((x, n) => scale(x!, n!)),
  nextafter: nextAfter,
  isnan: test((x) => x !== x),
  isinf: test((x) => Math.abs(x) === Infinity),
  isfinite: test((x) => Number.isFinite(x)),
  pow: power,
  power,
  fma: fused,
  popcount,
  clz: countLeadingZeros,
  q_multiply_shift: qMultiplyShift,
  q_multiply_shift_per_axis: qMultiplyShiftPerAxis,
  bitwise_and: binaryMaker("bitand"),
  bitwise_or: binaryMaker("bitor"),
  bitwise_xor: binaryMaker("bitxor"),
  bitwise_not: (result) => {
    const wrap = wrapper(result);
    return (x) => wrap(int(-1n - BigInt(x!)));
  },
  shift_left: binaryMaker("shl"),
  shift_right: binaryMaker("shr"),
  likely: () => (x) => x,
};

/** `x · 2^n` in steps that neither overflow nor round early. */
function scale(x: number, n: number): number {
  if (n > 1000) return scale(x * 2 ** 1000, n - 1000 > 2000 ? 2000 : n - 1000);
  if (n < -1000) {
    const far = n + 969 < -2200 ? -2200 : n + 969;
    return Math.abs(x) < 2 ** -40 ? 0 * x : scale(x * 2 ** -969, far);
  }
  return x * 2 ** n;
}

/** Names of the functions that {@link laneFunction} knows beyond the elementary ones. */
export const laneFunctionNames: readonly string[] = Object.keys(makers);

/** The function of that name on those types; undefined when there is none. */
export function laneFunction(
  name: string,
  result: DType,
  args: readonly DType[],
): LaneFunction | undefined {
  const lanes = args.map(laneOf);
  if (Object.hasOwn(makers, name)) return makers[name]!(laneOf(result), lanes);
  return elementaryMaker(name)(laneOf(result), lanes);
}

/** The bits of a value read as another type of the same width. */
export function reinterpreter(from: DType, to: DType): ((x: Scalar) => Scalar) | undefined {
  if (from.bits !== to.bits) return undefined;
  const toBits = patternOf(from);
  const back = valueOf(to);
  return (x) => back(toBits(x));
}

function patternOf(type: DType): (x: Scalar) => Scalar {
  if (!isFloat(type)) return (x) => x;
  if (type.bits === 64) return (x) => int(doubleBits(x as number));
  if (type.bits === 32) return (x) => floatBits(x as number);
  const format = floatFormat(type)!;
  return (x) => encodeFloat(format, x as number);
}

function valueOf(type: DType): (x: Scalar) => Scalar {
  if (!isFloat(type)) return wrapper(type);
  if (type.bits === 64) return (x) => bitsDouble(BigInt.asIntN(64, BigInt(x)));
  if (type.bits === 32) return (x) => bitsFloat(Number(x) | 0);
  const format = floatFormat(type)!;
  return (x) => decodeFloat(format, Number(x));
}
