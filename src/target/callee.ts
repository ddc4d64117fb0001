/** Callees of direct calls, and those of their symbols that buffers determine. */
import { binary, cast, intImm, type CallGlobal, type PrimExpr, type Var } from "../ir/tir/expr.js";
import type { Buffer } from "../ir/tir/buffer.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { int64 } from "../support/dtype.js";
import { codegenCodes } from "./codes.js";

/** What is called. */
export interface Callee {
  readonly name: string;
  readonly func: PrimFunc;
}

/** The T function that a call names; reports one that is not there, or takes another number of arguments. */
export function calleeOf<K extends Callee>(kernels: ReadonlyMap<string, K>, e: CallGlobal): K {
  const { name } = e.callee;
  const kernel = kernels.get(name);
  if (kernel === undefined)
    throw new DiagnosticError(codegenCodes.unknownCallee({ name, at: e.span }));
  const expected = kernel.func.params.length;
  const given = e.args.length;
  if (expected !== given)
    throw new DiagnosticError(codegenCodes.argumentCount({ name, expected, given, at: e.span }));
  return kernel;
}

/** The value of an implicit symbol, from the shape, strides or offset of the buffer that is passed. */
export function symbolValue(e: CallGlobal, { name, func }: Callee, symbol: Var): PrimExpr {
  for (const [k, param] of func.params.entries()) {
    const arg = e.args[k]!;
    if (param.buffer === undefined || arg.kind !== "tir.Buffer") continue;
    const axis = param.buffer.shape.indexOf(symbol);
    if (axis >= 0 && axis < arg.shape.length) return arg.shape[axis]!;
    const stride = param.buffer.strides.indexOf(symbol);
    if (stride >= 0 && stride < arg.shape.length) return strideOf(arg, stride);
    if (param.buffer.elemOffset === symbol) return arg.elemOffset ?? intImm(0, int64);
  }
  throw new DiagnosticError(codegenCodes.calleeSymbol({ name, symbol: symbol.name, at: e.span }));
}

/** The stride of an axis in elements, written or row-major. */
export function strideOf(buffer: Buffer, axis: number): PrimExpr {
  if (buffer.strides.length > 0) return buffer.strides[axis]!;
  const wide = (e: PrimExpr): PrimExpr =>
    e.kind === "tir.IntImm" ? intImm(e.value, int64) : e.dtype === int64 ? e : cast(e, int64);
  return buffer.shape
    .slice(axis + 1)
    .reduce<PrimExpr>(
      (n, d) => (n.kind === "tir.IntImm" && n.value === 1 ? wide(d) : binary("mul", n, wide(d))),
      intImm(1, int64),
    );
}
