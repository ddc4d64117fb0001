/** Floating-point arithmetic; small floats compute in f32 and round after each operation. */
import type { Binary } from "../../../ir/tir/expr.js";
import type { DType } from "../../../support/dtype.js";
import type { PlainOp } from "../encoder/opcodes.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext } from "./context.js";
import { fmodRoutine } from "./fmod.js";
import { isSmallFloat, registerOf, type Register } from "./register.js";
import { roundRoutine } from "./small-float.js";

/** Rounds the f32 on the stack to a small float type; nothing for the others. */
export function roundToType(cx: FunctionContext, type: DType): void {
  if (!isSmallFloat(type)) return;
  cx.f.op("f64.promote_f32");
  cx.f.call(roundRoutine(cx.shared, type));
}

/** Pushes the value of an operation on floats. */
export function emitFloatBinary(cx: FunctionContext, e: Binary): void {
  const { f } = cx;
  const type = e.dtype;
  const reg = registerOf(type);
  const operands = (): void => {
    cx.emit(coerce(e.a, type));
    cx.emit(coerce(e.b, type));
  };
  switch (e.op) {
    case "add":
    case "sub":
    case "mul":
    case "div":
      operands();
      f.op(`${reg}.${e.op}` as PlainOp);
      return roundToType(cx, type);
    case "min":
    case "max":
      return emitFloatMinMax(cx, e, reg);
    case "floordiv":
    case "ceildiv":
      operands();
      f.op(`${reg}.div` as PlainOp);
      roundToType(cx, type);
      f.op(`${reg}.${e.op === "floordiv" ? "floor" : "ceil"}` as PlainOp);
      // The greatest of a narrow type need not be whole.
      return roundToType(cx, type);
    case "mod":
      operands();
      return emitRemainder(cx, type);
    case "floormod":
      return emitFloorRemainder(cx, e, reg);
    default:
      throw new Error(`bit operation ${e.op} on ${type.name}`);
  }
}

/** `a < b ? a : b`, and `a > b ? a : b`: a NaN gives the second operand. */
function emitFloatMinMax(cx: FunctionContext, e: Binary, reg: Register): void {
  const { f } = cx;
  const a = f.local(reg);
  const b = f.local(reg);
  cx.emit(coerce(e.a, e.dtype));
  f.tee(a);
  cx.emit(coerce(e.b, e.dtype));
  f.tee(b);
  f.get(a);
  f.get(b);
  f.op(`${reg}.${e.op === "min" ? "lt" : "gt"}` as PlainOp);
  f.op("select");
}

/** Takes dividend and divisor; the exact remainder, with the sign of the dividend. */
export function emitRemainder(cx: FunctionContext, type: DType): void {
  const { f } = cx;
  const single = registerOf(type) === "f32";
  if (single) {
    const divisor = f.local("f32");
    f.set(divisor);
    f.op("f64.promote_f32");
    f.get(divisor);
    f.op("f64.promote_f32");
  }
  f.call(fmodRoutine(cx.shared));
  if (single) f.op("f32.demote_f64");
  roundToType(cx, type);
}

/** `a − floor(a / b) · b`, each step rounded. */
function emitFloorRemainder(cx: FunctionContext, e: Binary, reg: Register): void {
  const { f } = cx;
  const a = f.local(reg);
  const b = f.local(reg);
  cx.emit(coerce(e.a, e.dtype));
  f.set(a);
  cx.emit(coerce(e.b, e.dtype));
  f.set(b);
  f.get(a);
  f.get(a);
  f.get(b);
  f.op(`${reg}.div` as PlainOp);
  roundToType(cx, e.dtype);
  f.op(`${reg}.floor` as PlainOp);
  roundToType(cx, e.dtype);
  f.get(b);
  f.op(`${reg}.mul` as PlainOp);
  roundToType(cx, e.dtype);
  f.op(`${reg}.sub` as PlainOp);
  roundToType(cx, e.dtype);
}
