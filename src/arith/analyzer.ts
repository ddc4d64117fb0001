/**
 * Questions about integer expressions under what is known of their variables. Every answer of `prove` is exact;
 * `undefined` means not decided. Effort is bounded by sizes, never by time, so that answers do not depend on speed.
 */
import type { Range } from "../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../ir/tir/expr.js";
import { isBool } from "../support/dtype.js";
import { mulInt, type Int } from "../support/int.js";
import * as B from "./bound.js";
import type { Bound } from "./bound.js";
import { casesOf, conjunction, type Cases } from "./conditions.js";
import { divPoly } from "./divide.js";
import { modularOf, type Modular } from "./modular.js";
import { isPrim, toPoly } from "./normalize.js";
import {
  addConst,
  addScaled,
  asAtom,
  atomPoly,
  isConst,
  neg,
  sub,
  type Atom,
  type Poly,
  type Term,
} from "./poly.js";
import { isImpossible, type Knowledge } from "./refute.js";
import { simplifyExpr, type SimplifyContext } from "./simplify.js";
import { TermTable } from "./terms.js";

/** The value of a variable that nothing has asked for yet, and what was known where it was given. */
interface Unread {
  readonly expr: PrimExpr;
  readonly state: State;
  value?: Poly;
}

interface State {
  values: ReadonlyMap<Var, Poly | Unread>;
  ranges: ReadonlyMap<number, readonly Poly[]>;
  bounds: ReadonlyMap<number, Bound>;
  facts: readonly Poly[];
  alternatives: readonly Cases[];
  /** What was found while this state lasts; absent: nothing yet. */
  found: Found | undefined;
}

interface Found {
  readonly answers: Map<string, boolean>;
  /** Shortest forms by the key of the expression. */
  readonly simplified: Map<number, PrimExpr | "same">;
  readonly polys: Map<PrimExpr, Poly>;
  /** Bounds of atoms that follow from those of their operands. */
  readonly bounds: Map<Atom, Bound>;
}

/** An analyser: variables with ranges or values, assumptions, and the questions of the module's head. */
export class Analyzer implements SimplifyContext, Knowledge {
  readonly table = new TermTable();
  depth = 0;
  private proving = 0;
  /** Answers inside the proof at hand. */
  private readonly inner = new Map<string, boolean>();
  private state: State = {
    values: new Map(),
    ranges: new Map(),
    bounds: new Map(),
    facts: [],
    alternatives: [],
    found: undefined,
  };

  // ---- what is known -------------------------------------------------------

  /** Gives a variable its range `[min, min + extent)` or its value. */
  bind(v: Var, what: Range | PrimExpr): void {
    if (isPrim(what)) {
      const unread: Unread = { expr: what, state: this.state };
      this.change({ values: new Map(this.state.values).set(v, unread) });
      return;
    }
    const low = toPoly(this, what.min);
    this.bindInterval(v, low, addConst(addScaled(low, toPoly(this, what.extent), 1), -1));
  }

  /** Gives a variable the closed interval from `low` to `high`; an absent end is open. */
  bindInterval(v: Var, low: Poly | undefined, high: Poly | undefined): void {
    const atom = this.table.variable(v);
    const value = atomPoly(atom);
    const rows = [...(low ? [sub(value, low)] : []), ...(high ? [sub(high, value)] : [])];
    const bound = {
      min: low ? this.boundOf(low).min : -B.INF,
      max: high ? this.boundOf(high).max : B.INF,
    };
    const known = this.state.ranges.get(atom.id) ?? [];
    this.change({
      ranges: new Map(this.state.ranges).set(atom.id, [...known, ...rows]),
      bounds: new Map(this.state.bounds).set(atom.id, B.intersect(bound, this.boundOfAtom(atom))),
    });
  }

  bindValue(v: Var, value: Poly): void {
    this.change({ values: new Map(this.state.values).set(v, value) });
  }

  /** Takes the condition (or its negation) for true from here on; see {@link scope}. */
  assume(cond: PrimExpr, holds = true): void {
    const cases = casesOf(this, cond, holds);
    if (cases) this.assumeCases(cases);
  }

  /** Takes one of the systems for true. */
  assumeCases(cases: Cases): void {
    const possible =
      cases.length > 1 ? cases.filter((s) => !this.proved(() => isImpossible(this, s, 0))) : cases;
    if (possible.length === 1) for (const p of possible[0]!) this.assumeNonNegative(p);
    else if (possible.length > 1 && !possible.some((s) => s.length === 0)) {
      this.change({ alternatives: [...this.state.alternatives, possible] });
    } else if (possible.length === 0)
      this.change({ facts: [...this.state.facts, addConst(sub(ZERO, ZERO), -1)] });
  }

  /** Takes `p >= 0` for true. */
  assumeNonNegative(p: Poly): void {
    // What the bounds of atoms say already is no news, and all answers found so far hold on.
    if (this.boundOf(p).min >= 0) return;
    this.change({ facts: [...this.state.facts, p] });
    this.narrow(p);
  }

