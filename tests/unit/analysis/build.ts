/** Short ways to write TensorIR functions in tests. */
import { makeBuffer, range, type Buffer } from "../../../src/ir/tir/buffer.js";
import {
  binary,
  floatImm,
  intImm,
  load,
  makeVar,
  type BinaryOp,
  type PrimExpr,
  type Var,
} from "../../../src/ir/tir/expr.js";
import { param, type PrimFunc } from "../../../src/ir/tir/function.js";
import {
  block,
  forLoop,
  iterVar,
  store,
  type IterKind,
  type LoopKind,
  type Stmt,
} from "../../../src/ir/tir/stmt.js";
import { noAttrs } from "../../../src/ir/core/node.js";
import { float32, handle, int32, voidType } from "../../../src/support/dtype.js";

export type Expr = PrimExpr | number;
export const e = (x: Expr): PrimExpr => (typeof x === "number" ? intImm(x) : x);
export const v = (name: string): Var => makeVar(name, int32);
export const op = (kind: BinaryOp, a: Expr, b: Expr): PrimExpr => binary(kind, e(a), e(b));
export const buf = (name: string, shape: readonly Expr[], dtype = float32): Buffer =>
  makeBuffer({ name, dtype, shape: shape.map(e) });
export const at = (b: Buffer, ...indices: Expr[]): PrimExpr => load(b, indices.map(e));
export const put = (
  b: Buffer,
  indices: readonly Expr[],
  value: Expr = floatImm(0, float32),
): Stmt => store(b, indices.map(e), e(value));
export const loop = (
  i: Var,
  extent: Expr,
  body: Stmt,
  loopKind: LoopKind = "serial",
  min: Expr = 0,
): Stmt => forLoop({ var: i, min: e(min), extent: e(extent), body, loopKind, span: undefined });
export const loops = (vars: readonly (readonly [Var, Expr])[], body: Stmt): Stmt =>
  vars.reduceRight((b, [i, n]) => loop(i, n, b), body);
/** A block; each axis is variable, kind, extent, binding. */
export const blk = (
  name: string,
  axes: readonly (readonly [Var, IterKind, Expr, Expr])[],
  body: Stmt,
  more: { init?: Stmt; predicate?: PrimExpr } = {},
): Stmt =>
  block({
    name,
    iters: axes.map(([x, kind, n]) => iterVar(x, kind, range(intImm(0), e(n)))),
    values: axes.map((axis) => e(axis[3])),
    body,
    span: undefined,
    ...more,
  });
export const func = (name: string, params: readonly (Buffer | Var)[], body: Stmt): PrimFunc => ({
  kind: "tir.PrimFunc",
  name,
  params: params.map((p) =>
    p.kind === "tir.Buffer" ? param(makeVar(`${p.name}_handle`, handle), p) : param(p),
  ),
  retType: voidType,
  attrs: noAttrs,
  isPrivate: false,
  sTir: true,
  persistent: false,
  body,
});

/** The matrix product of the sample with its three sizes mixed up. */
export function seedMatmul(): PrimFunc {
  const [m, n, k] = [v("m"), v("n"), v("k")];
  const [A, B, C] = [buf("A", [m, n]), buf("B", [n, k]), buf("C", [m, k])];
  const [i0, j0, k0, vi, vj, vk] = [v("i0"), v("j0"), v("k0"), v("i"), v("j"), v("k")];
  const sum = op("add", at(C, vi, vj), op("mul", at(A, vi, vk), at(B, vj, vk)));
  const body = blk(
    "",
    [
      [vi, "spatial", m, i0],
      [vj, "spatial", n, j0],
      [vk, "reduce", k, k0],
    ],
    put(C, [vi, vj], sum),
    {
      init: put(C, [vi, vj]),
    },
  );
  return func(
    "tir_matmul",
    [A, B, C],
    loops(
      [
        [i0, m],
        [j0, n],
        [k0, k],
      ],
      body,
    ),
  );
}
