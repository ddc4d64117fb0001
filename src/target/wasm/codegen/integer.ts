/** Integer arithmetic with two's-complement wrap, checked division, and bit operations. */
import type { Binary, BinaryOp, PrimExpr } from "../../../ir/tir/expr.js";
import { isSigned, type DType } from "../../../support/dtype.js";
import type { PlainOp } from "../encoder/opcodes.js";
import { stop, type FunctionContext } from "./context.js";
import { coerce } from "../../coerce.js";
import { wrapToWidth } from "./register.js";
import type { Span } from "../../../support/source.js";

const direct: Partial<Record<BinaryOp, string>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  bitand: "and",
  bitor: "or",
  bitxor: "xor",
};

/** Pushes the value of an integer (or bool) operation. */
export function emitIntegerBinary(cx: FunctionContext, e: Binary): void {
  const type = e.dtype;
  const reg = type.bits === 64 ? "i64" : "i32";
  const a = coerce(e.a, type);
  const b = coerce(e.b, type);
  const plain = direct[e.op];
  if (plain !== undefined) {
    cx.emit(a);
    cx.emit(b);
    cx.f.op(`${reg}.${plain}` as PlainOp);
    if (!e.op.startsWith("bit")) wrapToWidth(cx.f, type);
    return;
  }
  switch (e.op) {
    case "shl":
    case "shr":
      emitShift(cx, e.op, type, a, b);
      return;
    case "min":
    case "max":
      emitMinMax(cx, e.op, type, a, b);
      return;
    default:
      emitDivision(cx, e.op as DivisionOp, type, a, b, e.span);
  }
}

/** Counts outside the width give what repeated shifting would: 0, or the sign. */
function emitShift(
  cx: FunctionContext,
  op: "shl" | "shr",
  type: DType,
  a: PrimExpr,
  b: PrimExpr,
): void {
  const f = cx.f;
  const reg = type.bits === 64 ? "i64" : "i32";
  const signed = isSigned(type);
  const name = `${reg}.${op === "shl" ? "shl" : signed ? "shr_s" : "shr_u"}` as PlainOp;
  if (b.kind === "tir.IntImm" && b.value >= 0 && b.value < type.bits) {
    cx.emit(a);
    cx.emit(b);
    f.op(name);
    if (op === "shl") wrapToWidth(f, type);
    return;
  }
  const value = f.local(reg);
  const count = f.local(reg);
  cx.emit(a);
  f.set(value);
  cx.emit(b);
  f.set(count);
  f.get(value);
  f.get(count);
  f.op(name);
  if (op === "shl" || !signed) zero(cx, reg);
  else {
    f.get(value);
    pushInt(cx, reg, 63 % (type.bits === 64 ? 64 : 32));
    f.op(`${reg}.shr_s`);
  }
  f.get(count);
  pushInt(cx, reg, type.bits);
  f.op(`${reg}.lt_u`);
  f.op("select");
  if (op === "shl") wrapToWidth(f, type);
}

function emitMinMax(
  cx: FunctionContext,
  op: "min" | "max",
  type: DType,
  a: PrimExpr,
  b: PrimExpr,
): void {
  const f = cx.f;
  const reg = type.bits === 64 ? "i64" : "i32";
  const x = f.local(reg);
  const y = f.local(reg);
  cx.emit(a);
  f.tee(x);
  cx.emit(b);
  f.tee(y);
  f.get(x);
  f.get(y);
  f.op(`${reg}.${op === "min" ? "lt" : "gt"}_${isSigned(type) ? "s" : "u"}` as PlainOp);
  f.op("select");
}

export type DivisionOp = "div" | "mod" | "floordiv" | "floormod" | "ceildiv";

const powerOfTwo = (e: PrimExpr): number | undefined => {
  if (e.kind !== "tir.IntImm" || e.value <= 0) return undefined;
  const n = BigInt(e.value);
  return (n & (n - 1n)) === 0n ? n.toString(2).length - 1 : undefined;
};

