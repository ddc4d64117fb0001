/** What a Relax function under generation may mention. */
import type { Binding, Expr, Func, Var as RelaxVar } from "../../ir/relax/expr.js";
import { primValue, relaxVar, varBinding } from "../../ir/relax/expr.js";
import { primInfo, type StructInfo, type TensorInfo } from "../../ir/relax/struct-info.js";
import { makeVar, type PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { dimsOf } from "../../ir/relax/struct-info.js";
import { inferExpr } from "../../op/deduce/index.js";
import type { InferContext } from "../../op/infer-context.js";
import type { DType } from "../../support/dtype.js";
import type { Random } from "./random.js";

/** A T function that `call_tir` can use: parameters inputs first, then outputs, over one list of symbols. */
export interface Kernel {
  readonly name: string;
  readonly func: PrimFunc;
  readonly inputs: readonly KernelTensor[];
  readonly outputs: readonly KernelTensor[];
  /** Symbols of the caller that are passed as scalars, because no dimension is one of them alone. */
  readonly scalars: readonly PrimExpr[];
}
export interface KernelTensor {
  readonly dtype: DType;
  readonly shape: readonly PrimExpr[];
}

export interface RelaxScope {
  readonly rng: Random;
  readonly infer: InferContext;
  /** Dimensions: symbols and constants, int64. */
  readonly dims: readonly PrimExpr[];
  /** Values in scope; grows as bindings are made. */
  readonly values: RelaxVar[];
  readonly names: Map<string, number>;
  readonly kernels: readonly Kernel[];
  /** Functions of the module that may be called. */
  readonly functions: readonly Func[];
  /** Names of T functions made so far; new ones may be added to the module. */
  addKernel(params: readonly KernelTensor[]): Kernel;
}

export function freshRelaxName(s: RelaxScope, base: string): string {
  const count = s.names.get(base) ?? 0;
  s.names.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}

/** Binds an expression to a new variable with what inference finds; a scalar is a symbol of the same name. */
export function bindTo(
  s: RelaxScope,
  value: Expr,
  dataflow: boolean,
  base = dataflow ? "lv" : "gv",
): Binding {
  const name = freshRelaxName(s, base);
  const found = inferExpr(value, s.infer);
  const info =
    found.kind === "relax.PrimInfo" ? primInfo(found.dtype, makeVar(name, found.dtype)) : found;
  const v = relaxVar(name, info, { dataflow });
  s.values.push(v);
  return varBinding(v, value);
}

/** A variable as an operand: a scalar is its symbol. */
export const useOf = (v: RelaxVar): Expr =>
  v.sinfo?.kind === "relax.PrimInfo" && v.sinfo.value !== undefined ? primValue(v.sinfo.value) : v;

/** A variable whose type is a tensor of known shape. */
export interface TensorVar {
  readonly var: RelaxVar;
  readonly info: TensorInfo & { readonly dtype: DType };
  readonly shape: readonly PrimExpr[];
}
export function tensorsOf(s: RelaxScope): TensorVar[] {
  return s.values.flatMap((v): TensorVar[] => {
    const info: StructInfo | undefined = v.sinfo;
    const shape = dimsOf(info);
    if (info?.kind !== "relax.TensorInfo" || info.dtype === undefined || shape === undefined)
      return [];
    return [{ var: v, info: info as TensorVar["info"], shape }];
  });
}
