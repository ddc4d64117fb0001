/** Leaving a function. */
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { isFloat, isSigned, type DType } from "../../../support/dtype.js";
import type { Ref } from "../text/function.js";
import type { FunctionContext } from "./context.js";
import { emitAs } from "./expr.js";
import { typeOf } from "./value.js";

/** Returns normally; a value goes, as 64 bits, to where the caller wants it. */
export function emitReturn(cx: FunctionContext, value: PrimExpr | undefined): void {
  const { f } = cx;
  if (value !== undefined && cx.retType.code !== "void") {
    const bits = toBits(cx, emitAs(cx, value, cx.retType), cx.retType);
    const pointer = cx.shared.module.dialect.pointerTo("i64");
    f.line(`store i64 ${bits}, ${pointer} %returned, align 8`);
  }
  cx.leave();
  f.ret("ret i32 0");
}

/** A scalar as the 64 bits that stand for it in argument blocks; floats as the bits of a double. */
export function toBits(cx: Pick<FunctionContext, "f" | "shared">, ref: Ref, type: DType): Ref {
  const { f } = cx;
  const text = typeOf(cx, type);
  if (type.code === "handle") return f.value(`ptrtoint ${text} ${ref} to i64`);
  if (isFloat(type)) {
    const wide = text === "double" ? ref : f.value(`fpext float ${ref} to double`);
    return f.value(`bitcast double ${wide} to i64`);
  }
  if (text === "i64") return ref;
  return f.value(`${isSigned(type) ? "sext" : "zext"} ${text} ${ref} to i64`);
}

/** The scalar that 64 bits stand for. */
export function fromBits(cx: Pick<FunctionContext, "f" | "shared">, bits: Ref, type: DType): Ref {
  const { f } = cx;
  const text = typeOf(cx, type);
  if (type.code === "handle") return f.value(`inttoptr i64 ${bits} to ${text}`);
  if (isFloat(type)) {
    const wide = f.value(`bitcast i64 ${bits} to double`);
    return text === "double" ? wide : f.value(`fptrunc double ${wide} to float`);
  }
  if (text === "i64") return bits;
  if (type.code === "bool") return f.value(`icmp ne i64 ${bits}, 0`);
  return f.value(`trunc i64 ${bits} to ${text}`);
}
