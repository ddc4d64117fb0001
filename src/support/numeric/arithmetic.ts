/**
 * Arithmetic of every scalar type. Integers wrap in two's complement; division and remainder by zero, and shift counts
 * outside the width, answer `undefined` for the caller to report. On floats `min`/`max` are `a < b ? a : b` and
 * `a > b ? a : b` (a NaN gives the second operand), `mod` is the remainder of truncated division.
 */
import { isFloat, type DType } from "../dtype.js";
import {
  addInt,
  floorDivInt,
  floorModInt,
  mulInt,
  negInt,
  subInt,
  truncDivInt,
  truncModInt,
  type Int,
} from "../int.js";
import { rounder, wrapper, type Scalar } from "./scalar.js";

export type ArithmeticOp =
  | "add" | "sub" | "mul" | "div" | "mod" | "floordiv" | "floormod" | "ceildiv" | "min" | "max"
  | "bitand" | "bitor" | "bitxor" | "shl" | "shr"; // prettier-ignore

export type Operation = (a: Scalar, b: Scalar) => Scalar | undefined;

/** The operation on a type; undefined when the type does not have it (bits of floats). */
export function arithmetic(op: ArithmeticOp, type: DType): Operation | undefined {
  return isFloat(type) ? floating(op, rounder(type)) : integral(op, type);
}

function floating(op: ArithmeticOp, round: (x: number) => number): Operation | undefined {
  const make = (f: (a: number, b: number) => number): Operation => f as Operation;
  switch (op) {
    case "add":
      return make((a, b) => round(a + b));
    case "sub":
      return make((a, b) => round(a - b));
    case "mul":
      return make((a, b) => round(a * b));
    case "div":
      return make((a, b) => round(a / b));
    case "mod":
      return make((a, b) => round(a % b));
    case "floordiv":
      return make((a, b) => round(Math.floor(round(a / b))));
    case "ceildiv":
      return make((a, b) => round(Math.ceil(round(a / b))));
    case "floormod":
      return make((a, b) => round(a - round(round(Math.floor(round(a / b))) * b)));
    case "min":
      return make((a, b) => (a < b ? a : b));
    case "max":
      return make((a, b) => (a > b ? a : b));
    default:
      return undefined;
  }
}

/** The exact result, before wrapping. */
export const exactInteger: Readonly<Record<string, (a: Int, b: Int) => Int>> = {
  add: addInt,
  sub: subInt,
  mul: mulInt,
  div: truncDivInt,
  mod: truncModInt,
  floordiv: floorDivInt,
  floormod: floorModInt,
  ceildiv: (a, b) => negInt(floorDivInt(negInt(a), b)),
  min: (a, b) => (a < b ? a : b),
  max: (a, b) => (a > b ? a : b),
};

const DIVISIONS: ReadonlySet<string> = new Set(["div", "mod", "floordiv", "floormod", "ceildiv"]);
export const isDivision = (op: ArithmeticOp): boolean => DIVISIONS.has(op);

function integral(op: ArithmeticOp, type: DType): Operation {
  const wrap = wrapper(type);
  const wide = type.bits === 64;
  if (op === "shl" || op === "shr") return shift(op, type, wrap);
  if (op === "bitand" || op === "bitor" || op === "bitxor") return bitwise(op, wide, wrap);
  const exact = exactInteger[op]!;
  if (isDivision(op)) return (a, b) => (b === 0 ? undefined : wrap(exact(a, b)));
  if (op === "min" || op === "max") return exact;
  if (wide) return (a, b) => wrap(exact(a, b));
  const narrow = wrap as (x: number) => number;
  const make = (f: (a: number, b: number) => number): Operation => f as Operation;
  if (op === "add") return make((a, b) => narrow(a + b));
  if (op === "sub") return make((a, b) => narrow(a - b));
  return make((a, b) => narrow(Math.imul(a, b)));
}

function bitwise(
  op: "bitand" | "bitor" | "bitxor",
  wide: boolean,
  wrap: (x: Int) => Int,
): Operation {
  const big = {
    bitand: (a: bigint, b: bigint) => a & b,
    bitor: (a: bigint, b: bigint) => a | b,
    bitxor: (a: bigint, b: bigint) => a ^ b,
  }[op];
  const small = {
    bitand: (a: number, b: number) => a & b,
    bitor: (a: number, b: number) => a | b,
    bitxor: (a: number, b: number) => a ^ b,
  }[op];
  return wide
    ? (a, b) => wrap(normal(big(BigInt(a), BigInt(b))))
    : (a, b) => wrap(small(a as number, b as number));
}

const normal = (x: bigint): Int =>
  x >= -9007199254740991n && x <= 9007199254740991n ? Number(x) : x;

function shift(op: "shl" | "shr", type: DType, wrap: (x: Int) => Int): Operation {
  const { bits } = type;
  const inside = (count: Scalar): boolean => count >= 0 && count < bits;
  if (bits === 64) {
    return (a, b) => {
      if (!inside(b)) return undefined;
      const [x, n] = [BigInt(a), BigInt(b)];
      return wrap(normal(op === "shl" ? x << n : x >> n));
    };
  }
  if (op === "shl") return (a, b) => (inside(b) ? wrap((a as number) << (b as number)) : undefined);
  return type.code === "int"
    ? (a, b) => (inside(b) ? (a as number) >> (b as number) : undefined)
    : (a, b) => (inside(b) ? (a as number) >>> (b as number) : undefined);
}
