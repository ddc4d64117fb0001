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
import { visit } from "../../ir/core/visit.js";
import { isErrorInfo } from "../error-info.js";

/** A Relax function as a value. */
export const functionSignature = (f: Func): FuncInfo =>
  funcInfo(
    f.params.map((p) => p.sinfo ?? objectInfo),
    isErrorInfo(f.retSinfo) ? objectInfo : f.retSinfo,
    f.isPure,
  );

/**
 * A T function: a tensor per buffer parameter, a scalar per scalar one. A kernel writes its outputs and is impure; one
 * that only computes its result is pure.
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
  return funcInfo(params, ret, isPure(f));
}

/** Intrinsics that act on what is outside the function. */
const acts = /^(call_|tvm_call|tvm_struct_set|tvm_storage_sync|ptx|anylist_setitem|print)/;

/** Whether a T function only computes a value, or nothing at all. */
function isPure(f: PrimFunc): boolean {
  const { body } = f;
  if (body.kind === "tir.Seq" && body.body.length === 0) return true;
  if (
    body.kind === "tir.Evaluate" &&
    body.value.kind !== "tir.Call" &&
    body.value.kind !== "tir.CallGlobal"
  )
    return true;
  if (f.retType.code === "void") return false;
  let pure = true;
  visit(body, {
    enter(node) {
      if (!pure) return false;
      if (
        node.kind === "tir.Store" ||
        node.kind === "tir.CallGlobal" ||
        (node.kind === "tir.Call" && acts.test(node.op))
      )
        pure = false;
      return undefined;
    },
  });
  return pure;
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
