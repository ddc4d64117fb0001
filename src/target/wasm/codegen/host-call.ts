/** Calls of functions that the host provides, or of other functions of the module by name. */
import { callGlobal, type Call, type CallArg, type PrimExpr } from "../../../ir/tir/expr.js";
import { globalVar } from "../../../ir/module.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { int32, int64, laneOf } from "../../../support/dtype.js";
import type { HostArgument } from "../../../runtime/kernel-info.js";
import { codegenCodes } from "../../codes.js";
import { emitLow32, emitPointer } from "./address.js";
import { emitCallGlobal } from "./call-global.js";
import { emitCast } from "./cast.js";
import type { FunctionContext } from "./context.js";
import { registerOf, type Register } from "./register.js";
import { bytesOf } from "../../../support/dtype.js";

/**
 * `call_extern("name", …)`, `call_packed("name", …)`: scalars go as they are, pointers as addresses, buffers and
 * arrays as addresses with their dimensions; the host makes values of them.
 */
export function emitHostCall(cx: FunctionContext, e: Call): void {
  const [callee, ...args] = e.args;
  if (callee?.kind !== "tir.StringImm")
    throw new DiagnosticError(
      codegenCodes.operand({ index: 1, name: e.op, expected: "the function's name", at: e.span }),
    );
  if (cx.shared.kernels.has(callee.value)) {
    emitCallGlobal(cx, callGlobal(globalVar(callee.value), args, e.dtype, e.span));
    return;
  }
  const params: Register[] = [];
  const described = args.map((arg, k) => emitArgument(cx, e, arg, k + 2, params));
  const result = e.dtype.code === "void" ? undefined : registerOf(e.dtype);
  const key = `${callee.value} ${JSON.stringify(described)} ${e.dtype.name}`;
  if (!cx.shared.hostImports.some((h) => h.key === key)) {
    cx.shared.hostImports.push({
      key,
      name: callee.value,
      args: described,
      result: result && { register: result, dtype: laneOf(e.dtype) },
    });
  }
  cx.f.call(
    cx.shared.module.importFunction("host", key, params, result === undefined ? [] : [result]),
  );
  cx.region.forgetLoads();
}

function emitArgument(
  cx: FunctionContext,
  e: Call,
  arg: CallArg,
  position: number,
  params: Register[],
): HostArgument {
  const dims = (shape: readonly PrimExpr[]): void => {
    for (const d of shape) {
      cx.emit(d);
      emitCast(cx, d.dtype, int64);
      params.push("i64");
    }
  };
  if (arg.kind === "tir.StringImm") return { kind: "string", value: arg.value };
  if (arg.kind === "tir.Buffer" && arg.strides.length === 0) {
    emitPointer(cx, arg);
    if (arg.elemOffset !== undefined) {
      emitLow32(cx, arg.elemOffset);
      cx.f.i32(bytesOf(arg.dtype));
      cx.f.op("i32.mul");
      cx.f.op("i32.add");
    }
    params.push("i32");
    dims(arg.shape);
    return { kind: "tensor", dtype: arg.dtype, rank: arg.shape.length };
  }
  if (arg.kind === "tir.Call" && arg.op === "tvm_stack_make_array")
    return emitArray(cx, arg, params, dims);
  if (arg.kind === "tir.AttrArg" && (arg.value === null || typeof arg.value === "number")) {
    cx.f.i32(Number(arg.value ?? 0));
    params.push("i32");
    return { kind: "scalar", dtype: int32 };
  }
  if ("dtype" in arg && arg.kind !== "tir.Buffer" && arg.dtype.lanes === 1) {
    cx.emit(arg);
    params.push(registerOf(arg.dtype));
    return arg.dtype.code === "handle" ? { kind: "pointer" } : { kind: "scalar", dtype: arg.dtype };
  }
  throw new DiagnosticError(
    codegenCodes.operand({
      index: position,
      name: e.op,
      expected: "a scalar, a pointer or a compact buffer",
      at: e.span,
    }),
  );
}

/** `tvm_stack_make_array(data, shape, strides, ndim, sample, offset)` with the shape written in place. */
function emitArray(
  cx: FunctionContext,
  array: Call,
  params: Register[],
  dims: (shape: readonly PrimExpr[]) => void,
): HostArgument {
  const [data, shape, , , sample] = array.args;
  const isPlain =
    data !== undefined &&
    "dtype" in data &&
    data.kind !== "tir.Buffer" &&
    shape?.kind === "tir.Call" &&
    sample !== undefined &&
    "dtype" in sample;
  if (!isPlain || shape.op !== "tvm_stack_make_shape" || sample.dtype === undefined) {
    throw new DiagnosticError(
      codegenCodes.operand({
        index: 2,
        name: array.op,
        expected: "a shape made in place",
        at: array.span,
      }),
    );
  }
  cx.emit(data);
  params.push("i32");
  dims(shape.args as readonly PrimExpr[]);
  return { kind: "tensor", dtype: sample.dtype, rank: shape.args.length };
}
