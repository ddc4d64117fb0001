/** Direct calls of other T functions of the module. */
import { type CallArg,type CallGlobal,type PrimExpr } from "../../../ir/tir/expr.js"; // prettier-ignore
import type { Buffer } from "../../../ir/tir/buffer.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { calleeOf, symbolValue } from "../../callee.js";
import { codegenCodes } from "../../codes.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext } from "./context.js";
import { elementType, emitPointer } from "./element.js";
import { emitExpr } from "./expr.js";
import { infix, primary, type Piece } from "./text.js";
import { scalarType } from "./types.js";
import { addressOf } from "./vector-native.js";

/** The result, if the callee returns one. A status other than 0 is handed on. */
export function emitCallGlobal(cx: FunctionContext, e: CallGlobal): Piece {
  const { name } = e.callee;
  const kernel = calleeOf(cx.shared.kernels, e);
  const { params, retType } = kernel.func;
  const pointers: string[] = [];
  const scalars: string[] = [];
  params.forEach((param, k) => {
    const arg = e.args[k]!;
    if (param.var.dtype.code === "handle")
      pointers.push(pointerArgument(cx, arg, param.buffer, name, k));
    else scalars.push(emitExpr(cx, coerce(arg as PrimExpr, param.var.dtype)).text);
  });
  const symbols = kernel.signature.symbols.map(
    (v) => emitExpr(cx, coerce(symbolValue(e, kernel, v), v.dtype), true).text,
  );
  const args = [...pointers, ...scalars, ...symbols];
  let result: string | undefined;
  if (retType.code !== "void") {
    result = cx.names.take("result");
    cx.lines.declare(result, `${scalarType(retType)} ${result} = 0;`);
    args.push(`&${result}`);
  }
  if (kernel.needsScratch) args.push(cx.scratch!);
  const status = cx.names.takeForLoop("status");
  cx.lines.block("", () => {
    cx.lines.add(`const int32_t ${status} = ${kernel.symbol}(${args.join(", ")});`);
    cx.lines.add(`if (${status} != 0) return ${status};`);
  });
  cx.names.endLoop(status);
  return primary(result ?? "");
}

function pointerArgument(
  cx: FunctionContext,
  arg: CallArg,
  callee: Buffer | undefined,
  name: string,
  position: number,
): string {
  const seen = (x: Piece, of: Buffer): string => {
    if (callee === undefined || elementType(callee.dtype) === elementType(of.dtype)) return x.text;
    return `(${elementType(callee.dtype)} *)(${x.text})`;
  };
  if (arg.kind === "tir.Buffer") {
    const pointer = emitPointer(cx, arg);
    if (arg.elemOffset === undefined || callee?.elemOffset !== undefined) return seen(pointer, arg);
    return seen(infix("+", pointer, emitExpr(cx, arg.elemOffset, true)), arg);
  }
  if (arg.kind === "tir.BufferRegion") return seen(addressOf(cx, arg.buffer, arg.region.map((r) => r.min)), arg.buffer); // prettier-ignore
  if (arg.kind === "tir.Load" && callee !== undefined)
    return seen(addressOf(cx, arg.buffer, arg.indices), arg.buffer);
  if ("dtype" in arg && arg.dtype.code === "handle") {
    const pointer = emitExpr(cx, arg as PrimExpr).text;
    return callee === undefined ? pointer : `(${elementType(callee.dtype)} *)${/^\w+$/.test(pointer) ? pointer : `(${pointer})`}`; // prettier-ignore
  }
  throw new DiagnosticError(
    codegenCodes.operand({
      index: position + 1,
      name,
      expected: "a buffer or a pointer",
      at: arg.span,
    }),
  );
}
