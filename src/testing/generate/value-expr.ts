/** Random expressions of a given scalar type; every operation is defined for all operand values. */
import {
  binary, boolImm, call, callGlobal, cast, compare, floatImm, ifThenElse, intImm, letIn, load, logic, makeVar, select, unary,
  type BinaryOp, type CompareOp, type PrimExpr,
} from "../../ir/tir/expr.js"; // prettier-ignore
import { globalVar } from "../../ir/module.js";
import { dtype, int32, isBool, isFloat, isInteger, type DType } from "../../support/dtype.js";
import { integerRange, rounder } from "../../support/numeric/scalar.js";
import { elementaryNames, elementary } from "../../support/numeric/transcendental.js";
import { elementOf } from "./index-expr.js";
import type { Random } from "./random.js";
import { constant, extend, freshName, type Scope } from "./scope.js";
import { allTypes } from "./types.js";

/** An expression of the type. */
export function valueOf(s: Scope, type: DType, depth: number): PrimExpr {
  if (depth <= 0 || s.rng.chance(0.15)) return leafOf(s, type);
  if (isBool(type)) return conditionOf(s, depth);
  const common = commonNode(s, type, depth);
  if (common !== undefined) return common;
  return isFloat(type) ? floatNode(s, type, depth) : integerNode(s, type, depth);
}

function leafOf(s: Scope, type: DType): PrimExpr {
  const { rng } = s;
  const memories = s.memories.filter((m) => m.buffer.dtype === type);
  if (memories.length > 0 && rng.chance(0.65)) return elementOf(s, rng.pick(memories));
  const cells = s.cells.filter((b) => b.dtype === type);
  if (cells.length > 0 && rng.chance(0.5)) return load(rng.pick(cells), [intImm(0, int32)]);
  const scalars = s.scalars.filter((v) => v.dtype === type);
  if (scalars.length > 0 && rng.chance(0.5)) return rng.pick(scalars);
  if (s.axes.length > 0 && rng.chance(0.3)) {
    const { var: v } = rng.pick(s.axes);
    return v.dtype === type ? v : cast(v, type);
  }
  if (s.memories.length > 0 && rng.chance(0.3)) {
    const memory = rng.pick(s.memories);
    if (memory.buffer.dtype.lanes === 1) return cast(elementOf(s, memory), type);
  }
  return literal(rng, type);
}

/** A constant of the type. */
export function literal(rng: Random, type: DType): PrimExpr {
  if (isBool(type)) return boolImm(rng.chance(0.5));
  if (isFloat(type)) {
    const value = rng.weighted<() => number>([
      [6, () => rng.between(-64, 64) / 8],
      [2, () => rng.between(-1000, 1000) * 0.37],
      [1, () => 2 ** rng.between(-40, 40)],
    ])();
    const rounded = rounder(type)(Math.abs(value) || 1);
    const finite = Number.isFinite(rounded) && rounded !== 0 ? rounded : 1;
    return floatImm(type.name === "float8_e8m0fnu" || value >= 0 ? finite : -finite, type);
  }
  const { min, max } = integerRange(type);
  const value = rng.weighted<() => number | bigint>([
    [6, () => rng.between(-9, 9)],
    [1, () => min],
    [1, () => max],
    [2, () => rng.between(-100_000, 100_000)],
  ])();
  return intImm(value < min || value > max ? (value < min ? min : max) : value, type);
}

/** Nodes that all types but bool share. */
function commonNode(s: Scope, type: DType, depth: number): PrimExpr | undefined {
  const { rng } = s;
  const sub = (t: DType): PrimExpr => valueOf(s, t, depth - 1);
  switch (rng.below(13)) {
    case 0:
      return select(sub(dtype("bool")), sub(type), sub(type));
    case 1:
      return ifThenElse(sub(dtype("bool")), sub(type), sub(type));
    case 2:
    case 3: {
      const from = rng.chance(0.7) ? rng.pick(s.types) : rng.pick(allTypes);
      return from === type ? undefined : cast(sub(from), type);
    }
    case 4: {
      const t = rng.pick(s.types);
      const v = makeVar(freshName(s, "t"), t);
      const value = sub(t);
      return letIn(v, value, valueOf(extend(s, { scalars: [...s.scalars, v] }), type, depth - 1));
    }
    case 5: {
      const helpers = s.helpers.filter((h) => h.result === type);
      if (helpers.length === 0) return undefined;
      const helper = rng.pick(helpers);
      return callGlobal(globalVar(helper.name), [sub(helper.arg)], type);
    }
    default:
      return undefined;
  }
}

const COMPARES: readonly CompareOp[] = ["eq", "ne", "lt", "le", "gt", "ge"];