  /** A fact about one atom narrows its constant bounds. */
  private narrow(p: Poly): void {
    const [t] = p.terms;
    if (p.terms.length !== 1 || t!.atoms.length !== 1) return;
    const atom = t!.atoms[0]!;
    const limit = (c: Int, k: Int): Int => B.floorDivBound(B.exactly(c), B.exactly(k)).min;
    const bound: Bound =
      t!.coeff > 0
        ? { min: mulInt(-1, limit(p.constant, t!.coeff)), max: B.INF }
        : { min: -B.INF, max: limit(p.constant, mulInt(-1, t!.coeff)) };
    this.change({
      bounds: new Map(this.state.bounds).set(atom.id, B.intersect(bound, this.boundOfAtom(atom))),
    });
  }

  /** Runs `body` and forgets what it assumed and bound. */
  scope<T>(body: () => T): T {
    const before = this.state;
    try {
      return body();
    } finally {
      this.state = before;
    }
  }

  /** What is known now; the result runs a body with just that. */
  capture(): <T>(body: () => T) => T {
    const { state } = this;
    return (body) =>
      this.scope(() => {
        this.state = state;
        return body();
      });
  }

  under<T>(cond: PrimExpr, holds: boolean, body: () => T): T {
    return this.scope(() => {
      this.assume(cond, holds);
      return body();
    });
  }

  private change(part: Partial<State>): void {
    const { state } = this;
    this.state = {
      values: part.values ?? state.values,
      ranges: part.ranges ?? state.ranges,
      bounds: part.bounds ?? state.bounds,
      facts: part.facts ?? state.facts,
      alternatives: part.alternatives ?? state.alternatives,
      found: undefined,
    };
  }

  get facts(): readonly Poly[] {
    return this.state.facts;
  }
  get alternatives(): readonly Cases[] {
    return this.state.alternatives;
  }
  /** Polynomials `>= 0` that state the range of a variable. */
  rangesOf(v: Var): readonly Poly[] {
    return this.rangeOf(this.table.variable(v));
  }
  rangeOf(atom: Atom): readonly Poly[] {
    return this.state.ranges.get(atom.id) ?? [];
  }
  valueOf(v: Var): Poly | undefined {
    const found = this.state.values.get(v);
    return found === undefined || "terms" in found ? found : (found.value ??= this.read(found));
  }

  /** The normal form of a value as it was where the value was given, outside of the proof at hand. */
  private read({ expr, state }: Unread): Poly {
    const { state: now, proving } = this;
    try {
      this.state = state;
      this.proving = 0;
      return this.table.lasting(() => toPoly(this, expr));
    } finally {
      this.state = now;
      this.proving = proving;
    }
  }

  // ---- questions -----------------------------------------------------------

  /** Normal forms found with what is known now; undefined inside a proof, where they may be weaker. */
  get polys(): Map<PrimExpr, Poly> | undefined {
    return this.proving === 0 ? this.found.polys : undefined;
  }

  private get found(): Found {
    return (this.state.found ??= {
      answers: new Map(),
      simplified: new Map(),
      polys: new Map(),
      bounds: new Map(),
    });
  }

  /** The normal form. */
  poly(e: PrimExpr): Poly {
    return toPoly(this, e);
  }

  simplify(e: PrimExpr): PrimExpr {
    if (e.kind === "tir.IntImm") return e;
    if (this.depth > 0 || this.proving > 0) return simplifyExpr(this, e);
    const { simplified } = this.found;
    const key = this.table.keyOf(e);
    const known = simplified.get(key);
    if (known !== undefined) return known === "same" ? e : known;
    const made = simplifyExpr(this, e);
    simplified.set(key, made === e ? "same" : made);
    return made;
  }

  /** Whether the condition holds always, where it matters no further whether it never does. */
  holds(cond: PrimExpr): boolean {
    return casesOf(this, cond, false)?.every((s) => this.impossible(s)) === true;
  }

  /** Whether the condition holds always (true), never (false), or is not decided. */
  prove(cond: PrimExpr): boolean | undefined {
    if (this.holds(cond)) return true;
    const yes = casesOf(this, cond, true);
    if (yes?.every((s) => this.impossible(s))) return false;
    return undefined;
  }

  /** Whether no values satisfy all of the polynomials being `>= 0`. */
  impossible(system: readonly Poly[]): boolean {
    if (system.some((p) => this.boundOf(p).max < 0)) return true;
    if (this.proving > 1) return false;
    const key = system.length === 1 ? system[0]!.key : system.map((p) => p.key).join("&");
    // Inside a proof less is tried.
    const answers = this.proving === 0 ? this.found.answers : this.inner;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = this.proved(() => isImpossible(this, system));
    answers.set(key, answer);
    return answer;
  }

  /** Runs a proof. */
  private proved<T>(proof: () => T): T {
    if (this.proving === 0) this.inner.clear();
    this.proving++;
    try {
      return this.table.passingThrough(proof);
    } finally {
      this.proving--;
    }
  }

