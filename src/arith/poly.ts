/** Integer polynomials over atoms: the normal form in which index expressions are compared. */
import type { DType } from "../support/dtype.js";
import { addInt, gcdInt, mulInt, type Int } from "../support/int.js";
import type { PrimExpr } from "../ir/tir/expr.js";

/**
 * What a polynomial is made of. `var`: `expr` is the variable. `floordiv`, `floormod`, `min`, `max`: of `a` and `b`.
 * `choice`: `expr` is the condition, `a` and `b` the values. `opaque`: anything else, equal when structurally equal.
 */
export interface Atom {
  readonly id: number;
  readonly kind: "var" | "floordiv" | "floormod" | "min" | "max" | "choice" | "opaque";
  readonly expr?: PrimExpr;
  readonly a?: Poly;
  readonly b?: Poly;
  /** The type in which the atom is written. */
  readonly dtype: DType;
  /** The polynomial that is just this atom, once it has been asked for. */
  alone?: Poly;
}

/** `coeff` times the product of `atoms` (in order of id, with repetition, never empty). */
export interface Term {
  readonly coeff: Int;
  readonly atoms: readonly Atom[];
  /** Names the product. */
  readonly key: string;
}

/** Sum of terms (distinct products, no zero coefficient, sorted) and a constant. */
export interface Poly {
  readonly terms: readonly Term[];
  readonly constant: Int;
  /** Equal exactly for equal polynomials of one analyser. */
  readonly key: string;
}

/** From terms in order. */
function sorted(terms: readonly Term[], constant: Int): Poly {
  let key = "";
  for (const t of terms) key += `${key === "" ? "" : "+"}${t.coeff}*${t.key}`;
  return { terms, constant, key: `${key}|${constant}` };
}

const make = (terms: Term[], constant: Int): Poly =>
  sorted(terms.length > 1 ? terms.sort(compareTerms) : terms, constant);

function compareTerms(x: Term, y: Term): number {
  const shared = Math.min(x.atoms.length, y.atoms.length);
  for (let i = 0; i < shared; i++) {
    const order = x.atoms[i]!.id - y.atoms[i]!.id;
    if (order !== 0) return order;
  }
  return x.atoms.length - y.atoms.length;
}

const keyOf = (atoms: readonly Atom[]): string => atoms.map((a) => a.id).join(".");

/** Constants up to here are made once. */
const SMALL = 1024;
const constants: (Poly | undefined)[] = [];
/** A constant. */
export function constPoly(value: Int): Poly {
  if (typeof value !== "number" || !(value >= -SMALL && value <= SMALL)) return sorted([], value);
  return (constants[value + SMALL] ??= sorted([], value));
}
export const zero = constPoly(0);
export const one = constPoly(1);
/** The polynomial that is one atom. */
export const atomPoly = (atom: Atom): Poly => (atom.alone ??= termPoly(1, [atom]));
export const termPoly = (coeff: Int, atoms: readonly Atom[]): Poly =>
  coeff === 0 ? zero : make([{ coeff, atoms, key: keyOf(atoms) }], 0);
/** From terms whose products are distinct. */
export const polyOf = (terms: readonly Term[], constant: Int = 0): Poly =>
  make([...terms], constant);

export const isConst = (p: Poly): boolean => p.terms.length === 0;
/** The value of a constant polynomial. */
export const constValue = (p: Poly): Int | undefined =>
  p.terms.length === 0 ? p.constant : undefined;

/** `x + scale * y` */
export function addScaled(x: Poly, y: Poly, scale: Int): Poly {
  if (scale === 0) return x;
  if (isConst(y)) return addConst(x, mulInt(y.constant, scale));
  if (isConst(x) && scale === 1) return addConst(y, x.constant);
  const terms: Term[] = [];
  const scaled = (t: Term): Term =>
    scale === 1 ? t : { coeff: mulInt(t.coeff, scale), atoms: t.atoms, key: t.key };
  let i = 0;
  for (const t of y.terms) {
    let order = -1;
    while (i < x.terms.length && (order = compareTerms(x.terms[i]!, t)) < 0)
      terms.push(x.terms[i++]!);
    if (i === x.terms.length || order !== 0) terms.push(scaled(t));
    else {
      const coeff = addInt(x.terms[i++]!.coeff, mulInt(t.coeff, scale));
      if (coeff !== 0) terms.push({ coeff, atoms: t.atoms, key: t.key });
    }
  }
  while (i < x.terms.length) terms.push(x.terms[i++]!);
  return sorted(terms, addInt(x.constant, mulInt(y.constant, scale)));
}

export const add = (x: Poly, y: Poly): Poly => addScaled(x, y, 1);
export const sub = (x: Poly, y: Poly): Poly => addScaled(x, y, -1);
export function addConst(x: Poly, c: Int): Poly {
  if (c === 0) return x;
  const constant = addInt(x.constant, c);
  return isConst(x) ? constPoly(constant) : sorted(x.terms, constant);
}
export const scale = (x: Poly, by: Int): Poly => addScaled(zero, x, by);
export const neg = (x: Poly): Poly => scale(x, -1);

/** Product, or undefined when it would have more than `limit` terms. */
export function mul(x: Poly, y: Poly, limit = 64): Poly | undefined {
  if (isConst(y)) return scale(x, y.constant);
  if (isConst(x)) return scale(y, x.constant);
  if ((x.terms.length + 1) * (y.terms.length + 1) > limit) return undefined;
  let sum = addScaled(scale(x, y.constant), { ...y, constant: 0 }, x.constant);
  for (const s of x.terms) {
    for (const t of y.terms) {
      const atoms = [...s.atoms, ...t.atoms].sort((a, b) => a.id - b.id);
      if (atoms.length > 8) return undefined;
      sum = add(sum, termPoly(mulInt(s.coeff, t.coeff), atoms));
    }
  }
  return sum;
}

/** Greatest common divisor of the coefficients of terms; 0 for a constant. */
export const coeffGcd = (p: Poly): Int => p.terms.reduce<Int>((g, t) => gcdInt(g, t.coeff), 0);

/** The polynomial when it is one atom. */
export const asAtom = (p: Poly): Atom | undefined =>
  p.constant === 0 &&
  p.terms.length === 1 &&
  p.terms[0]!.coeff === 1 &&
  p.terms[0]!.atoms.length === 1
    ? p.terms[0]!.atoms[0]
    : undefined;

export const samePoly = (x: Poly, y: Poly): boolean => x.key === y.key;

/** `term / by` as a monomial when it divides exactly. */
export function divideTerm(
  term: Term,
  by: Term,
  quotient: (a: Int, b: Int) => Int | undefined,
): Poly | undefined {
  const coeff = quotient(term.coeff, by.coeff);
  if (coeff === undefined) return undefined;
  const left = [...term.atoms];
  for (const atom of by.atoms) {
    const at = left.findIndex((x) => x.id === atom.id);
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  return left.length === 0 ? constPoly(coeff) : termPoly(coeff, left);
}

/** Calls `each` with every atom of the polynomial, operands of atoms included, each at most once. */
export function forEachAtom(p: Poly, each: (atom: Atom) => void, seen = new Set<number>()): void {
  for (const term of p.terms) {
    for (const atom of term.atoms) {
      if (seen.has(atom.id)) continue;
      seen.add(atom.id);
      each(atom);
      if (atom.a) forEachAtom(atom.a, each, seen);
      if (atom.b) forEachAtom(atom.b, each, seen);
    }
  }
}
