/** Exact evaluation of integer expressions at given values of their variables, without overflow. */
import type { Binary, Compare, PrimExpr, Var } from "../ir/tir/expr.js";
import {
  absInt, addInt, floorDivInt, floorModInt, maxInt, minInt, mulInt, negInt, subInt, truncDivInt, truncModInt, int, type Int,
} from "../support/int.js"; // prettier-ignore

/** Values of variables and of what is not arithmetic (loads, calls). */
export interface Values {
  of(v: Var): Int | undefined;
  /** Value of a load or an intrinsic call; absent: not known. */
  other?(e: PrimExpr): Int | undefined;
}

/** The value, truth as 0 or 1; undefined where it is not defined or not known. */
export function evaluate(e: PrimExpr, values: Values, depth = 0): Int | undefined {
  if (depth > 600) return undefined;
  const at = (x: PrimExpr): Int | undefined => evaluate(x, values, depth + 1);
  switch (e.kind) {
    case "tir.IntImm":
      return e.value;
    case "tir.Var":
      return values.of(e);
    case "tir.Cast":
      return e.dtype.code === "int" || e.dtype.code === "uint" ? at(e.value) : undefined;
    case "tir.Binary":
      return binaryValue(e, at(e.a), at(e.b));
    case "tir.Compare":
      return compareValue(e, at(e.a), at(e.b));
    case "tir.Logic": {
      const a = at(e.a);
      if (a === undefined) return undefined;
      return (a !== 0) === (e.op === "and") ? at(e.b) : a;
    }
    case "tir.Unary": {
      const a = at(e.a);
      if (a === undefined) return undefined;
      return e.op === "neg" ? negInt(a) : e.op === "not" ? (a === 0 ? 1 : 0) : subInt(-1, a);
    }
    case "tir.Select":
    case "tir.IfThenElse": {
      const c = at(e.cond);
      return c === undefined ? undefined : at(c !== 0 ? e.then : e.otherwise);
    }
    case "tir.Let": {
      const value = at(e.value);
      if (value === undefined) return undefined;
      const inner: Values = { ...values, of: (v) => (v === e.var ? value : values.of(v)) };
      return evaluate(e.body, inner, depth + 1);
    }
    case "tir.Call": {
      const [a] = e.args as readonly PrimExpr[];
      if (e.op === "likely") return at(a!);
      if (e.op === "abs") {
        const value = at(a!);
        return value === undefined ? undefined : absInt(value);
      }
      return values.other?.(e);
    }
    default:
      return values.other?.(e);
  }
}

function binaryValue(e: Binary, a: Int | undefined, b: Int | undefined): Int | undefined {
  if (a === undefined || b === undefined) return undefined;
  switch (e.op) {
    case "add":
      return addInt(a, b);
    case "sub":
      return subInt(a, b);
    case "mul":
      return mulInt(a, b);
    case "min":
      return minInt(a, b);
    case "max":
      return maxInt(a, b);
    case "bitand":
      return int(BigInt(a) & BigInt(b));
    case "bitor":
      return int(BigInt(a) | BigInt(b));
    case "bitxor":
      return int(BigInt(a) ^ BigInt(b));
    case "shl":
    case "shr":
      if (b < 0 || b >= e.dtype.bits) return undefined;
      return int(e.op === "shl" ? BigInt(a) << BigInt(b) : BigInt(a) >> BigInt(b));
    default:
      return b === 0 ? undefined : quotient(e.op, a, b);
  }
}

function quotient(op: "div" | "mod" | "floordiv" | "floormod" | "ceildiv", a: Int, b: Int): Int {
  switch (op) {
    case "div":
      return truncDivInt(a, b);
    case "mod":
      return truncModInt(a, b);
    case "floordiv":
      return floorDivInt(a, b);
    case "floormod":
      return floorModInt(a, b);
    case "ceildiv":
      return negInt(floorDivInt(negInt(a), b));
  }
}

function compareValue(e: Compare, a: Int | undefined, b: Int | undefined): Int | undefined {
  if (a === undefined || b === undefined) return undefined;
  const holds = { eq: a === b, ne: a !== b, lt: a < b, le: a <= b, gt: a > b, ge: a >= b }[e.op];
  return holds ? 1 : 0;
}
