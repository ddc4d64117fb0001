/** Simplification of any expression: indices by normal form, conditions by proof, the rest by its operands. */
import {
  boolImm,
  compare,
  intImm,
  logic,
  unary,
  type Compare,
  type PrimExpr,
} from "../ir/tir/expr.js";
import { isBool, isVector } from "../support/dtype.js";
import { floorDivInt, negInt, truncModInt } from "../support/int.js";
import { isComparable } from "./conditions.js";
import { modPoly } from "./divide.js";
import { fromPoly, withRemainders } from "./from-poly.js";
import { isIndexType, toPoly, withSimpleChildren, type NormalContext } from "./normalize.js";
import { addConst, coeffGcd, constValue, isConst, neg, polyOf, sub, type Poly } from "./poly.js";
import { hasEffects, sizeOf } from "./terms.js";

/** What simplification needs of an analyser. */
export interface SimplifyContext extends NormalContext {
  /** Runs `body` under an assumption. */
  under<T>(cond: PrimExpr, holds: boolean, body: () => T): T;
}

/** The simplest form known; the same object when nothing changed. */
export function simplifyExpr(ctx: SimplifyContext, e: PrimExpr): PrimExpr {
  let result = e;
  // Rules are local; what one round builds may give the next something to do.
  for (let round = ctx.depth === 0 ? 5 : 1; round > 0; round--) {
    const next = step(ctx, result);
    if (next === result || ctx.table.keyOf(next) === ctx.table.keyOf(result)) break;
    result = next;
  }
  return result === e || (ctx.depth === 0 && isMuchLarger(result, e)) ? e : result;
}

/** Nodes that are never too many. */
const SMALL = 200;

/** Multiplying out may make an expression longer; beyond some size that helps nobody. */
function isMuchLarger(result: PrimExpr, e: PrimExpr): boolean {
  if (sizeOf(result, SMALL) < SMALL) return false;
  const limit = 4 * sizeOf(e, 5000) + SMALL;
  return sizeOf(result, limit) >= limit;
}

function step(ctx: SimplifyContext, e: PrimExpr): PrimExpr {
  if (e.kind === "tir.IntImm" || e.kind === "tir.FloatImm" || e.kind === "tir.StringImm") return e;
  if (ctx.depth > 400) return e;
  ctx.depth++;
  try {
    if (e.kind === "tir.Var")
      return isIndexType(e.dtype) && ctx.valueOf(e) ? simplifyIndex(ctx, e) : e;
    if (hasEffects(e)) return withSimpleChildren(ctx, e);
    if (isIndexType(e.dtype)) return simplifyIndex(ctx, e);
    if (isBool(e.dtype) && !isVector(e.dtype)) return simplifyCondition(ctx, e);
    return simplifyValue(ctx, e);
  } finally {
    ctx.depth--;
  }
}

const simplifyIndex = (ctx: SimplifyContext, e: PrimExpr): PrimExpr =>
  fromPoly(ctx, toPoly(ctx, e), e.dtype) ?? withSimpleChildren(ctx, e);

/** Values that are not indices: choices with a known condition, then the operands. */
function simplifyValue(ctx: SimplifyContext, e: PrimExpr): PrimExpr {
  if ((e.kind === "tir.Select" || e.kind === "tir.IfThenElse") && !isVector(e.cond.dtype)) {
    const known = ctx.prove(e.cond);
    if (known !== undefined) return simplifyExpr(ctx, known ? e.then : e.otherwise);
    const then = ctx.under(e.cond, true, () => simplifyExpr(ctx, e.then));
    const otherwise = ctx.under(e.cond, false, () => simplifyExpr(ctx, e.otherwise));
    if (ctx.table.keyOf(then) === ctx.table.keyOf(otherwise)) return then;
    return { ...e, cond: simplifyExpr(ctx, e.cond), then, otherwise };
  }
  if (e.kind === "tir.Cast" && e.value.dtype === e.dtype) return simplifyExpr(ctx, e.value);
  return withSimpleChildren(ctx, e);
}

