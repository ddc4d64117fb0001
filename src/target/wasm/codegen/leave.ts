/** Leaving a function. */
import type { PrimExpr } from "../../../ir/tir/expr.js";
import type { DType } from "../../../support/dtype.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext } from "./context.js";
import { registerOf } from "./register.js";

/** Gives back the scratch memory of the function. */
export function restoreFrame(cx: FunctionContext): void {
  if (cx.frame === undefined) return;
  cx.f.get(cx.frame.pointer);
  cx.f.setGlobal(cx.shared.stackPointer);
  cx.f.get(cx.frame.end);
  cx.f.setGlobal(cx.shared.stackEnd);
}

/** Returns normally; a value goes, as 64 bits, into the global for results. */
export function emitReturn(cx: FunctionContext, value: PrimExpr | undefined): void {
  const { f } = cx;
  if (value !== undefined && cx.retType.code !== "void") {
    cx.emit(coerce(value, cx.retType));
    switch (registerOf(cx.retType)) {
      case "i32":
        f.op(cx.retType.code === "int" ? "i64.extend_i32_s" : "i64.extend_i32_u");
        break;
      case "f32":
        f.op("f64.promote_f32");
        f.op("i64.reinterpret_f64");
        break;
      case "f64":
        f.op("i64.reinterpret_f64");
        break;
      case "i64":
        break;
    }
    f.setGlobal(cx.shared.returned);
  }
  restoreFrame(cx);
  f.i32(0);
  f.op("return");
}

/** Pushes the value that the last call left in the global for results. */
export function emitReturned(cx: FunctionContext, type: DType): void {
  const { f } = cx;
  f.getGlobal(cx.shared.returned);
  switch (registerOf(type)) {
    case "i32":
      return f.op("i32.wrap_i64");
    case "f32":
      f.op("f64.reinterpret_i64");
      return f.op("f32.demote_f64");
    case "f64":
      return f.op("f64.reinterpret_i64");
    case "i64":
      return;
  }
}
