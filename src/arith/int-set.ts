/** Sets of integers as intervals with symbolic ends: what an expression takes while loop variables run. */
import { varsOf } from "../ir/core/free-vars.js";
import { fromPoly } from "./from-poly.js";
import type { Analyzer } from "./analyzer.js";
import {
  add,
  addConst,
  atomPoly,
  constPoly,
  mul,
  neg,
  polyOf,
  sub,
  zero,
  type Atom,
  type Poly,
  type Term,
} from "./poly.js";
import { divPoly, extremum, modPoly } from "./divide.js";
import type { PrimExpr, Var } from "../ir/tir/expr.js";
import { range, type Range } from "../ir/tir/buffer.js";
import type { DType } from "../support/dtype.js";

/** All integers from `min` to `max`, ends included; an absent end is open. May hold more than the exact set. */
export interface IntSet {
  readonly min: Poly | undefined;
  readonly max: Poly | undefined;
}

export const everyInt: IntSet = { min: undefined, max: undefined };
export const onePoint = (p: Poly): IntSet => ({ min: p, max: p });

/** The set of a half-open range. */
export function setOfRange(analyzer: Analyzer, r: Range): IntSet {
  const min = analyzer.poly(r.min);
  return { min, max: addConst(add(min, analyzer.poly(r.extent)), -1) };
}

/** The range of a set with two ends, or undefined. */
export function rangeOfSet(analyzer: Analyzer, set: IntSet, dtype: DType): Range | undefined {
  if (!set.min || !set.max) return undefined;
  const min = fromPoly(analyzer, set.min, dtype);
  const extent = fromPoly(analyzer, addConst(sub(set.max, set.min), 1), dtype);
  return min && extent && range(min, extent);
}

/** An interval that holds both sets; the ends are chosen by proof, else `min` and `max` of them. */
export function unionOf(analyzer: Analyzer, x: IntSet, y: IntSet, dtype: DType): IntSet {
  return {
    min: x.min && y.min && extremum(analyzer, "min", x.min, y.min, dtype),
    max: x.max && y.max && extremum(analyzer, "max", x.max, y.max, dtype),
  };
}

/** What both sets hold. */
export function intersectionOf(analyzer: Analyzer, x: IntSet, y: IntSet, dtype: DType): IntSet {
  const pick = (kind: "min" | "max", a: Poly | undefined, b: Poly | undefined): Poly | undefined =>
    a && b ? extremum(analyzer, kind, a, b, dtype) : (a ?? b);
  return { min: pick("max", x.min, y.min), max: pick("min", x.max, y.max) };
}

/** Whether every element of `inner` is in `outer`: proved, or not known. */
export function isProvedInside(analyzer: Analyzer, inner: IntSet, outer: IntSet): boolean {
  const low =
    !outer.min || (inner.min !== undefined && analyzer.isNonNegative(sub(inner.min, outer.min)));
  const high =
    !outer.max || (inner.max !== undefined && analyzer.isNonNegative(sub(outer.max, inner.max)));
  return low && high;
}

/** Whether the set certainly has no element. */
export const isProvedEmpty = (analyzer: Analyzer, set: IntSet): boolean =>
  set.min !== undefined &&
  set.max !== undefined &&
  analyzer.isNonNegative(addConst(sub(set.min, set.max), -1));

/** The values of an expression while the given variables run over their sets; other variables stay symbols. */
export function evalSet(analyzer: Analyzer, e: PrimExpr, domain: ReadonlyMap<Var, IntSet>): IntSet {
  const sets = new Map<number, IntSet>();
  for (const [v, set] of domain) sets.set(analyzer.table.variable(v).id, set);
  return new SetEvaluation(analyzer, sets, e.dtype).poly(analyzer.poly(e));
}

/** The ranges that the indices sweep, one a dimension. */
export const evalRegion = (
  analyzer: Analyzer,
  indices: readonly PrimExpr[],
  domain: ReadonlyMap<Var, IntSet>,
): IntSet[] => indices.map((index) => evalSet(analyzer, index, domain));

class SetEvaluation {
  private readonly known = new Map<number, IntSet | undefined>();

  constructor(
    private readonly analyzer: Analyzer,
    private readonly sets: ReadonlyMap<number, IntSet>,
    private readonly dtype: DType,
  ) {}

  poly(p: Poly): IntSet {
    let sum: IntSet = onePoint(constPoly(p.constant));
    for (const t of p.terms) {
      const set = this.term(t);
      const min = sum.min && set.min && add(sum.min, set.min);
      // A sum of points is a point.
      const isPoint = sum.min === sum.max && set.min === set.max;
      sum = { min, max: isPoint ? min : sum.max && set.max && add(sum.max, set.max) };
    }
    return sum;
  }

