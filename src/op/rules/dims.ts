/** Arithmetic on dimensions: constants are folded here, the rest is simplified by the context. */
import {
  binary,
  cast,
  intImm,
  type BinaryOp,
  type IntImm,
  type PrimExpr,
} from "../../ir/tir/expr.js";
import { int64 } from "../../support/dtype.js";
import {
  addInt,
  floorDivInt,
  floorModInt,
  maxInt,
  minInt,
  mulInt,
  negInt,
  subInt,
  type Int,
} from "../../support/int.js";
import type { InferContext } from "../infer-context.js";

export const dim = (value: Int): IntImm => intImm(value, int64);
export const one = dim(1);
export const zero = dim(0);
export const constOf = (e: PrimExpr): Int | undefined =>
  e.kind === "tir.IntImm" ? e.value : undefined;
export const isOne = (e: PrimExpr): boolean => constOf(e) === 1;

/** As an int64: dimensions have that type. */
export function wide(e: PrimExpr): PrimExpr {
  if (e.dtype === int64) return e;
  return e.kind === "tir.IntImm" ? dim(e.value) : cast(e, int64);
}

const fold: Partial<Readonly<Record<BinaryOp, (a: Int, b: Int) => Int | undefined>>> = {
  add: addInt,
  sub: subInt,
  mul: mulInt,
  floordiv: (a, b) => (b === 0 ? undefined : floorDivInt(a, b)),
  ceildiv: (a, b) => (b === 0 ? undefined : negInt(floorDivInt(negInt(a), b))),
  floormod: (a, b) => (b === 0 ? undefined : floorModInt(a, b)),
  min: minInt,
  max: maxInt,
};

/** `a op b`, folded when both are constant and where an operand is neutral; not simplified further. */
export function raw(op: BinaryOp, a: PrimExpr, b: PrimExpr): PrimExpr {
  const x = constOf(a);
  const y = constOf(b);
  if (x !== undefined && y !== undefined) {
    const value = fold[op]?.(x, y);
    if (value !== undefined) return dim(value);
  }
  if (y === 0 && (op === "add" || op === "sub")) return wide(a);
  if (x === 0 && op === "add") return wide(b);
  if (y === 1 && (op === "mul" || op === "floordiv" || op === "ceildiv")) return wide(a);
  if (x === 1 && op === "mul") return wide(b);
  return binary(op, wide(a), wide(b));
}

/** As {@link raw}, simplified. */
export function calc(ctx: InferContext, op: BinaryOp, a: PrimExpr, b: PrimExpr): PrimExpr {
  const e = raw(op, a, b);
  return e.kind === "tir.Binary" ? ctx.simplify(e) : e;
}

/** Product of all, left to right. */
export function product(ctx: InferContext, dims: readonly PrimExpr[]): PrimExpr {
  const e = dims.reduce<PrimExpr>((p, d) => raw("mul", p, d), one);
  return e.kind === "tir.Binary" ? ctx.simplify(e) : e;
}

export function sum(ctx: InferContext, dims: readonly PrimExpr[]): PrimExpr {
  const e = dims.reduce<PrimExpr>((s, d) => raw("add", s, d), zero);
  return e.kind === "tir.Binary" ? ctx.simplify(e) : e;
}

/** Whether two dimensions are equal: proved, refuted, or unknown. */
export function sameDim(ctx: InferContext, a: PrimExpr, b: PrimExpr): boolean | undefined {
  if (a === b) return true;
  const x = constOf(a);
  const y = constOf(b);
  if (x !== undefined && y !== undefined) return x === y;
  return ctx.equal(wide(a), wide(b));
}

/** As {@link sameDim}; unknown becomes a check at run time. */
export function mustEqual(ctx: InferContext, a: PrimExpr, b: PrimExpr, reason: string): boolean {
  const same = sameDim(ctx, a, b);
  if (same === undefined) ctx.guard(a, b, reason);
  return same !== false;
}
