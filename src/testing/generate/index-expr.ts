/** Indices that are in bounds by construction. */
import { binary, cast, load, type PrimExpr } from "../../ir/tir/expr.js";
import { int, subInt } from "../../support/int.js";
import { constant, type Dim, type Memory, type Scope } from "./scope.js";
import { intImm } from "../../ir/tir/expr.js";
import { isInteger } from "../../support/dtype.js";

/** An expression in [0, dim). */
export function indexFor(s: Scope, dim: Dim): PrimExpr {
  const { rng } = s;
  const fitting = s.axes.filter((a) => a.dim === dim || a.dim.expr === dim.expr);
  if (fitting.length > 0 && rng.chance(0.7)) {
    const { var: v } = rng.pick(fitting);
    if (rng.chance(0.85)) return v;
    return binary("sub", binary("sub", dim.expr, constant(s, 1)), v);
  }
  if (dim.expr.kind === "tir.IntImm" && rng.chance(0.4))
    return constant(s, rng.below(Number(dim.expr.value)));
  return binary("floormod", anyIndex(s, 2), dim.expr);
}

/** Some small integer expression of the index type. */
export function anyIndex(s: Scope, depth: number): PrimExpr {
  const { rng } = s;
  const leaf = (): PrimExpr => {
    if (s.axes.length > 0 && rng.chance(0.6)) return rng.pick(s.axes).var;
    if (rng.chance(0.3)) return rng.pick(s.dims).expr;
    const ints = s.memories.filter(
      (m) => m.buffer.dtype.lanes === 1 && isInteger(m.buffer.dtype) && m.buffer.dtype.bits <= 16,
    );
    if (depth > 0 && ints.length > 0 && rng.chance(0.2)) {
      const memory = rng.pick(ints);
      return cast(elementOf({ ...s, memories: [] }, memory), s.index);
    }
    return constant(s, rng.between(0, 5));
  };
  if (depth === 0 || rng.chance(0.4)) return leaf();
  const a = anyIndex(s, depth - 1);
  switch (rng.below(6)) {
    case 0:
      return binary("add", a, anyIndex(s, depth - 1));
    case 1:
      return binary("sub", a, anyIndex(s, depth - 1));
    case 2:
      return binary("mul", a, constant(s, rng.between(1, 4)));
    case 3:
      return binary("floordiv", a, constant(s, rng.between(1, 4)));
    case 4:
      return binary("floormod", a, constant(s, rng.between(1, 6)));
    default:
      return binary(rng.pick(["min", "max"] as const), a, anyIndex(s, depth - 1));
  }
}

/** A load of some element. */
export const elementOf = (s: Scope, memory: Memory): PrimExpr =>
  load(
    memory.buffer,
    memory.dims.map((d) => indexFor(s, d)),
  );

/** The greatest value a dimension's product may take, for sizes of scratch memory. */
export const lastOf = (dim: Dim): PrimExpr =>
  dim.expr.kind === "tir.IntImm"
    ? intImm(subInt(int(dim.expr.value), 1), dim.expr.dtype)
    : binary("sub", dim.expr, intImm(1, dim.expr.dtype));
