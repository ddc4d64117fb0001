/** Calls of functions that the host provides. */
import type { Call, PrimExpr } from "../../../ir/tir/expr.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { codes } from "../codes.js";
import { emitPointer } from "./address.js";
import type { FunctionContext } from "./context.js";
import { registerOf, type Register } from "./register.js";

/** `call_extern("name", …)`: buffers and pointers are passed as addresses, 64-bit integers as bigint. */
export function emitHostCall(cx: FunctionContext, e: Call): void {
  const [callee, ...args] = e.args;
  if (callee?.kind !== "tir.StringImm")
    throw new DiagnosticError(
      codes.operand({ index: 1, name: e.op, expected: "the function's name", at: e.span }),
    );
  const params: Register[] = [];
  for (const arg of args) {
    if (arg.kind === "tir.Buffer") {
      emitPointer(cx, arg);
      params.push("i32");
    } else if ("dtype" in arg) {
      cx.emit(arg as PrimExpr);
      params.push(registerOf((arg as PrimExpr).dtype));
    } else {
      throw new DiagnosticError(
        codes.operand({
          index: params.length + 2,
          name: e.op,
          expected: "a scalar or a buffer",
          at: e.span,
        }),
      );
    }
  }
  const result = e.dtype.code === "void" ? undefined : registerOf(e.dtype);
  const signature = `${callee.value}(${params.join()})${result ?? ""}`;
  const known = cx.shared.hostImports.find((h) => h.key === signature);
  if (known === undefined)
    cx.shared.hostImports.push({ key: signature, name: callee.value, params, result });
  cx.f.call(
    cx.shared.module.importFunction(
      "host",
      signature,
      params,
      result === undefined ? [] : [result],
    ),
  );
}
