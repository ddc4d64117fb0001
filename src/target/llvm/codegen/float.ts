/** Floating-point arithmetic; small floats compute in f32 and round after each operation. */
import type { Binary, PrimExpr } from "../../../ir/tir/expr.js";
import { float32, withLanes, type DType } from "../../../support/dtype.js";
import type { Ref } from "../text/function.js";
import type { FunctionContext } from "./context.js";
import { emitAs } from "./expr.js";
import { roundToSmall } from "./small-float.js";
import { isSmallFloat } from "./type.js";
import { binaryOp, intrinsic, selectOp, typeOf } from "./value.js";

/** Rounds to a small float type; nothing for the others. */
export const roundToType = (cx: FunctionContext, ref: Ref, type: DType): Ref =>
  isSmallFloat(type) ? roundToSmall(cx, ref, withLanes(float32, type.lanes), type) : ref;

const arithmetic: Readonly<Record<string, string>> = {
  add: "fadd",
  sub: "fsub",
  mul: "fmul",
  div: "fdiv",
};

/** The value of an operation on floats. */
export function emitFloatBinary(cx: FunctionContext, e: Binary): Ref {
  const type = e.dtype;
  const fused = cx.shared.machine.fma && !isSmallFloat(type) ? emitFused(cx, e) : undefined;
  if (fused !== undefined) return fused;
  const a = emitAs(cx, e.a, type);
  const b = emitAs(cx, e.b, type);
  const op = arithmetic[e.op];
  if (op !== undefined) return roundToType(cx, binaryOp(cx, op, type, a, b), type);
  switch (e.op) {
    case "min":
    case "max": {
      // `a < b ? a : b`, and `a > b ? a : b`: a NaN gives the second operand.
      const test = e.op === "min" ? "fcmp olt" : "fcmp ogt";
      return selectOp(cx, binaryOp(cx, test, type, a, b), type, a, b);
    }
    case "floordiv":
    case "ceildiv": {
      const quotient = roundToType(cx, binaryOp(cx, "fdiv", type, a, b), type);
      const whole = intrinsic(cx, e.op === "floordiv" ? "floor" : "ceil", type, quotient);
      // The greatest of a narrow type need not be whole.
      return roundToType(cx, whole, type);
    }
    case "mod":
      return emitRemainder(cx, type, a, b);
    case "floormod": {
      // `a − floor(a / b) · b`, each step rounded.
      const round = (ref: Ref): Ref => roundToType(cx, ref, type);
      const quotient = round(binaryOp(cx, "fdiv", type, a, b));
      const whole = round(intrinsic(cx, "floor", type, quotient));
      const product = round(binaryOp(cx, "fmul", type, whole, b));
      return round(binaryOp(cx, "fsub", type, a, product));
    }
    default:
      throw new Error(`bit operation ${e.op} on ${type.name}`);
  }
}

/** The exact remainder, with the sign of the dividend. */
export const emitRemainder = (cx: FunctionContext, type: DType, a: Ref, b: Ref): Ref =>
  roundToType(cx, binaryOp(cx, "frem", type, a, b), type);

const isProduct = (e: PrimExpr, type: DType): e is Binary =>
  e.kind === "tir.Binary" && e.op === "mul" && e.dtype === type;

/** `a·b + c`, `a·b − c`, `c − a·b` rounded once. */
function emitFused(cx: FunctionContext, e: Binary): Ref | undefined {
  if (e.op !== "add" && e.op !== "sub") return undefined;
  const type = e.dtype;
  const negated = (ref: Ref): Ref => cx.f.value(`fneg ${typeOf(cx, type)} ${ref}`);
  if (isProduct(e.a, type)) {
    const [x, y] = [emitAs(cx, e.a.a, type), emitAs(cx, e.a.b, type)];
    const c = emitAs(cx, e.b, type);
    return intrinsic(cx, "fma", type, x, y, e.op === "add" ? c : negated(c));
  }
  if (isProduct(e.b, type)) {
    const c = emitAs(cx, e.a, type);
    const x = emitAs(cx, e.b.a, type);
    const y = emitAs(cx, e.b.b, type);
    return intrinsic(cx, "fma", type, e.op === "add" ? x : negated(x), y, c);
  }
  return undefined;
}