function simplifyCondition(ctx: SimplifyContext, e: PrimExpr): PrimExpr {
  switch (e.kind) {
    case "tir.Compare":
      return simplifyCompare(ctx, e);
    case "tir.Unary":
      return e.op === "not" ? negated(ctx, simplifyExpr(ctx, e.a)) : withSimpleChildren(ctx, e);
    case "tir.Logic": {
      // The right side counts only where the left one does not decide.
      const isAnd = e.op === "and";
      const a = simplifyExpr(ctx, e.a);
      if (a.kind === "tir.IntImm") return (a.value !== 0) === isAnd ? simplifyExpr(ctx, e.b) : a;
      const b = ctx.under(a, isAnd, () => simplifyExpr(ctx, e.b));
      if (b.kind === "tir.IntImm") return (b.value !== 0) === isAnd ? a : b;
      const first = ctx.under(b, isAnd, () => ctx.prove(a));
      if (first !== undefined) return first === isAnd ? b : boolImm(!isAnd);
      return logic(e.op, a, b, e.span);
    }
    case "tir.Select":
    case "tir.IfThenElse":
      return simplifyValue(ctx, e);
    default: {
      const known = ctx.prove(e);
      return known !== undefined ? boolImm(known) : withSimpleChildren(ctx, e);
    }
  }
}

const opposite = { eq: "ne", ne: "eq", lt: "ge", ge: "lt", gt: "le", le: "gt" } as const;

function negated(ctx: SimplifyContext, a: PrimExpr): PrimExpr {
  if (a.kind === "tir.IntImm") return boolImm(a.value === 0);
  if (a.kind === "tir.Unary" && a.op === "not") return a.a;
  if (a.kind === "tir.Compare" && isComparable(a))
    return simplifyExpr(ctx, { ...a, op: opposite[a.op] });
  if (a.kind === "tir.Logic") {
    const op = a.op === "and" ? "or" : "and";
    return logic(op, negated(ctx, a.a), negated(ctx, a.b), a.span);
  }
  return unary("not", a, a.span);
}

function simplifyCompare(ctx: SimplifyContext, e: Compare): PrimExpr {
  if (!isComparable(e)) return withSimpleChildren(ctx, e);
  const known = ctx.prove(e);
  if (known !== undefined) return boolImm(known);
  if (!isIndexType(e.a.dtype) && !isIndexType(e.b.dtype)) return withSimpleChildren(ctx, e);
  const wide =
    isIndexType(e.a.dtype) && (!isIndexType(e.b.dtype) || e.a.dtype.bits >= e.b.dtype.bits)
      ? e.a.dtype
      : e.b.dtype;
  const gap = sub(toPoly(ctx, e.b), toPoly(ctx, e.a));
  const equality = e.op === "eq" || e.op === "ne";
  const normal = equality
    ? { op: e.op, gap }
    : e.op === "le" || e.op === "lt"
      ? { op: "le" as const, gap: e.op === "lt" ? addConst(gap, -1) : gap }
      : { op: "le" as const, gap: e.op === "gt" ? addConst(neg(gap), -1) : neg(gap) };
  return comparisonOf(ctx, normal.op, normal.gap, wide) ?? withSimpleChildren(ctx, e);
}

/**
 * `gap >= 0`, `gap == 0` or `gap != 0` with every term on the side where it is positive; undefined when a constant
 * does not fit.
 */