/** Stops with a status when the divisor is 0; the quotient of the least value by −1 wraps. */
function emitDivision(
  cx: FunctionContext,
  op: DivisionOp,
  type: DType,
  a: PrimExpr,
  b: PrimExpr,
  span: Span | undefined,
): void {
  const f = cx.f;
  const reg = type.bits === 64 ? "i64" : "i32";
  const signed = isSigned(type);
  const shift = powerOfTwo(b);
  if (
    shift !== undefined &&
    (op === "floordiv" || op === "floormod" || (!signed && (op === "div" || op === "mod")))
  ) {
    cx.emit(a);
    const divides = op === "floordiv" || op === "div";
    pushInt(cx, reg, divides ? shift : 2 ** shift - 1);
    f.op(`${reg}.${divides ? (signed ? "shr_s" : "shr_u") : "and"}` as PlainOp);
    return;
  }
  const x = f.local(reg);
  const y = f.local(reg);
  cx.emit(a);
  f.set(x);
  cx.emit(b);
  f.set(y);
  if (!(b.kind === "tir.IntImm" && b.value !== 0)) {
    f.get(y);
    f.op(`${reg}.eqz`);
    f.if(undefined, () =>
      stop(cx, { kind: "division-by-zero", message: "integer division by zero", span }),
    );
  }
  if (!signed) {
    emitUnsignedDivision(cx, op, reg, x, y);
    return;
  }
  const mayOverflow = type.bits >= 32 && !(b.kind === "tir.IntImm" && b.value !== -1);
  const quotient = (): void => {
    const divide = (): void => {
      f.get(x);
      f.get(y);
      f.op(`${reg}.div_s`);
    };
    if (!mayOverflow) return divide();
    f.get(y);
    pushInt(cx, reg, -1);
    f.op(`${reg}.eq`);
    f.if(
      reg,
      () => {
        zero(cx, reg);
        f.get(x);
        f.op(`${reg}.sub`);
      },
      divide,
    );
  };
  const remainder = (): void => {
    f.get(x);
    f.get(y);
    f.op(`${reg}.rem_s`);
  };
  /** Pushes 1 (i32) when the remainder in `r` is not 0 and its sign is (`same`) or is not that of the divisor. */
  const inexact = (r: number, same: boolean): void => {
    f.get(r);
    zero(cx, reg);
    f.op(`${reg}.ne`);
    f.get(r);
    f.get(y);
    f.op(`${reg}.xor`);
    zero(cx, reg);
    f.op(same ? `${reg}.ge_s` : `${reg}.lt_s`);
    f.op("i32.and");
  };
  switch (op) {
    case "div":
      quotient();
      break;
    case "mod":
      remainder();
      break;
    case "floormod": {
      const r = f.local(reg);
      remainder();
      f.set(r);
      f.get(r);
      f.get(y);
      zero(cx, reg);
      inexact(r, false);
      f.op("select");
      f.op(`${reg}.add`);
      break;
    }
    case "floordiv":
    case "ceildiv": {
      const r = f.local(reg);
      remainder();
      f.set(r);
      quotient();
      inexact(r, op === "ceildiv");
      if (reg === "i64") f.op("i64.extend_i32_u");
      f.op(op === "floordiv" ? `${reg}.sub` : `${reg}.add`);
    }
  }
  wrapToWidth(f, type);
}

function emitUnsignedDivision(
  cx: FunctionContext,
  op: DivisionOp,
  reg: "i32" | "i64",
  x: number,
  y: number,
): void {
  const f = cx.f;
  f.get(x);
  f.get(y);
  f.op(op === "mod" || op === "floormod" ? `${reg}.rem_u` : `${reg}.div_u`);
  if (op !== "ceildiv") return;
  f.get(x);
  f.get(y);
  f.op(`${reg}.rem_u`);
  zero(cx, reg);
  f.op(`${reg}.ne`);
  if (reg === "i64") f.op("i64.extend_i32_u");
  f.op(`${reg}.add`);
}

const zero = (cx: FunctionContext, reg: "i32" | "i64"): void => pushInt(cx, reg, 0);
function pushInt(cx: FunctionContext, reg: "i32" | "i64", value: number): void {
  if (reg === "i64") cx.f.i64(value);
  else cx.f.i32(value);
}
