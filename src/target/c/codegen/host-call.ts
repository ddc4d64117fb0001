/** Calls of functions that the host provides, or of other functions of the module by name. */
import { globalVar } from "../../../ir/module.js";
import { callGlobal, type Call, type CallArg, type PrimExpr } from "../../../ir/tir/expr.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { codegenCodes } from "../../codes.js";
import { emitCallGlobal } from "./call-global.js";
import type { FunctionContext } from "./context.js";
import { emitPointer } from "./element.js";
import { emitExpr } from "./expr.js";
import { stringLiteral } from "./string.js";
import { called, infix, primary, type Piece } from "./text.js";
import { scalarType } from "./types.js";

/** `call_extern("name", …)`: a C function of scalars, pointers and texts, which the host links. */
export function emitHostCall(cx: FunctionContext, e: Call): Piece {
  const [callee, ...args] = e.args;
  if (callee?.kind !== "tir.StringImm")
    throw new DiagnosticError(
      codegenCodes.operand({ index: 1, name: e.op, expected: "the function's name", at: e.span }),
    );
  if (cx.shared.kernels.has(callee.value))
    return emitCallGlobal(cx, callGlobal(globalVar(callee.value), args, e.dtype, e.span));
  if (!/^[A-Za-z_]\w*$/.test(callee.value))
    throw new DiagnosticError(
      codegenCodes.operand({
        index: 1,
        name: e.op,
        expected: "a name of C",
        at: callee.span ?? e.span,
      }),
    );
  const given = args.map((arg, k) => argumentOf(cx, e, arg, k + 2));
  const result = e.dtype.code === "void" ? "void" : scalarType(e.dtype);
  const types = given.map((g) => g.type).join(", ");
  const space = result.endsWith("*") ? "" : " ";
  cx.shared.externs.set(callee.value, `${result}${space}${callee.value}(${types || "void"});`);
  return called(callee.value, ...given.map((g) => g.value));
}

function argumentOf(
  cx: FunctionContext,
  e: Call,
  arg: CallArg,
  position: number,
): { readonly type: string; readonly value: Piece } {
  if (arg.kind === "tir.StringImm") return { type: "const char *", value: primary(stringLiteral(arg.value)) }; // prettier-ignore
  if (arg.kind === "tir.Buffer" && arg.strides.length === 0) {
    const pointer = emitPointer(cx, arg);
    const at = arg.elemOffset && emitExpr(cx, arg.elemOffset, true);
    return { type: "void *", value: at === undefined ? pointer : infix("+", pointer, at) };
  }
  if (arg.kind === "tir.Call" && arg.op === "tvm_stack_make_array") {
    const data = arg.args[0];
    if (data !== undefined && "dtype" in data && data.kind !== "tir.Buffer")
      return { type: "void *", value: emitExpr(cx, data as PrimExpr) };
  }
  if (arg.kind === "tir.AttrArg" && (arg.value === null || typeof arg.value === "number"))
    return { type: "int32_t", value: primary(String(arg.value ?? 0)) };
  if ("dtype" in arg && arg.kind !== "tir.Buffer" && arg.dtype.lanes === 1)
    return { type: scalarType(arg.dtype), value: emitExpr(cx, arg as PrimExpr) };
  throw new DiagnosticError(
    codegenCodes.operand({
      index: position,
      name: e.op,
      expected: "a scalar, a pointer or a compact buffer",
      at: e.span,
    }),
  );
}