/** A condition. */
export function conditionOf(s: Scope, depth: number): PrimExpr {
  const { rng } = s;
  const bool = dtype("bool");
  const sub = (): PrimExpr => valueOf(s, bool, depth - 1);
  switch (rng.below(8)) {
    case 0:
      return logic(rng.pick(["and", "or"] as const), sub(), sub());
    case 1:
      return unary("not", sub());
    case 2: {
      const floats = s.types.filter((t) => isFloat(t) && t.bits >= 16);
      if (floats.length === 0) break;
      const name = rng.pick(["isnan", "isinf", "isfinite"]);
      return call(name, [valueOf(s, rng.pick(floats), depth - 1)], bool);
    }
    case 3: {
      const from = numericType(s);
      return cast(valueOf(s, from, depth - 1), bool);
    }
    case 4:
      return call("likely", [sub()], bool);
    case 5:
      if (s.axes.length > 0)
        return compare(rng.pick(COMPARES), rng.pick(s.axes).var, constant(s, rng.between(0, 4)));
      break;
    default:
  }
  const t = numericType(s);
  return compare(rng.pick(COMPARES), valueOf(s, t, depth - 1), valueOf(s, t, depth - 1));
}

/** A type of the program that is no bool; int32 when it has no other. */
function numericType(s: Scope): DType {
  const numeric = s.types.filter((t) => !isBool(t));
  return numeric.length === 0 ? int32 : s.rng.pick(numeric);
}

const PLAIN: readonly BinaryOp[] = ["add", "sub", "mul", "min", "max", "bitand", "bitor", "bitxor"];
const DIVIDING: readonly BinaryOp[] = ["div", "mod", "floordiv", "floormod", "ceildiv"];

function integerNode(s: Scope, type: DType, depth: number): PrimExpr {
  const { rng } = s;
  const sub = (): PrimExpr => valueOf(s, type, depth - 1);
  const nonZero = (): PrimExpr => {
    if (rng.chance(0.5)) {
      const value = literal(rng, type);
      if (value.kind === "tir.IntImm" && value.value !== 0) return value;
    }
    return binary("bitor", sub(), intImm(type.code === "int" && type.bits === 1 ? -1 : 1, type));
  };
  switch (rng.below(12)) {
    case 0:
    case 1:
      return binary(rng.pick(DIVIDING), sub(), nonZero());
    case 2: {
      const op = rng.pick(["shl", "shr"] as const);
      if (rng.chance(0.5) || type.bits < 4)
        return binary(op, sub(), intImm(rng.below(Math.min(type.bits, 63)), type));
      return binary(op, sub(), binary("bitand", sub(), intImm(type.bits - 1, type)));
    }
    case 3:
      return unary(rng.pick(["neg", "bitnot"] as const), sub());
    case 4:
      return integerCall(s, type, depth);
    default:
      return binary(rng.pick(PLAIN), sub(), sub());
  }
}

function integerCall(s: Scope, type: DType, depth: number): PrimExpr {
  const { rng } = s;
  const sub = (t = type): PrimExpr => valueOf(s, t, depth - 1);
  if (type === int32 && rng.chance(0.5)) {
    switch (rng.below(4)) {
      case 0:
        return call(
          "q_multiply_shift",
          [sub(), sub(), intImm(31, int32), intImm(rng.between(-8, 0), int32)],
          int32,
        );
      case 1: {
        const from = rng.pick(s.types.filter(isInteger));
        return from === undefined ? sub() : call("popcount", [sub(from)], int32);
      }
      case 2: {
        const from = rng.pick(s.types.filter((t) => isInteger(t) && t.bits >= 32));
        return from === undefined ? sub() : call("clz", [sub(from)], int32);
      }
      default:
        // A NaN's bits are not fixed: the maximum takes it away.
        return call(
          "reinterpret",
          [binary("max", sub(dtype("float32")), floatImm(-1000, dtype("float32")))],
          int32,
        );
    }
  }
  if (type.bits < 8 || rng.chance(0.3)) return call("abs", [sub()], type);
  return call("pow", [sub(), intImm(rng.between(0, 3), type)], type);
}

/** Those of the table that can be written below `T`. */
const ELEMENTARY = elementaryNames.filter((name) => name !== "expm1");
const ROUNDING = ["floor", "ceil", "trunc", "round", "nearbyint"] as const;

function floatNode(s: Scope, type: DType, depth: number): PrimExpr {
  const { rng } = s;
  const sub = (): PrimExpr => valueOf(s, type, depth - 1);
  switch (rng.below(10)) {
    case 0:
      return binary(rng.pick(["floormod", "mod", "floordiv"] as const), sub(), sub());
    case 1:
      return unary("neg", sub());
    case 2:
      return call(rng.pick(ROUNDING), [sub()], type);
    case 3:
      return call(rng.pick(["sqrt", "abs"]), [sub()], type);
    case 4:
    case 5: {
      const name = rng.pick(ELEMENTARY);
      const { arity } = elementary(name, "f32")!;
      return call(name, Array.from({ length: arity }, sub), type);
    }
    case 6:
      if (type.bits >= 32 && rng.chance(0.4)) return call("fmod", [sub(), sub()], type);
      if (type === dtype("float32") && rng.chance(0.5))
        return call("reinterpret", [valueOf(s, int32, depth - 1)], type);
      return call("fma", [sub(), sub(), sub()], type);
    default:
      return binary(rng.pick(["add", "sub", "mul", "div", "min", "max"] as const), sub(), sub());
  }
}
