/** Integer arithmetic with two's-complement wrap, checked division, and shifts. */
import type { Binary, BinaryOp, PrimExpr } from "../../../ir/tir/expr.js";
import { bool, isSigned, withLanes, type DType } from "../../../support/dtype.js";
import type { Span } from "../../../support/source.js";
import type { Ref } from "../text/function.js";
import { stopIf, type FunctionContext } from "./context.js";
import { emitAs } from "./expr.js";
import { anyOf, binaryOp, integer, selectOp, typeOf } from "./value.js";

const direct: Partial<Record<BinaryOp, string>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  bitand: "and",
  bitor: "or",
  bitxor: "xor",
};

/** The value of an integer (or bool) operation. */
export function emitIntegerBinary(cx: FunctionContext, e: Binary): Ref {
  const type = e.dtype;
  const a = emitAs(cx, e.a, type);
  const b = emitAs(cx, e.b, type);
  const plain = direct[e.op];
  if (plain !== undefined) return binaryOp(cx, plain, type, a, b);
  switch (e.op) {
    case "shl":
    case "shr":
      return emitShift(cx, e, a, b);
    case "min":
    case "max": {
      const test = `icmp ${isSigned(type) ? "s" : "u"}${e.op === "min" ? "lt" : "gt"}`;
      return selectOp(cx, binaryOp(cx, test, type, a, b), type, a, b);
    }
    default:
      return emitDivision(cx, { ...e, op: e.op as DivisionOp, a, b, divisor: e.b, type });
  }
}

/** The integer in all lanes, where it is known. */
function constantOf(e: PrimExpr): bigint | undefined {
  if (e.kind === "tir.Broadcast") return constantOf(e.value);
  return e.kind === "tir.IntImm" ? BigInt(e.value) : undefined;
}

/** Counts outside the width give what repeated shifting would: 0, or the sign. */
function emitShift(cx: FunctionContext, e: Binary, a: Ref, b: Ref): Ref {
  const type = e.dtype;
  const signed = isSigned(type);
  const op = e.op === "shl" ? "shl" : signed ? "ashr" : "lshr";
  const count = constantOf(e.b);
  if (count !== undefined && count >= 0n && count < BigInt(type.bits))
    return binaryOp(cx, op, type, a, b);
  const isInside = binaryOp(cx, "icmp ult", type, b, integer(cx, type, type.bits));
  const zero = integer(cx, type, 0);
  const shifted = binaryOp(cx, op, type, a, selectOp(cx, isInside, type, b, zero));
  const beyond = op === "ashr" ? binaryOp(cx, op, type, a, integer(cx, type, type.bits - 1)) : zero;
  return selectOp(cx, isInside, type, shifted, beyond);
}

export type DivisionOp = "div" | "mod" | "floordiv" | "floormod" | "ceildiv";
interface Division {
  readonly op: DivisionOp;
  readonly a: Ref;
  readonly b: Ref;
  readonly divisor: PrimExpr;
  readonly type: DType;
  readonly span?: Span | undefined;
}

/** Stops with a status when a divisor is 0; the quotient of the least value by −1 wraps. */
function emitDivision(cx: FunctionContext, d: Division): Ref {
  const { op, type, a } = d;
  const signed = isSigned(type);
  const known = constantOf(d.divisor);
  const divides = op === "floordiv" || op === "div";
  if (known !== undefined && known > 0n && (known & (known - 1n)) === 0n) {
    const shift = known.toString(2).length - 1;
    const fits = shift < type.bits - (signed ? 1 : 0);
    if (fits && op !== "ceildiv" && (!signed || op === "floordiv" || op === "floormod")) {
      if (divides) return binaryOp(cx, signed ? "ashr" : "lshr", type, a, integer(cx, type, shift));
      return binaryOp(cx, "and", type, a, integer(cx, type, known - 1n));
    }
  }
  const b = known !== undefined && known !== 0n ? d.b : nonZero(cx, d);
  if (!signed) return emitUnsigned(cx, op, type, a, b);
  const mayOverflow = known === undefined || known === -1n;
  const zero = integer(cx, type, 0);
  // By −1 the quotient is the negative and the remainder 0; the instruction may trap.
  const isMinusOne = mayOverflow
    ? binaryOp(cx, "icmp eq", type, b, integer(cx, type, -1))
    : undefined;
  const safe =
    isMinusOne === undefined ? b : selectOp(cx, isMinusOne, type, integer(cx, type, 1), b);
  const quotient = (): Ref => {
    const q = binaryOp(cx, "sdiv", type, a, safe);
    if (isMinusOne === undefined) return q;
    return selectOp(cx, isMinusOne, type, binaryOp(cx, "sub", type, zero, a), q);
  };
  const remainder = (): Ref => binaryOp(cx, "srem", type, a, safe);
  /** Whether the remainder is not 0 and its sign is (`same`) or is not that of the divisor. */
  const isInexact = (r: Ref, same: boolean): Ref => {
    const some = binaryOp(cx, "icmp ne", type, r, zero);
    const signs = binaryOp(cx, "xor", type, r, b);
    const test = binaryOp(cx, same ? "icmp sge" : "icmp slt", type, signs, zero);
    return binaryOp(cx, "and", withLanes(bool, type.lanes), some, test);
  };
  const asNumber = (cond: Ref): Ref =>
    selectOp(cx, cond, type, integer(cx, type, 1), integer(cx, type, 0));
  switch (op) {
    case "div":
      return quotient();
    case "mod":
      return remainder();
    case "floormod": {
      const r = remainder();
      return binaryOp(cx, "add", type, r, selectOp(cx, isInexact(r, false), type, b, zero));
    }
    case "floordiv":
      return binaryOp(cx, "sub", type, quotient(), asNumber(isInexact(remainder(), false)));
    case "ceildiv":
      return binaryOp(cx, "add", type, quotient(), asNumber(isInexact(remainder(), true)));
  }
}

/** The divisor, after a check of the lanes that count; the others become 1. */
function nonZero(cx: FunctionContext, { b, type, span }: Division): Ref {
  const { mask } = cx;
  const isZero = binaryOp(cx, "icmp eq", type, b, integer(cx, type, 0));
  const masked =
    mask !== undefined && mask.lanes === type.lanes
      ? binaryOp(cx, "and", withLanes(bool, type.lanes), isZero, mask.ref)
      : isZero;
  stopIf(cx, anyOf(cx, masked, type.lanes), {
    kind: "division-by-zero",
    message: "integer division by zero",
    span,
  });
  return mask === undefined ? b : selectOp(cx, isZero, type, integer(cx, type, 1), b);
}

function emitUnsigned(cx: FunctionContext, op: DivisionOp, type: DType, a: Ref, b: Ref): Ref {
  if (op === "mod" || op === "floormod") return binaryOp(cx, "urem", type, a, b);
  const q = binaryOp(cx, "udiv", type, a, b);
  if (op !== "ceildiv") return q;
  const rest = binaryOp(cx, "urem", type, a, b);
  const some = binaryOp(cx, "icmp ne", type, rest, integer(cx, type, 0));
  const text = typeOf(cx, type);
  const one = cx.f.value(`zext ${typeOf(cx, withLanes(bool, type.lanes))} ${some} to ${text}`);
  return type.bits === 1 ? binaryOp(cx, "or", type, q, some) : binaryOp(cx, "add", type, q, one);
}
