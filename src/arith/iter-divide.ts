/** Division of an iterator map into an outer and an inner one, as blockizing needs it. */
import { varsOf } from "../ir/core/free-vars.js";
import type { Range } from "../ir/tir/buffer.js";
import { boolImm, logic, type PrimExpr, type Var } from "../ir/tir/expr.js";
import { floorDivInt, floorModInt } from "../support/int.js";
import { fromPoly } from "./from-poly.js";
import {
  detectIterMap,
  normalizeIterMap,
  type IterMap,
  type IterMapFailure,
  type IterMapRequest,
} from "./iter-map.js";
import { sumOf, type IterMark, type IterSplit, type IterSum } from "./iter-sum.js";
import { constValue, one, polyOf, zero, type Poly } from "./poly.js";

/** One index as `outer * innerExtent + inner`. */
export interface DividedIndex {
  readonly outer: PrimExpr;
  readonly outerExtent: PrimExpr;
  readonly inner: PrimExpr;
  readonly innerExtent: PrimExpr;
}

export interface Subspaces {
  readonly ok: true;
  readonly indices: readonly DividedIndex[];
  readonly outerPredicate: PrimExpr;
  readonly innerPredicate: PrimExpr;
}

const failure = (reason: string): IterMapFailure => ({ ok: false, reason });

/** Divides the map so that the inner part is made of `inner` variables and the outer part of the others. */
export function subspaceDivide(
  request: IterMapRequest,
  inner: ReadonlySet<Var>,
): Subspaces | IterMapFailure {
  const { predicate: _, ...rest } = request;
  const sums = detectIterMap({ ...rest, level: "any" });
  if (!sums.ok) return sums;
  const predicates = dividePredicate(request.predicate, inner);
  if (!predicates) return failure("the predicate mixes outer and inner iterators");
  const indices: DividedIndex[] = [];
  for (const sum of sums.maps) {
    const divided = divideSum(request, sums, sum, inner);
    if ("reason" in divided) return divided;
    indices.push(divided);
  }
  return { ok: true, indices, ...predicates };
}

function divideSum(
  request: IterMapRequest,
  map: IterMap,
  sum: IterSum,
  inner: ReadonlySet<Var>,
): DividedIndex | IterMapFailure {
  const side = (s: IterSplit): "inner" | "outer" | "both" => {
    const vars = varsOfMark(s.mark);
    if (vars.every((v) => inner.has(v))) return "inner";
    return vars.some((v) => inner.has(v)) ? "both" : "outer";
  };
  if (sum.args.some((s) => side(s) === "both"))
    return failure("an iterator fuses outer and inner variables");
  const part = (which: "inner" | "outer"): Part | IterMapFailure =>
    fusePart(
      request,
      map,
      sum,
      sum.args.filter((s) => side(s) === which),
      inner,
      which,
    );
  const low = part("inner");
  const high = part("outer");
  if ("reason" in low) return low;
  if ("reason" in high) return high;
  const { analyzer, dtype } = map.values;
  // The inner part must be contiguous from scale 1, the outer one count whole inner parts.
  const isWhole =
    low.scale.key === one.key && (high.scale.key === low.extent.key || high.extent.key === one.key);
  if (!isWhole) return failure("the inner iterators are not the innermost part of an index");
  const innerExtent = fromPoly(analyzer, low.extent, dtype);
  const outerExtent = fromPoly(analyzer, high.extent, dtype);
  return innerExtent && outerExtent
    ? { outer: high.expr, outerExtent, inner: low.expr, innerExtent }
    : failure("an extent does not fit its type");
}

interface Part {
  readonly expr: PrimExpr;
  readonly scale: IterSplit["scale"];
  readonly extent: IterSplit["extent"];
}

function fusePart(
  request: IterMapRequest,
  map: IterMap,
  sum: IterSum,
  args: readonly IterSplit[],
  inner: ReadonlySet<Var>,
  which: "inner" | "outer",
): Part | IterMapFailure {
  const { analyzer, dtype } = map.values;
  const base = which === "inner" ? zero : sum.base;
  if (args.length === 0) {
    const expr = normalizeIterMap(map, sumOf([], base));
    return expr ? { expr, scale: one, extent: one } : failure("a base does not fit its type");
  }
  const whole = normalizeIterMap(map, sumOf(args, zero));
  if (!whole) return failure("a constant does not fit its type");
  const domain = new Map<Var, Range>(
    [...request.domain].filter(([v]) => inner.has(v) === (which === "inner")),
  );
  const fused = detectIterMap({ indices: [whole], domain, level: "surjective", analyzer });
  if (!fused.ok) return fused;
  const [split] = fused.maps[0]!.args;
  const parts = split && wholeParts(base, split.scale);
  if (fused.maps[0]!.args.length !== 1 || !split || !parts)
    return failure("an index has an offset");
  const expr = normalizeIterMap(map, sumOf([{ ...split, scale: one }], parts));
  return expr
    ? { expr, scale: split.scale, extent: split.extent }
    : failure(`a constant does not fit ${dtype.name}`);
}

/** How many parts of a size an offset is, where these are whole. */
function wholeParts(offset: Poly, size: Poly): Poly | undefined {
  const by = constValue(size);
  if (by === undefined) return offset.key === zero.key ? zero : undefined;
  const parts = [...offset.terms.map((t) => t.coeff), offset.constant];
  if (parts.some((x) => floorModInt(x, by) !== 0)) return undefined;
  const terms = offset.terms.map((t) => ({ ...t, coeff: floorDivInt(t.coeff, by) }));
  return polyOf(terms, floorDivInt(offset.constant, by));
}

function varsOfMark({ source }: IterMark): Var[] {
  return source.kind === "sum" ? source.args.flatMap((s) => varsOfMark(s.mark)) : [source];
}

function dividePredicate(
  predicate: PrimExpr | undefined,
  inner: ReadonlySet<Var>,
): { outerPredicate: PrimExpr; innerPredicate: PrimExpr } | undefined {
  let outerPredicate: PrimExpr = boolImm(true);
  let innerPredicate: PrimExpr = boolImm(true);
  const isTrue = (e: PrimExpr): boolean => e.kind === "tir.IntImm";
  const both = (a: PrimExpr, b: PrimExpr): PrimExpr => (isTrue(a) ? b : logic("and", a, b));
  for (const part of predicate ? conjuncts(predicate) : []) {
    const vars = varsOf(part);
    const isInner = vars.some((v) => inner.has(v));
    if (isInner && vars.some((v) => !inner.has(v))) return undefined;
    if (isInner) innerPredicate = both(innerPredicate, part);
    else outerPredicate = both(outerPredicate, part);
  }
  return { outerPredicate, innerPredicate };
}

const conjuncts = (e: PrimExpr): PrimExpr[] =>
  e.kind === "tir.Logic" && e.op === "and" ? [...conjuncts(e.a), ...conjuncts(e.b)] : [e];
