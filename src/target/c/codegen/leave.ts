/** Leaving a function. */
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext } from "./context.js";
import { emitExpr } from "./expr.js";

/** Name of the parameter through which a function gives a scalar back. */
export const RESULT = "rx_result";

/** Returns normally; a value goes to where the caller wants it. */
export function emitReturn(cx: FunctionContext, value: PrimExpr | undefined): void {
  const { retType } = cx.kernel.func;
  if (value !== undefined && retType.code !== "void")
    cx.lines.add(`*${RESULT} = ${emitExpr(cx, coerce(value, retType)).text};`);
  cx.lines.add("return 0;");
}
