/** Direct calls of other T functions of the module. */
import { type CallArg, type CallGlobal, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { bytesOf, isFloat } from "../../../support/dtype.js";
import { calleeOf, symbolValue } from "../../callee.js";
import { codegenCodes } from "../../codes.js";
import { emitLow32, emitPointer, emitPointerTo } from "./address.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext } from "./context.js";
import { emitReturned } from "./leave.js";
import { registerOf } from "./register.js";

/** Pushes the result, if the callee returns one. A status other than 0 is handed on. */
export function emitCallGlobal(cx: FunctionContext, e: CallGlobal): void {
  const { f } = cx;
  const name = e.callee.name;
  const kernel = calleeOf(cx.shared.kernels, e);
  const { params, retType } = kernel.func;
  const isPointer = (k: number): boolean => params[k]!.var.dtype.code === "handle";
  e.args.forEach(
    (arg, k) => isPointer(k) && emitPointerArgument(cx, arg, params[k]!.buffer, name, k),
  );
  e.args.forEach((arg, k) => isPointer(k) || emitScalar(cx, arg as PrimExpr, params[k]!.var));
  for (const symbol of kernel.symbols) emitScalar(cx, symbolValue(e, kernel, symbol), symbol);
  const status = f.local("i32");
  f.call(kernel.ref);
  cx.region.forgetLoads();
  f.tee(status);
  f.if(undefined, () => {
    f.get(status);
    f.op("return");
  });
  if (retType.code !== "void") emitReturned(cx, retType);
}

function emitPointerArgument(
  cx: FunctionContext,
  arg: CallArg,
  callee: Buffer | undefined,
  name: string,
  position: number,
): void {
  if (arg.kind === "tir.Buffer") {
    emitPointer(cx, arg);
    if (arg.elemOffset === undefined || callee?.elemOffset !== undefined) return;
    emitLow32(cx, arg.elemOffset);
    cx.f.i32(bytesOf(arg.dtype));
    cx.f.op("i32.mul");
    cx.f.op("i32.add");
  } else if (arg.kind === "tir.BufferRegion") {
    emitPointerTo(
      cx,
      arg.buffer,
      arg.region.map((r) => r.min),
    );
  } else if (arg.kind === "tir.Load" && callee !== undefined) {
    emitPointerTo(cx, arg.buffer, arg.indices);
  } else if ("dtype" in arg && arg.dtype.code === "handle") {
    cx.emit(arg);
  } else {
    throw new DiagnosticError(
      codegenCodes.operand({
        index: position + 1,
        name,
        expected: "a buffer or a pointer",
        at: arg.span,
      }),
    );
  }
}

/** Scalars travel as 64 bits; floats as the bits of a float64. */
function emitScalar(cx: FunctionContext, value: PrimExpr, param: Var): void {
  const { f } = cx;
  cx.emit(coerce(value, param.dtype));
  const reg = registerOf(param.dtype);
  if (isFloat(param.dtype)) {
    if (reg === "f32") f.op("f64.promote_f32");
    f.op("i64.reinterpret_f64");
  } else if (reg === "i32")
    f.op(param.dtype.code === "int" ? "i64.extend_i32_s" : "i64.extend_i32_u");
}
