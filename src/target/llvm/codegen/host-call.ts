/** Calls of functions that the host provides, or of other functions of the module by name. */
import { callGlobal, type Call } from "../../../ir/tir/expr.js";
import { globalVar } from "../../../ir/module.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { codegenCodes } from "../../codes.js";
import { codes } from "../codes.js";
import type { Ref } from "../text/function.js";
import { emitCallGlobal } from "./call-global.js";
import type { FunctionContext } from "./context.js";

/** `call_extern("name", …)`, `call_packed("name", …)`. */
export function emitHostCall(cx: FunctionContext, e: Call): Ref {
  const [callee, ...args] = e.args;
  if (callee?.kind !== "tir.StringImm")
    throw new DiagnosticError(
      codegenCodes.operand({ index: 1, name: e.op, expected: "the function's name", at: e.span }),
    );
  if (cx.shared.kernels.has(callee.value))
    return emitCallGlobal(cx, callGlobal(globalVar(callee.value), args, e.dtype, e.span)) ?? "";
  throw new DiagnosticError(
    codes.noLlvmForm({ what: `the host function \`${callee.value}\``, at: e.span }),
  );
}
