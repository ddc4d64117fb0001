/** Conditions as disjunctions of systems of inequalities. */
import type { Compare, PrimExpr } from "../ir/tir/expr.js";
import { isBool } from "../support/dtype.js";
import { addConst, atomPoly, isConst, neg, sub, type Poly } from "./poly.js";
import { isIndexType, toPoly, type NormalContext } from "./normalize.js";

/** Every polynomial of a system is `>= 0`. */
export type System = readonly Poly[];
/** One of the systems holds. The empty list is never true; a list with an empty system always is. */
export type Cases = readonly System[];

const MAX_CASES = 24;

/** The cases of `cond` (or of its negation); undefined when there are too many. */
export function casesOf(ctx: NormalContext, cond: PrimExpr, positive = true): Cases | undefined {
  if (ctx.depth > 400) return undefined;
  ctx.depth++;
  try {
    return cases(ctx, cond, positive);
  } finally {
    ctx.depth--;
  }
}

function cases(ctx: NormalContext, cond: PrimExpr, positive: boolean): Cases | undefined {
  switch (cond.kind) {
    case "tir.IntImm":
      return (cond.value !== 0) === positive ? [[]] : [];
    case "tir.Unary":
      if (cond.op === "not") return casesOf(ctx, cond.a, !positive);
      break;
    case "tir.Logic": {
      const a = casesOf(ctx, cond.a, positive);
      const b = casesOf(ctx, cond.b, positive);
      if (!a || !b) return undefined;
      const both = (cond.op === "and") === positive;
      return both ? conjunction(a, b) : a.length + b.length > MAX_CASES ? undefined : [...a, ...b];
    }
    case "tir.Compare":
      if (isComparable(cond)) return comparison(ctx, cond, positive);
      break;
    case "tir.Call":
      if (cond.op === "likely") return casesOf(ctx, cond.args[0] as PrimExpr, positive);
      break;
    case "tir.Select":
    case "tir.IfThenElse": {
      const yes = conjunctionOf(casesOf(ctx, cond.cond, true), casesOf(ctx, cond.then, positive));
      const no = conjunctionOf(
        casesOf(ctx, cond.cond, false),
        casesOf(ctx, cond.otherwise, positive),
      );
      return yes && no && yes.length + no.length <= MAX_CASES ? [...yes, ...no] : undefined;
    }
    default:
      break;
  }
  // Any other truth value: an unknown that is 0 or 1.
  if (!isBool(cond.dtype) || cond.dtype.lanes !== 1) return undefined;
  const value = cond.kind === "tir.Var" ? toPoly(ctx, cond) : atomPoly(ctx.table.opaque(cond));
  return [positive ? [addConst(value, -1)] : [neg(value)]];
}

const isScalarIndex = (e: PrimExpr): boolean =>
  isIndexType(e.dtype) ||
  ((e.dtype.code === "int" || e.dtype.code === "uint" || isBool(e.dtype)) &&
    e.dtype.lanes === 1 &&
    !e.dtype.scalable);
/** Comparisons of scalar integers. */
export const isComparable = (e: Compare): boolean => isScalarIndex(e.a) && isScalarIndex(e.b);

function comparison(ctx: NormalContext, e: Compare, positive: boolean): Cases {
  const gap = sub(toPoly(ctx, e.b), toPoly(ctx, e.a));
  const op = positive ? e.op : opposite[e.op];
  switch (op) {
    case "le":
      return system(gap);
    case "lt":
      return system(addConst(gap, -1));
    case "ge":
      return system(neg(gap));
    case "gt":
      return system(addConst(neg(gap), -1));
    case "eq":
      if (isConst(gap)) return gap.constant === 0 ? [[]] : [];
      return [[gap, neg(gap)]];
    case "ne":
      return [...system(addConst(gap, -1)), ...system(addConst(neg(gap), -1))];
  }
}

const opposite = { eq: "ne", ne: "eq", lt: "ge", ge: "lt", gt: "le", le: "gt" } as const;

const system = (p: Poly): Cases => (isConst(p) ? (p.constant >= 0 ? [[]] : []) : [[p]]);

/** Both hold. */
export function conjunction(a: Cases, b: Cases): Cases | undefined {
  if (a.length * b.length > MAX_CASES) return undefined;
  return a.flatMap((x) => b.map((y) => [...x, ...y]));
}
const conjunctionOf = (a: Cases | undefined, b: Cases | undefined): Cases | undefined =>
  a && b && conjunction(a, b);
