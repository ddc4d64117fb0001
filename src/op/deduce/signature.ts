/** Types of module-level functions. */
import { shapeExpr, type Func } from "../../ir/relax/expr.js";
import {
  funcInfo,
  objectInfo,
  opaqueFunc,
  primInfo,
  tensorInfo,
  voidInfo,
  type FuncInfo,
} from "../../ir/relax/struct-info.js";
import type { BaseFunc } from "../../ir/module.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { isErrorInfo } from "../error-info.js";

/** A Relax function as a value. */
export const functionSignature = (f: Func): FuncInfo =>
  funcInfo(
    f.params.map((p) => p.sinfo ?? objectInfo),
    isErrorInfo(f.retSinfo) ? objectInfo : f.retSinfo,
    f.isPure,
  );

/**
 * A T function: a tensor per buffer parameter, a scalar per scalar one. It writes its outputs, so that it is impure
 * unless it returns a value and has no buffers, or does nothing.
 */
export function primFuncSignature(f: PrimFunc): FuncInfo {
  const params = f.params.map((p) => {
    if (p.buffer) return tensorInfo({ shape: shapeExpr(p.buffer.shape), dtype: p.buffer.dtype });
    return p.var.dtype.code === "handle" ? objectInfo : primInfo(p.var.dtype, p.var);
  });
  const ret =
    f.retType.code === "void"
      ? voidInfo
      : f.retType.code === "handle"
        ? objectInfo
        : primInfo(f.retType);
  const { body } = f;
  const isEmpty =
    body.kind === "tir.Evaluate" &&
    body.value.kind !== "tir.Call" &&
    body.value.kind !== "tir.CallGlobal";
  const hasBuffers = f.params.some((p) => p.buffer !== undefined || p.var.dtype.code === "handle");
  return funcInfo(params, ret, isEmpty || (f.retType.code !== "void" && !hasBuffers));
}

const known = new WeakMap<BaseFunc, FuncInfo>();

/** Signature of any function of a module. */
export function signatureOf(f: BaseFunc): FuncInfo {
  const found = known.get(f);
  if (found) return found;
  const made =
    f.kind === "relax.Function"
      ? functionSignature(f)
      : f.kind === "tir.PrimFunc"
        ? primFuncSignature(f)
        : (f.sinfo ?? opaqueFunc);
  known.set(f, made);
  return made;
}
