/** Expressions of index type as polynomials. Arithmetic of indices is taken not to overflow. */
import { isNode, type Node } from "../ir/nodes.js";
import { rebuild } from "../ir/core/rewrite.js";
import type { Binary, Call, PrimExpr, Var } from "../ir/tir/expr.js";
import { isBool, type DType } from "../support/dtype.js";
import { mulInt, type Int } from "../support/int.js";
import { extremum, divPoly, modPoly, type Reasoner } from "./divide.js";
import {
  add,
  addConst,
  atomPoly,
  constPoly,
  constValue,
  mul,
  neg,
  sub,
  type Poly,
} from "./poly.js";

/** What normalisation needs of an analyser. */
export interface NormalContext extends Reasoner {
  /** Polynomial of a variable that was bound to an expression. */
  valueOf(v: Var): Poly | undefined;
  bindValue(v: Var, value: Poly): void;
  prove(cond: PrimExpr): boolean | undefined;
  simplify(expr: PrimExpr): PrimExpr;
  /** Nesting of the expression at hand. */
  depth: number;
  /** Normal forms found with what is known now, where they may be kept. */
  readonly polys: Map<PrimExpr, Poly> | undefined;
}

const MAX_DEPTH = 400;

/** Types whose arithmetic is index arithmetic. */
export const isIndexType = (d: DType): boolean =>
  d.code === "int" && d.bits >= 32 && d.lanes === 1 && !d.scalable;
const isScalarInt = (d: DType): boolean =>
  (d.code === "int" || d.code === "uint" || isBool(d)) && d.lanes === 1 && !d.scalable;

/** The polynomial of a scalar integer expression. */
export function toPoly(ctx: NormalContext, e: PrimExpr): Poly {
  if (e.kind === "tir.IntImm") return constPoly(e.value);
  if (e.kind === "tir.Var") return ctx.valueOf(e) ?? atomPoly(ctx.table.variable(e));
  if (ctx.depth > MAX_DEPTH) return atomPoly(ctx.table.opaque(e));
  const { polys } = ctx;
  const found = polys?.get(e);
  if (found !== undefined) return found;
  ctx.depth++;
  try {
    const made = compound(ctx, e) ?? atomPoly(ctx.table.opaque(withSimpleChildren(ctx, e)));
    // A `let` inside has told of its variable: it must do so again.
    if (ctx.polys === polys) polys?.set(e, made);
    return made;
  } finally {
    ctx.depth--;
  }
}

function compound(ctx: NormalContext, e: PrimExpr): Poly | undefined {
  if (!isIndexType(e.dtype)) return undefined;
  switch (e.kind) {
    case "tir.Binary":
      return isScalarInt(e.a.dtype) && isScalarInt(e.b.dtype) ? binaryPoly(ctx, e) : undefined;
    case "tir.Unary":
      if (e.op === "neg") return neg(toPoly(ctx, e.a));
      return e.op === "bitnot" ? addConst(neg(toPoly(ctx, e.a)), -1) : undefined;
    case "tir.Cast":
      return widensExactly(e.value.dtype, e.dtype) ? toPoly(ctx, e.value) : undefined;
    case "tir.Let": {
      if (!isScalarInt(e.var.dtype)) return undefined;
      ctx.bindValue(e.var, toPoly(ctx, e.value));
      return toPoly(ctx, e.body);
    }
    case "tir.Select":
    case "tir.IfThenElse": {
      const known = ctx.prove(e.cond);
      if (known !== undefined) return toPoly(ctx, known ? e.then : e.otherwise);
      const a = toPoly(ctx, e.then);
      const b = toPoly(ctx, e.otherwise);
      if (a.key === b.key) return a;
      return atomPoly(ctx.table.choice(ctx.simplify(e.cond), a, b, e.dtype));
    }
    case "tir.Call":
      return callPoly(ctx, e);
    default:
      return undefined;
  }
}

/** Conversions that keep the value: to an index type from one that is not wider, or between index types. */
const widensExactly = (from: DType, to: DType): boolean =>
  isIndexType(to) &&
  (isIndexType(from) || (isScalarInt(from) && (from.bits < to.bits || isBool(from))));

function callPoly(ctx: NormalContext, e: Call): Poly | undefined {
  const [a, b] = e.args as readonly (PrimExpr | undefined)[];
  const isScalar = (x: PrimExpr | undefined): x is PrimExpr =>
    x !== undefined && "dtype" in x && isIndexType(x.dtype);
  switch (e.op) {
    case "likely":
      return isScalar(a) ? toPoly(ctx, a) : undefined;
    case "abs": {
      if (!isScalar(a)) return undefined;
      const value = toPoly(ctx, a);
      return extremum(ctx, "max", value, neg(value), e.dtype);
    }
    case "shift_left":
    case "shift_right":
    case "bitwise_and":
      if (!isScalar(a) || !isScalar(b)) return undefined;
      return bits(
        ctx,
        e.op === "bitwise_and" ? "bitand" : e.op === "shift_left" ? "shl" : "shr",
        a,
        b,
        e.dtype,
      );
    default:
      return undefined;
  }
}

