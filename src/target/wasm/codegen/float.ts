/** Floating-point arithmetic; small floats compute in f32 and round after each operation. */
import type { Binary } from "../../../ir/tir/expr.js";
import type { DType } from "../../../support/dtype.js";
import type { PlainOp } from "../encoder/opcodes.js";
import { coerce } from "./coerce.js";
import type { FunctionContext } from "./context.js";
import { fmodRoutine } from "./fmod.js";
import { isSmallFloat, registerOf } from "./register.js";
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
      operands();
      f.op(`${reg}.${e.op}` as PlainOp);
      return;
    case "floordiv":
    case "ceildiv":
      operands();
      f.op(`${reg}.div` as PlainOp);
      roundToType(cx, type);
      f.op(`${reg}.${e.op === "floordiv" ? "floor" : "ceil"}` as PlainOp);
      return roundToType(cx, type);
    case "mod":
    case "floormod":
      operands();
      emitRemainder(cx, type, e.op === "floormod");
      return;
    default:
      throw new Error(`bit operation ${e.op} on ${type.name}`);
  }
}

/** Takes dividend and divisor; the remainder has the sign of the dividend, or (floor) of the divisor. */
export function emitRemainder(cx: FunctionContext, type: DType, floor: boolean): void {
  const { f } = cx;
  const reg = registerOf(type) as "f32" | "f64";
  const a = f.local("f64");
  const b = f.local("f64");
  const r = f.local("f64");
  const widen = (): void => {
    if (reg === "f32") f.op("f64.promote_f32");
  };
  widen();
  f.set(b);
  widen();
  f.set(a);
  f.get(a);
  f.get(b);
  f.call(fmodRoutine(cx.shared));
  f.set(r);
  if (floor) {
    // r + b where r is not 0 and the signs differ.
    f.get(r);
    f.f64(0);
    f.op("f64.ne");
    f.get(r);
    f.f64(0);
    f.op("f64.lt");
    f.get(b);
    f.f64(0);
    f.op("f64.lt");
    f.op("i32.ne");
    f.op("i32.and");
    f.if(undefined, () => {
      f.get(r);
      f.get(b);
      f.op("f64.add");
      f.set(r);
    });
  }
  f.get(r);
  if (reg === "f32") f.op("f32.demote_f64");
  roundToType(cx, type);
}