  isNonNegative(p: Poly): boolean {
    return this.boundOf(p).min >= 0 || this.impossible([addConst(neg(p), -1)]);
  }

  /** Whether two expressions are equal always, never, or possibly. */
  equal(a: PrimExpr, b: PrimExpr): boolean | undefined {
    const gap = sub(this.poly(a), this.poly(b));
    if (isConst(gap)) return gap.constant === 0;
    const { coeff, base } = this.modularOfPoly(gap);
    if (coeff === 0 ? base !== 0 : base !== 0) return false;
    const above = this.impossible([addConst(gap, -1)]);
    const below = this.impossible([addConst(neg(gap), -1)]);
    if (above && below) return true;
    return this.impossible([gap, neg(gap)]) ? false : undefined;
  }

  /** Constant bounds, ends included; ±Infinity where there is none. */
  constBound(e: PrimExpr): Bound {
    return this.boundOf(toPoly(this, e));
  }

  /** `coeff * k + base` for some integer `k`; a constant has `coeff` 0. */
  modularSet(e: PrimExpr): Modular {
    return this.modularOfPoly(toPoly(this, e));
  }

  modularOfPoly(p: Poly): Modular {
    return modularOf(p, (atom) =>
      atom.kind === "floormod"
        ? undefined
        : this.state.facts.length > 0
          ? this.modularFact(atom)
          : undefined,
    );
  }

  /** A fact `atom == c * q + r` known from an assumption on a remainder. */
  private modularFact(atom: Atom): Modular | undefined {
    for (const fact of this.state.facts) {
      for (const t of fact.terms) {
        const m = t.atoms[0]!;
        if (m.kind !== "floormod" || asAtom(m.a!)?.id !== atom.id || !isConst(m.b!)) continue;
        const { min, max } = this.boundOfAtom(m);
        if (min === max && m.b!.constant > 0) return { coeff: m.b!.constant, base: min };
      }
    }
    return undefined;
  }

  boundOf(p: Poly): Bound {
    let sum = B.exactly(p.constant);
    if (isConst(p)) return sum;
    for (const t of p.terms) sum = B.addBound(sum, B.scaleBound(this.boundOfProduct(t), t.coeff));
    return sum;
  }

  private boundOfProduct(t: Term): Bound {
    if (t.atoms.length === 1) return this.boundOfAtom(t.atoms[0]!);
    let product = B.exactly(1);
    for (let i = 0; i < t.atoms.length; i++) {
      const atom = t.atoms[i]!;
      const bound = this.boundOfAtom(atom);
      if (t.atoms[i + 1]?.id === atom.id) {
        // A square is not negative.
        const square = B.mulBound(bound, bound);
        product = B.mulBound(product, B.intersect(square, B.nonNegative));
        i++;
      } else product = B.mulBound(product, bound);
    }
    return product;
  }

  boundOfAtom(atom: Atom): Bound {
    const known = this.state.bounds.get(atom.id);
    if (known !== undefined) return known;
    if (atom.a === undefined) return ofType(atom);
    const { bounds } = this.found;
    let bound = bounds.get(atom);
    if (bound === undefined) bounds.set(atom, (bound = this.intrinsicBound(atom)));
    return bound;
  }

  private intrinsicBound(atom: Atom): Bound {
    const { a, b } = atom;
    switch (atom.kind) {
      case "floordiv":
        return B.floorDivBound(this.boundOf(a!), this.boundOf(b!));
      case "floormod":
        return B.floorModBound(this.boundOf(a!), this.boundOf(b!));
      case "min":
        return B.minBound(this.boundOf(a!), this.boundOf(b!));
      case "max":
        return B.maxBound(this.boundOf(a!), this.boundOf(b!));
      case "choice":
        return B.hull(this.boundOf(a!), this.boundOf(b!));
      default:
        return ofType(atom);
    }
  }

  /** The quotient of two polynomials, rounded down. */
  quotient(a: Poly, b: Poly, like: PrimExpr): Poly {
    return divPoly(this, a, b, like.dtype);
  }

  /** One of the cases and what is known. */
  bothCases(a: Cases, b: Cases): Cases | undefined {
    return conjunction(a, b);
  }
}

const ZERO: Poly = { terms: [], constant: 0, key: "|0" };

/** Index types count as unbounded, but that sizes are not negative; narrow and unsigned ones have their range. */
function ofType({ dtype, expr }: Atom): Bound {
  const isSize = expr?.kind === "tir.Var" && expr.isSize === true;
  if (isBool(dtype)) return { min: 0, max: 1 };
  if (dtype.code === "uint") return B.widthBound(false, dtype.bits);
  if (dtype.code !== "int" || dtype.bits >= 32) return isSize ? B.nonNegative : B.everything;
  const bound = B.widthBound(true, dtype.bits);
  return isSize ? B.intersect(B.nonNegative, bound) : bound;
}

/** Whether two expressions are equal for all values of their variables, for none, or not decided. */
export const proveEqual = (a: PrimExpr, b: PrimExpr): boolean | undefined =>
  new Analyzer().equal(a, b);