export function comparisonOf(
  ctx: NormalContext,
  op: "le" | "eq" | "ne",
  raw: Poly,
  dtype: PrimExpr["dtype"],
): PrimExpr | undefined {
  if (isConst(raw))
    return boolImm(op === "le" ? raw.constant >= 0 : (raw.constant === 0) === (op === "eq"));
  const g = coeffGcd(raw);
  if (op !== "le" && truncModInt(raw.constant, g) !== 0) return boolImm(op === "ne");
  const divided = polyOf(
    raw.terms.map((t) => ({ ...t, coeff: floorDivInt(t.coeff, g) })),
    floorDivInt(raw.constant, g),
  );
  const gap = withRemainders(ctx, divided, dtype);
  const divisible = op === "le" ? divisibility(ctx, gap, dtype) : undefined;
  if (divisible) return fromPolyCompare(ctx, divisible, dtype);
  const right = gap.terms.filter((t) => t.coeff > 0);
  const left = gap.terms.filter((t) => t.coeff < 0).map((t) => ({ ...t, coeff: negInt(t.coeff) }));
  const side = (terms: Poly["terms"], constant: Poly["constant"]): PrimExpr | undefined =>
    fromPoly(ctx, polyOf(terms, constant), dtype);
  return op === "le"
    ? inequality(left, right, gap.constant, side, dtype)
    : equation(op, left, right, gap.constant, side);
}

/** `x % c` when `gap >= 0` says that it is 0: as `x % c <= 0`, or as `(x - 1) % c >= c - 1`. */
function divisibility(ctx: NormalContext, gap: Poly, dtype: PrimExpr["dtype"]): Poly | undefined {
  const [t] = gap.terms;
  const atom = t?.atoms[0];
  if (gap.terms.length !== 1 || t!.atoms.length !== 1 || atom?.kind !== "floormod")
    return undefined;
  const c = constValue(atom.b!);
  if (c === undefined || c <= 1) return undefined;
  const isLeast = t!.coeff === -1 && gap.constant === 0;
  const isMost = t!.coeff === 1 && addConst(gap, c).constant === 1;
  if (!isLeast && !isMost) return undefined;
  const x = isLeast ? atom.a! : addConst(atom.a!, 1);
  return modPoly(ctx, x.terms.every((s) => s.coeff < 0) ? neg(x) : x, atom.b!, dtype);
}

function fromPolyCompare(
  ctx: NormalContext,
  p: Poly,
  dtype: PrimExpr["dtype"],
): PrimExpr | undefined {
  const e = fromPoly(ctx, p, dtype);
  return e && compare("eq", e, intImm(0, dtype));
}

type Side = (terms: Poly["terms"], constant: Poly["constant"]) => PrimExpr | undefined;

/** `left <= right + c` */
function inequality(
  left: Poly["terms"],
  right: Poly["terms"],
  c: Poly["constant"],
  side: Side,
  dtype: PrimExpr["dtype"],
): PrimExpr | undefined {
  const make = (
    op: Compare["op"],
    a: PrimExpr | undefined,
    b: PrimExpr | undefined,
  ): PrimExpr | undefined => a && b && compare(op, a, b);
  if (left.length === 0) return make("ge", side(right, 0), intImm(negInt(c), dtype));
  if (right.length === 0) {
    const below = addConst(polyOf([], c), 1).constant;
    return c === 0
      ? make("le", side(left, 0), side([], 0))
      : make("lt", side(left, 0), side([], below));
  }
  if (c === -1) return make("lt", side(left, 0), side(right, 0));
  if (c >= 0) return make("le", side(left, 0), side(right, c));
  return make("lt", side(left, negInt(addConst(polyOf([], c), 1).constant)), side(right, 0));
}

/** `left == right + c` */
function equation(
  op: "eq" | "ne",
  left: Poly["terms"],
  right: Poly["terms"],
  c: Poly["constant"],
  side: Side,
): PrimExpr | undefined {
  const first = (terms: Poly["terms"]): number => terms[0]?.atoms[0]?.id ?? Infinity;
  // The side whose first variable was seen first stands left.
  const swap = first(left) > first(right);
  const [x, y, d] = swap ? [right, left, negInt(c)] : [left, right, c];
  const a = side(x, d < 0 && y.length > 0 ? negInt(d) : 0);
  const b = side(y, d < 0 && y.length > 0 ? 0 : d);
  return a && b && compare(op, a, b);
}
