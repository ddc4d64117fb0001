/** Conditions as predicates: edges of loops are known to the sequencer, others are computed. */
import { addConst, asAtom, neg, samePoly, sub, zero, type Poly } from "../../../arith/poly.js";
import { isIndexType } from "../../../arith/index.js";
import type { Compare, PrimExpr } from "../../../ir/tir/expr.js";
import type { Context } from "./context.js";
import type { Evaluator } from "./expression.js";
import { literal, ONE, ZERO, type Condition } from "./value.js";

/** One of several conditions that hold together. */
type Part =
  | { readonly kind: "edge"; readonly edge: "first" | "last"; readonly level: number; readonly negate: boolean }
  | { readonly kind: "other"; readonly condition: Condition }; // prettier-ignore

const constant = (holds: boolean): Condition => ({ value: holds ? ONE : ZERO, negate: false });

/** The condition; its evaluation must not fail where it does not hold. */
export function conditionOf(ev: Evaluator, e: PrimExpr): Condition {
  const known = proved(ev.cx, e);
  if (known !== undefined) return constant(known);
  if (e.kind === "tir.Logic" && e.op === "or") {
    const a = conditionOf(ev, e.a);
    return ev.cx.builder.either(
      a,
      ev.under({ ...a, negate: !a.negate }, () => conditionOf(ev, e.b)),
    );
  }
  if (e.kind === "tir.Unary" && e.op === "not") {
    const a = conditionOf(ev, e.a);
    return { ...a, negate: !a.negate };
  }
  if (e.kind === "tir.Call" && e.op === "likely") return conditionOf(ev, e.args[0] as PrimExpr);
  return conjunction(ev, partsOf(ev, e));
}

function proved(cx: Context, e: PrimExpr): boolean | undefined {
  if (e.kind !== "tir.Compare" && e.kind !== "tir.Logic") return undefined;
  return cx.analyzer.prove(cx.resolved(e));
}

function partsOf(ev: Evaluator, e: PrimExpr): readonly Part[] {
  if (e.kind === "tir.Logic" && e.op === "and") {
    const left = partsOf(ev, e.a);
    const holds = conjunction(ev, left);
    return [...left, ...ev.under(holds, () => partsOf(ev, e.b))];
  }
  if (e.kind === "tir.Compare") {
    const known = proved(ev.cx, e);
    if (known !== undefined) return [{ kind: "other", condition: constant(known) }];
    const edge = edgeOf(ev.cx, e);
    if (edge !== undefined) return [edge];
    const [a, b] = [ev.value(e.a), ev.value(e.b)];
    return [{ kind: "other", condition: ev.comparison(e, e.a.dtype, a, b) }];
  }
  if (e.kind === "tir.Logic" || e.kind === "tir.Unary" || e.kind === "tir.Call")
    if (e.kind !== "tir.Call" || e.op === "likely")
      return [{ kind: "other", condition: conditionOf(ev, e) }];
  return [{ kind: "other", condition: { value: ev.value(e), negate: false } }];
}

/** Whether a comparison asks for the first or last iteration of one loop. */
function edgeOf(cx: Context, e: Compare): Part | undefined {
  if (!isIndexType(e.a.dtype) || !isIndexType(e.b.dtype)) return undefined;
  const gap = sub(cx.analyzer.poly(cx.resolved(e.a)), cx.analyzer.poly(cx.resolved(e.b)));
  const [positive, shift] = {
    eq: [gap, 0], ne: [gap, 0], gt: [gap, 0], ge: [gap, 1], lt: [neg(gap), 0], le: [neg(gap), 1],
  }[e.op] as [Poly, number]; // prettier-ignore
  const p = addConst(positive, shift);
  for (const [level, { var: v }] of cx.nest.loops.entries()) {
    const counter = cx.analyzer.poly(v);
    if (asAtom(counter) === undefined) continue;
    const fromEnd = sub(addConst(cx.extent(level), -1), counter);
    const found = (edge: "first" | "last", negate: boolean): Part => ({
      kind: "edge",
      edge,
      level,
      negate,
    });
    const is = (q: Poly): boolean => samePoly(p, q);
    if (e.op === "eq" || e.op === "ne") {
      if (is(counter) || is(neg(counter))) return found("first", e.op === "ne");
      if (is(fromEnd) || is(neg(fromEnd))) return found("last", e.op === "ne");
      continue;
    }
    // Here the condition is `p > 0`.
    if (is(counter)) return found("first", true);
    if (is(addConst(neg(counter), 1))) return found("first", false);
    if (is(fromEnd)) return found("last", true);
    if (is(addConst(neg(fromEnd), 1))) return found("last", false);
  }
  return undefined;
}

/** Edges of all loops from a level on are one predicate. */
function conjunction(ev: Evaluator, parts: readonly Part[]): Condition {
  const { builder, nest } = ev.cx;
  const depth = nest.loops.length;
  let result: Condition = constant(true);
  for (const part of parts)
    if (part.kind === "other") result = builder.both(result, part.condition);
  for (const edge of ["first", "last"] as const) {
    const levels = new Set(
      parts.flatMap((p) => (p.kind === "edge" && p.edge === edge && !p.negate ? [p.level] : [])),
    );
    // The statement may stand at the edge of inner loops already.
    const { value } = ev.edge;
    const given = value.kind === edge ? value.level : depth;
    let from = given;
    while (from > 0 && (levels.has(from - 1) || isSingle(ev.cx, from - 1))) from--;
    const isNeeded = [...levels].some((level) => level >= from);
    // Loops of one iteration outside those that count say nothing.
    while (from < depth && !levels.has(from)) from++;
    if (isNeeded)
      result = builder.both(result, { value: { kind: edge, level: from }, negate: false });
    for (const level of levels)
      if (level < from) result = builder.both(result, atEdge(ev, edge, level));
  }
  for (const part of parts) {
    if (part.kind !== "edge" || !part.negate) continue;
    const isInnermost = part.level === depth - 1;
    const at: Condition = isInnermost
      ? { value: { kind: part.edge, level: part.level }, negate: false }
      : atEdge(ev, part.edge, part.level);
    result = builder.both(result, { ...at, negate: !at.negate });
  }
  return result;
}

const isSingle = (cx: Context, level: number): boolean =>
  samePoly(cx.extent(level), addConst(zero, 1));

/** Whether one loop alone is at its edge. */
function atEdge({ cx }: Evaluator, edge: "first" | "last", level: number): Condition {
  const end = edge === "first" ? literal(0) : cx.fixedPoly(addConst(cx.extent(level), -1));
  return { value: cx.builder.op("EQ", [cx.counter(level), end]), negate: false };
}
