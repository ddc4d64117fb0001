/**
 * Proofs by contradiction: what is known of atoms becomes rows of a linear system whose unknowns are products of atoms.
 */
import { negInt } from "../support/int.js";
import { isFinite, type Bound } from "./bound.js";
import type { Cases } from "./conditions.js";
import {
  addConst, atomPoly, constValue, forEachAtom, isConst, mul, neg, sub, termPoly, type Atom, type Poly, type Term,
} from "./poly.js"; // prettier-ignore
import { FIRST, FURTHER, hasModel, SECOND } from "./model.js";
import { isOutOfReach } from "./reach.js";
import { divPoly, type Reasoner } from "./divide.js";
import { hasNoSolution, implies, withoutEquations, type Row, type SolveLimits } from "./solve.js";

/** What the prover reads of an analyser. */
export interface Knowledge extends Reasoner {
  /** Polynomials known to be `>= 0`. */
  readonly facts: readonly Poly[];
  /** Known alternatives. */
  readonly alternatives: readonly Cases[];
  boundOfAtom(atom: Atom): Bound;
  /** Polynomials `>= 0` that define the range of a variable, with symbolic ends. */
  rangeOf(atom: Atom): readonly Poly[];
}

const limits: SolveLimits = { rows: 90, steps: 1200 };

const rowsOfPolys = new WeakMap<Poly, Row>();

/** The polynomial as a row; its products are the unknowns. */
export function rowOf(p: Poly): Row {
  const known = rowsOfPolys.get(p);
  if (known) return known;
  const row = { coeffs: new Map(p.terms.map((t) => [t.key, t.coeff])), constant: p.constant };
  rowsOfPolys.set(p, row);
  return row;
}

/** Whether no values satisfy the system together with what is known. */
export const isImpossible = (known: Knowledge, goal: readonly Poly[], splits = 2): boolean =>
  refute(known, goal, splits) === "impossible";

/** `possible`: values are known that satisfy it. `open`: neither they nor a proof were found. */
type Answer = "impossible" | "possible" | "open";

function refute(known: Knowledge, goal: readonly Poly[], splits: number): Answer {
  if (goal.some((p) => known.boundOf(p).max < 0)) return "impossible";
  if (goal.every(isConst) && known.facts.length === 0)
    return goal.some((p) => p.constant < 0) ? "impossible" : "open";
  if (hasModel(known, goal, FIRST)) return "possible";
  if (goal.some((p) => isOutOfReach(known, p))) return "impossible";
  const { rows, atoms } = relevantRows(known, goal);
  const system = rows.map(rowOf);
  if (hasNoSolution(system, limits)) return "impossible";
  if (hasModel(known, goal, SECOND)) return "possible";
  if (splits === 0) return "open";
  if (hasModel(known, goal, FURTHER)) return "possible";
  const reduced = withoutEquations(system);
  if (reduced !== system && hasNoSolution(reduced, limits)) return "impossible";
  for (const cases of splitsOf(known, atoms, splits)) {
    const answers = firstOpen(cases, (extra) => refute(known, [...goal, ...extra], splits - 1));
    if (answers !== "open") return answers;
  }
  return "open";
}

/** `impossible` when all cases are; values for one are values for the whole. */
function firstOpen(cases: Cases, answer: (extra: Cases[number]) => Answer): Answer {
  for (const extra of cases) {
    const found = answer(extra);
    if (found !== "impossible") return found;
  }
  return "impossible";
}

/** Ways to divide the question: `min` and `max` are one of their operands, a known alternative holds. */
function splitsOf(known: Knowledge, atoms: readonly Atom[], splits: number): Cases[] {
  const ways: Cases[] = [];
  for (const atom of atoms) {
    const { a, b } = atom;
    if (!a || !b || (atom.kind !== "min" && atom.kind !== "max" && atom.kind !== "choice"))
      continue;
    const value = atomPoly(atom);
    const isA = [sub(value, a), sub(a, value)];
    const isB = [sub(value, b), sub(b, value)];
    ways.push([isA, isB]);
  }
  for (const cases of known.alternatives) if (cases.length <= 4) ways.push(cases);
  return ways.slice(0, 1 + splits * 2);
}

/** The goal, the facts that share products with it (transitively), and what defines the atoms met on the way. */
export function relevantRows(
  known: Knowledge,
  goal: readonly Poly[],
): { rows: Poly[]; atoms: Atom[] } {
  const rows: Poly[] = [];
  const seenRows = new Set<string>();
  const products = new Map<string, Term>();
  const atoms = new Map<number, Atom>();
  const addRow = (p: Poly): void => {
    if (seenRows.has(p.key) || rows.length > 100) return;
    seenRows.add(p.key);
    rows.push(p);
    for (const t of p.terms) {
      if (products.has(t.key)) continue;
      products.set(t.key, t);
      for (const atom of t.atoms) if (!atoms.has(atom.id)) atoms.set(atom.id, atom);
    }
  };
  for (const p of goal) addRow(p);
  const defined = new Set<number>();
  let pending = [...known.facts];
  for (let round = 0; round < 6; round++) {
    const before = rows.length;
    for (const atom of [...atoms.values()]) {
      if (defined.has(atom.id)) continue;
      defined.add(atom.id);
      for (const p of definition(known, atom)) addRow(p);
    }
    pending = pending.filter((fact) => {
      const related = atomsWithin(fact).some((id) => atoms.has(id));
      if (related) addRow(fact);
      return !related;
    });
    if (rows.length === before) break;
  }
  for (const p of productRows(known, rows, products)) addRow(p);
  for (const t of products.values()) {
    if (t.atoms.length > 1)
      for (const p of boundRows(termPoly(1, t.atoms), known.boundOf(termPoly(1, t.atoms))))
        addRow(p);
  }
  return { rows, atoms: [...atoms.values()] };
}

