/** Conversions between scalar types. */
import { isFloat, isSigned, laneOf, type DType } from "../../../support/dtype.js";
import type { PlainOp } from "../encoder/opcodes.js";
import type { FunctionContext } from "./context.js";
import { isSmallFloat, isUnsigned, registerOf, wrapToWidth } from "./register.js";
import { roundRoutine } from "./small-float.js";

/** Converts the value on the stack. Integers wrap, floats round to nearest even, floats to integers truncate. */
export function emitCast(cx: FunctionContext, from: DType, to: DType): void {
  const source = laneOf(from);
  const target = laneOf(to);
  if (source === target) return;
  if (target.code === "bool") return emitTruth(cx, source);
  if (isFloat(source)) {
    if (isFloat(target)) return emitFloatToFloat(cx, source, target);
    return emitFloatToInteger(cx, source, target);
  }
  if (isFloat(target)) return emitIntegerToFloat(cx, source, target);
  emitIntegerToInteger(cx, source, target);
}

/** Pushes whether the value differs from 0. */
function emitTruth(cx: FunctionContext, source: DType): void {
  const { f } = cx;
  const reg = registerOf(source);
  if (reg === "i32") f.i32(0);
  else if (reg === "i64") f.i64(0);
  else if (reg === "f32") f.f32(0);
  else f.f64(0);
  f.op(`${reg}.ne`);
}

function emitFloatToFloat(cx: FunctionContext, source: DType, target: DType): void {
  const { f } = cx;
  if (isSmallFloat(target)) {
    if (registerOf(source) === "f32") f.op("f64.promote_f32");
    f.call(roundRoutine(cx.shared, target));
    return;
  }
  const from = registerOf(source);
  const to = registerOf(target);
  if (from === "f64" && to === "f32") f.op("f32.demote_f64");
  else if (from === "f32" && to === "f64") f.op("f64.promote_f32");
}

/** Truncates towards zero and saturates; NaN gives 0. */
function emitFloatToInteger(cx: FunctionContext, source: DType, target: DType): void {
  const { f } = cx;
  const from = registerOf(source);
  const to = target.bits === 64 ? "i64" : "i32";
  const sign = isUnsigned(target) ? "u" : "s";
  f.op(`${to}.trunc_sat_${from}_${sign}` as PlainOp);
  if (target.bits >= 32) return;
  const most = sign === "u" ? 2 ** target.bits - 1 : 2 ** (target.bits - 1) - 1;
  clampI32(cx, most, sign === "u" ? "lt_u" : "lt_s");
  if (sign === "s") clampI32(cx, -most - 1, "gt_s");
}

function clampI32(cx: FunctionContext, bound: number, keepIf: "lt_u" | "lt_s" | "gt_s"): void {
  const { f } = cx;
  const value = f.local("i32");
  f.tee(value);
  f.i32(bound);
  f.get(value);
  f.i32(bound);
  f.op(`i32.${keepIf}`);
  f.op("select");
}

function emitIntegerToFloat(cx: FunctionContext, source: DType, target: DType): void {
  const { f } = cx;
  const from = registerOf(source);
  const sign = isSigned(source) ? "s" : "u";
  if (isSmallFloat(target)) {
    f.op(`f64.convert_${from}_${sign}` as PlainOp);
    f.call(roundRoutine(cx.shared, target));
    return;
  }
  f.op(`${registerOf(target)}.convert_${from}_${sign}` as PlainOp);
}

function emitIntegerToInteger(cx: FunctionContext, source: DType, target: DType): void {
  const { f } = cx;
  const from = registerOf(source);
  const to = registerOf(target);
  if (from === "i64" && to === "i32") f.op("i32.wrap_i64");
  else if (from === "i32" && to === "i64")
    f.op(isSigned(source) ? "i64.extend_i32_s" : "i64.extend_i32_u");
  const narrower =
    target.bits < 32 && (source.bits > target.bits || isSigned(source) !== isSigned(target));
  if (narrower) wrapToWidth(f, target);
}