  /** `coeff * a * b …` where at most one factor runs, and the sign of the others is known. */
  private term(t: Term): IntSet {
    const running = t.atoms.filter((a) => this.atom(a) !== undefined);
    if (running.length === 0) return onePoint(polyOf([t]));
    if (running.length > 1) return everyInt;
    const [atom] = running;
    const others = [...t.atoms];
    others.splice(others.indexOf(atom!), 1);
    const factor = others.reduce<Poly | undefined>(
      (p, a) => p && mul(p, atomPoly(a)),
      constPoly(t.coeff),
    );
    const set = this.atom(atom!)!;
    if (!factor) return everyInt;
    const times = (end: Poly | undefined): Poly | undefined => end && mul(end, factor);
    if (this.analyzer.isNonNegative(factor)) return { min: times(set.min), max: times(set.max) };
    if (this.analyzer.isNonNegative(neg(factor)))
      return { min: times(set.max), max: times(set.min) };
    return everyInt;
  }

  /** The set of an atom in which something runs; undefined when it stays a symbol. */
  private atom(atom: Atom): IntSet | undefined {
    if (this.known.has(atom.id)) return this.known.get(atom.id);
    const set = this.compute(atom);
    this.known.set(atom.id, set);
    return set;
  }

  private compute(atom: Atom): IntSet | undefined {
    const own = this.sets.get(atom.id);
    if (own) return own;
    if (atom.kind === "var") return undefined;
    if (atom.kind === "opaque") return this.opaque(atom);
    const a = this.poly(atom.a!);
    const b = this.poly(atom.b!);
    const isStill = (set: IntSet): boolean => set.min !== undefined && set.min === set.max;
    const still = (x: IntSet, p: Poly): boolean => isStill(x) && x.min!.key === p.key;
    if (still(a, atom.a!) && still(b, atom.b!) && atom.kind !== "choice") return undefined;
    switch (atom.kind) {
      case "floordiv":
        return this.quotient(a, b);
      case "floormod":
        return this.remainder(a, b);
      case "min":
      case "max": {
        const kind = atom.kind;
        const pick = (x: Poly | undefined, y: Poly | undefined): Poly | undefined =>
          x && y && extremum(this.analyzer, kind, x, y, this.dtype);
        // One known end is enough on the side that the operation limits.
        return kind === "min"
          ? { min: pick(a.min, b.min), max: pick(a.max, b.max) ?? a.max ?? b.max }
          : { min: pick(a.min, b.min) ?? a.min ?? b.min, max: pick(a.max, b.max) };
      }
      case "choice":
        return unionOf(this.analyzer, a, b, this.dtype);
    }
  }

  /** Loads and calls: the constant bounds of their type when they mention what runs. */
  private opaque(atom: Atom): IntSet | undefined {
    const runs = varsOf(atom.expr!).some((v) => this.sets.has(this.analyzer.table.variable(v).id));
    if (!runs) return undefined;
    const { min, max } = this.analyzer.boundOfAtom(atom);
    const end = (x: typeof min): Poly | undefined =>
      typeof x === "bigint" || Number.isFinite(x) ? constPoly(x) : undefined;
    return { min: end(min), max: end(max) };
  }

  private quotient(a: IntSet, b: IntSet): IntSet {
    const d = b.min && b.min.key === b.max?.key ? b.min : undefined;
    if (!d || !this.analyzer.isNonNegative(addConst(d, -1))) return everyInt;
    const by = (p: Poly | undefined): Poly | undefined =>
      p && divPoly(this.analyzer, p, d, this.dtype);
    return { min: by(a.min), max: by(a.max) };
  }

  private remainder(a: IntSet, b: IntSet): IntSet {
    const d = b.min && b.min.key === b.max?.key ? b.min : undefined;
    if (!d || !this.analyzer.isNonNegative(addConst(d, -1))) return everyInt;
    const whole: IntSet = { min: zero, max: addConst(d, -1) };
    if (!a.min || !a.max) return whole;
    // Both ends in one period: the remainder runs in step.
    const low = divPoly(this.analyzer, a.min, d, this.dtype);
    const high = divPoly(this.analyzer, a.max, d, this.dtype);
    if (low.key !== high.key) return whole;
    const min = modPoly(this.analyzer, a.min, d, this.dtype);
    return { min, max: add(min, sub(a.max, a.min)) };
  }
}