function binaryPoly(ctx: NormalContext, e: Binary): Poly | undefined {
  if (e.op === "bitand" || e.op === "shl" || e.op === "shr")
    return bits(ctx, e.op, e.a, e.b, e.dtype);
  if (e.op === "bitor" || e.op === "bitxor") return undefined;
  const a = toPoly(ctx, e.a);
  const b = toPoly(ctx, e.b);
  switch (e.op) {
    case "add":
      return add(a, b);
    case "sub":
      return sub(a, b);
    case "mul":
      // A product of too many terms stands as it was written.
      return mul(a, b) ?? atomPoly(ctx.table.opaque(e));
    case "floordiv":
      return divPoly(ctx, a, b, e.dtype);
    case "floormod":
      return modPoly(ctx, a, b, e.dtype);
    case "ceildiv":
      return ceilPoly(ctx, a, b, e.dtype);
    case "min":
    case "max":
      return extremum(ctx, e.op, a, b, e.dtype);
    case "div":
    case "mod":
      return truncated(ctx, e.op, a, b, e.dtype);
  }
}

function ceilPoly(ctx: NormalContext, a: Poly, b: Poly, dtype: DType): Poly {
  if (ctx.boundOf(b).min > 0 || ctx.isNonNegative(addConst(b, -1)))
    return divPoly(ctx, add(a, addConst(b, -1)), b, dtype);
  return neg(divPoly(ctx, neg(a), b, dtype));
}

/** Truncating division, where it is a floor division of the magnitudes. */
function truncated(
  ctx: NormalContext,
  op: "div" | "mod",
  a: Poly,
  b: Poly,
  dtype: DType,
): Poly | undefined {
  if (constValue(b) === 0) return undefined;
  const isPositive = (p: Poly): boolean => ctx.isNonNegative(addConst(p, -1));
  const signOf = (p: Poly, positive: (p: Poly) => boolean): Int | undefined =>
    positive(p) ? 1 : positive(neg(p)) ? -1 : undefined;
  const s = signOf(a, (p) => ctx.isNonNegative(p));
  const t = signOf(b, isPositive);
  if (s === undefined || t === undefined) return undefined;
  const x = s === 1 ? a : neg(a);
  const y = t === 1 ? b : neg(b);
  const result = op === "div" ? divPoly(ctx, x, y, dtype) : modPoly(ctx, x, y, dtype);
  return (op === "div" ? mulInt(s, t) : s) === 1 ? result : neg(result);
}

/** Shifts by constants and masks `2^k - 1` as multiplication, division, remainder. */
function bits(
  ctx: NormalContext,
  op: "bitand" | "shl" | "shr",
  x: PrimExpr,
  y: PrimExpr,
  dtype: DType,
): Poly | undefined {
  const a = toPoly(ctx, x);
  const count = constValue(toPoly(ctx, y));
  if (count === undefined || count < 0) return undefined;
  if (op === "bitand") {
    const size = BigInt(count) + 1n;
    return (size & (size - 1n)) === 0n
      ? modPoly(ctx, a, constPoly(addOne(count)), dtype)
      : undefined;
  }
  if (count >= dtype.bits) return undefined;
  const power = constPoly(mulInt(1n << BigInt(count), 1));
  return op === "shl" ? mul(a, power) : divPoly(ctx, a, power, dtype);
}

const addOne = (x: Int): Int => mulInt(BigInt(x) + 1n, 1);

/** The node with its operands simplified. */
export function withSimpleChildren<T extends PrimExpr>(ctx: NormalContext, e: T): T {
  const change = (child: Node): Node => {
    if (child.kind === "tir.Var" || child.kind === "tir.Buffer" || child.kind === "tir.IntImm")
      return child;
    if (isPrim(child)) return ctx.simplify(child);
    return child.kind === "ir.Range" || child.kind === "tir.BufferRegion"
      ? rebuild(child, change)
      : child;
  };
  return rebuild(e, change);
}

const PRIM = new Set<Node["kind"]>([
  "tir.Cast", "tir.Binary", "tir.Compare", "tir.Logic", "tir.Unary", "tir.Select", "tir.IfThenElse", "tir.Load", "tir.Ramp",
  "tir.Broadcast", "tir.Shuffle", "tir.Let", "tir.Call", "tir.CallGlobal", "tir.Var", "tir.IntImm", "tir.FloatImm", "tir.StringImm",
]); // prettier-ignore
/** Whether the node is a scalar or vector expression. */
export const isPrim = (node: unknown): node is PrimExpr => isNode(node) && PRIM.has(node.kind);