const within = new WeakMap<Poly, readonly number[]>();
/** Atoms of a polynomial, operands of atoms included. */
export function atomsWithin(p: Poly): readonly number[] {
  const known = within.get(p);
  if (known) return known;
  const found: number[] = [];
  forEachAtom(p, (atom) => found.push(atom.id));
  within.set(p, found);
  return found;
}

function boundRows(value: Poly, { min, max }: Bound): Poly[] {
  const rows: Poly[] = [];
  if (isFinite(min)) rows.push(addConst(value, negInt(min)));
  if (isFinite(max)) rows.push(addConst(neg(value), max));
  return rows;
}

/** Polynomials `>= 0` that hold for the atom. */
function definition(known: Knowledge, atom: Atom): Poly[] {
  const value = atomPoly(atom);
  const rows = boundRows(value, known.boundOfAtom(atom));
  const { a, b } = atom;
  switch (atom.kind) {
    case "var":
      return [...rows, ...known.rangeOf(atom)];
    case "floordiv":
      return [...rows, ...quotientRows(known, value, a!, b!)];
    case "floormod":
      return [...rows, ...remainderRows(known, atom)];
    case "min":
      return [...rows, sub(a!, value), sub(b!, value)];
    case "max":
      return [...rows, sub(value, a!), sub(value, b!)];
    default:
      return rows;
  }
}

const isPositive = (known: Knowledge, p: Poly): boolean =>
  known.boundOf(p).min > 0 || known.facts.some((f) => f.key === addConst(p, -1).key);

/** `d * q <= p <= d * q + d - 1` for `d > 0` */
function quotientRows(known: Knowledge, q: Poly, p: Poly, d: Poly): Poly[] {
  const c = constValue(d);
  if (c !== undefined ? c <= 0 : !isPositive(known, d)) return [];
  const whole = mul(q, d);
  if (!whole) return [];
  const rest = sub(p, whole);
  return [rest, addConst(sub(d, rest), -1)];
}

/** `0 <= r < d` and `r = p - d * (p // d)`; `r <= p` for `p >= 0` */
function remainderRows(known: Knowledge, { a, b, dtype, ...atom }: Atom): Poly[] {
  const r = atomPoly({ a: a!, b: b!, dtype, ...atom });
  const [p, d] = [a!, b!];
  const c = constValue(d);
  if (c !== undefined ? c <= 0 : !isPositive(known, d)) return [];
  const rows = [r, addConst(sub(d, r), -1)];
  if (known.boundOf(p).min >= 0) rows.push(sub(p, r));
  const whole = mul(divPoly(known, p, d, dtype), d);
  const gap = whole && sub(r, sub(p, whole));
  return gap ? [...rows, gap, neg(gap)] : rows;
}

/**
 * Products of two rows, where they may tell of a product of unknowns: for `i * k` among the unknowns, `(m - 1 - i) * k`.
 * Both factors are `>= 0`, so their product is.
 */
function productRows(
  known: Knowledge,
  rows: readonly Poly[],
  products: ReadonlyMap<string, Term>,
): Poly[] {
  const made: Poly[] = [];
  const mixed = [...products.values()].filter((t) => t.atoms.length > 1);
  if (mixed.length === 0) return made;
  const factors = new Map<number, Atom>();
  for (const t of mixed) for (const atom of t.atoms) factors.set(atom.id, atom);
  for (const atom of factors.values()) {
    const { min, max } = known.boundOfAtom(atom);
    const factor = atomPoly(atom);
    const sign = min >= 0 || isImplied(rows, factor) ? factor : max <= 0 ? neg(factor) : undefined;
    if (!sign) continue;
    for (const row of rows) {
      if (made.length > 60) return made;
      // The row must speak of what stands beside the factor in some product.
      const fits = mixed.some(
        (t) => t.atoms.some((x) => x.id === atom.id) && row.terms.some((s) => beside(t, atom, s)),
      );
      if (!fits) continue;
      const product = mul(row, sign, 40);
      if (product && product.terms.every((t) => t.atoms.length <= 4)) made.push(product);
    }
  }
  return made;
}

const isImplied = (rows: readonly Poly[], p: Poly): boolean =>
  rows.length < 60 &&
  implies(rows.filter((r) => r.terms.every((t) => t.atoms.length === 1)).map(rowOf), rowOf(p));

/** Whether `t = atom * s` up to the coefficient. */
const beside = (t: Term, atom: Atom, s: Term): boolean => {
  const left = [...t.atoms];
  left.splice(
    left.findIndex((x) => x.id === atom.id),
    1,
  );
  return left.length === s.atoms.length && left.every((x, i) => x.id === s.atoms[i]!.id);
};
