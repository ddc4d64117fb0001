/** Direct calls of other T functions of the module. */
import { type CallArg, type CallGlobal, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { bytesOf } from "../../../support/dtype.js";
import { calleeOf, symbolValue } from "../../callee.js";
import { codegenCodes } from "../../codes.js";
import type { Ref } from "../text/function.js";
import type { FunctionContext } from "./context.js";
import { emitAs, emitExpr } from "./expr.js";
import { emitIndex, indexOp } from "./index-value.js";
import { fromBits, toBits } from "./leave.js";
import { addressOf, pointerOf } from "./memory.js";

/** The result, if the callee returns one. A status other than 0 is handed on. */
export function emitCallGlobal(cx: FunctionContext, e: CallGlobal): Ref | undefined {
  const { f } = cx;
  const name = e.callee.name;
  const kernel = calleeOf(cx.shared.kernels, e);
  const { params, retType } = kernel.func;
  const { dialect } = cx.shared.module;
  const isPointer = (k: number): boolean => params[k]!.var.dtype.code === "handle";
  const given: string[] = [`${dialect.pointer} %context`];
  e.args.forEach((arg, k) => {
    if (isPointer(k))
      given.push(`${dialect.pointer} ${pointerArgument(cx, arg, params[k]!.buffer, name, k)}`);
  });
  e.args.forEach((arg, k) => {
    if (!isPointer(k)) given.push(`i64 ${scalarBits(cx, arg as PrimExpr, params[k]!.var)}`);
  });
  for (const symbol of kernel.signature.symbols)
    given.push(`i64 ${scalarBits(cx, symbolValue(e, kernel, symbol), symbol)}`);
  const returns = retType.code !== "void";
  const cellPointer = dialect.pointerTo("i64");
  const cell = returns ? f.atEntry("alloca i64, align 8") : undefined;
  if (cell !== undefined) given.push(`${cellPointer} ${cell}`);
  const status = f.value(`call i32 @${kernel.symbol}(${given.join(", ")})`);
  f.when(f.value(`icmp ne i32 ${status}, 0`), () => f.ret(`ret i32 ${status}`));
  if (cell === undefined) return undefined;
  return fromBits(cx, f.value(`load i64, ${cellPointer} ${cell}, align 8`), retType);
}

function pointerArgument(
  cx: FunctionContext,
  arg: CallArg,
  callee: Buffer | undefined,
  name: string,
  position: number,
): Ref {
  if (arg.kind === "tir.Buffer") {
    const pointer = pointerOf(cx, arg);
    if (arg.elemOffset === undefined || callee?.elemOffset !== undefined) return pointer;
    const offset = indexOp(cx, "mul", emitIndex(cx, arg.elemOffset), String(bytesOf(arg.dtype)));
    return cx.f.value(
      `getelementptr i8, ${cx.shared.module.dialect.pointer} ${pointer}, i64 ${offset}`,
    );
  }
  if (arg.kind === "tir.BufferRegion")
    return addressOf(
      cx,
      arg.buffer,
      arg.region.map((r) => r.min),
    );
  if (arg.kind === "tir.Load" && callee !== undefined)
    return addressOf(cx, arg.buffer, arg.indices);
  if ("dtype" in arg && arg.dtype.code === "handle") return emitExpr(cx, arg);
  throw new DiagnosticError(
    codegenCodes.operand({
      index: position + 1,
      name,
      expected: "a buffer or a pointer",
      at: arg.span,
    }),
  );
}

const scalarBits = (cx: FunctionContext, value: PrimExpr, param: Var): Ref =>
  toBits(cx, emitAs(cx, value, param.dtype), param.dtype);
