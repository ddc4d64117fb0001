/** Short forms for calls under test. */
import type { AttrValue } from "../../../src/ir/core/node.js";
import * as R from "../../../src/ir/relax/expr.js";
import {
  objectInfo,
  shapeInfo,
  tensorInfo,
  type StructInfo,
} from "../../../src/ir/relax/struct-info.js";
import {
  binary,
  floatImm,
  intImm,
  makeVar,
  type PrimExpr,
  type Var,
} from "../../../src/ir/tir/expr.js";
import { makeInferContext, type Guard } from "../../../src/op/deduce/index.js";
import { describe } from "../../../src/op/describe.js";
import { lookupOp } from "../../../src/op/registry.js";
import type { Diagnostic } from "../../../src/support/diagnostic.js";
import { dtype, int64 } from "../../../src/support/dtype.js";

export const n = makeVar("n", int64, undefined, { isSize: true });
export const m = makeVar("m", int64, undefined, { isSize: true });

export type Dim = number | PrimExpr;
export const dim = (d: Dim): PrimExpr => (typeof d === "number" ? intImm(d, int64) : d);
export const times = (v: Var, k: number): PrimExpr => binary("mul", v, dim(k));
export const plus = (v: Var, k: number): PrimExpr => binary("add", v, dim(k));

/** Tensor info; `rank` alone when no shape is known. */
export const T = (shape: readonly Dim[] | undefined, type = "float32", rank = -1): StructInfo =>
  tensorInfo({
    ...(shape ? { shape: R.shapeExpr(shape.map(dim)) } : { ndim: rank }),
    dtype: type === "" ? undefined : dtype(type),
  });

let count = 0;
export const value = (info: StructInfo): R.Var => R.relaxVar(`x${count++}`, info);
/** Tensor operand. */
export const t = (shape: readonly Dim[] | undefined, type = "float32", rank = -1): R.Var =>
  value(T(shape, type, rank));
export const shape = (...dims: readonly Dim[]): R.Expr => R.shapeExpr(dims.map(dim));
export const someShape = (ndim: number): R.Expr => value(shapeInfo(undefined, ndim));
export const prim = (v: Dim): R.Expr => R.primValue(dim(v));
export const float = (v: number): R.Expr => R.primValue(floatImm(v, dtype("float32")));
export const prims = (...v: readonly Dim[]): R.Expr => R.tuple(v.map(prim));
export const tuple = (...fields: readonly R.Expr[]): R.Expr => R.tuple(fields);
export const anything = (): R.Expr => value(objectInfo);

export interface Inferred {
  readonly info: StructInfo;
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly guards: readonly Guard[];
}

/** Infers a call; attributes not given have their defaults. */
export function infer(
  name: string,
  args: readonly R.Expr[],
  attrs: Readonly<Record<string, AttrValue>> = {},
): Inferred {
  const op = lookupOp(name)!;
  const all = new Map<string, AttrValue>();
  for (const p of op.params)
    if (p.role === "attr") all.set(p.name, attrs[p.name] ?? p.default ?? null);
  const diagnostics: Diagnostic[] = [];
  const guards: Guard[] = [];
  const ctx = makeInferContext({
    report: (d) => diagnostics.push(d),
    guard: (g) => guards.push(g),
  });
  const info = op.infer(R.relaxCall(R.op(name), args, { attrs: all }), ctx);
  return { info, text: describe(info), diagnostics, guards };
}
