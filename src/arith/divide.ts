/** Quotients and remainders of polynomials, rounded towards minus infinity. */
import type { DType } from "../support/dtype.js";
import {
  addInt,
  floorDivInt,
  floorModInt,
  gcdInt,
  mulInt,
  negInt,
  truncModInt,
  type Int,
} from "../support/int.js";
import {
  add, addConst, addScaled, asAtom, atomPoly, constPoly, constValue, divideTerm, isConst, mul, neg, polyOf, sub, zero,
  type Atom, type Poly, type Term,
} from "./poly.js"; // prettier-ignore
import type { Bound } from "./bound.js";
import type { TermTable } from "./terms.js";

/** What the rules ask of the analyser. `isNonNegative` answers only what is proved. */
export interface Reasoner {
  readonly table: TermTable;
  boundOf(p: Poly): Bound;
  isNonNegative(p: Poly): boolean;
}

const exactDiv = (a: Int, b: Int): Int | undefined =>
  truncModInt(a, b) === 0 ? floorDivInt(a, b) : undefined;

/** `floordiv(p, d)`; a divisor 0 is left standing. */
export function divPoly(r: Reasoner, p: Poly, d: Poly, dtype: DType): Poly {
  const c = constValue(d);
  if (c === undefined) return divBySymbol(r, p, d, dtype).quotient();
  if (c === 0) return atomPoly(r.table.pair("floordiv", p, d, dtype));
  if (c < 0) return divPoly(r, neg(p), constPoly(negInt(c)), dtype);
  if (c === 1) return p;
  const { multiple, rest } = splitMultiple(p, c);
  return add(multiple, divRest(r, rest, c, dtype));
}

/** `floormod(p, d)` */
export function modPoly(r: Reasoner, p: Poly, d: Poly, dtype: DType): Poly {
  const c = constValue(d);
  if (c === undefined) return divBySymbol(r, p, d, dtype).remainder();
  if (c === 0) return atomPoly(r.table.pair("floormod", p, d, dtype));
  if (c < 0) return neg(modPoly(r, neg(p), constPoly(negInt(c)), dtype));
  if (c === 1) return zero;
  return modRest(r, splitMultiple(dropInnerMods(p, c), c).rest, c, dtype);
}

/** `p = c * multiple + rest` with coefficients of `rest` below `c` in size and its constant in `[0, c)`. */
function splitMultiple(p: Poly, c: Int): { multiple: Poly; rest: Poly } {
  let multiple = constPoly(floorDivInt(p.constant, c));
  let rest = constPoly(floorModInt(p.constant, c));
  const over: Term[] = [];
  const left: Term[] = [];
  for (const t of p.terms) {
    const remainder = truncModInt(t.coeff, c);
    const whole = floorDivInt(addInt(t.coeff, negInt(remainder)), c);
    if (whole !== 0) over.push({ ...t, coeff: whole });
    if (remainder !== 0) left.push({ ...t, coeff: remainder });
  }
  multiple = add(multiple, polyOf(over));
  rest = add(rest, polyOf(left));
  return { multiple, rest };
}

/** `k` with `k * c <= p < (k + 1) * c` for all values. */
function constantQuotient(r: Reasoner, p: Poly, c: Int): Int | undefined {
  if (isConst(p)) return floorDivInt(p.constant, c);
  const { min, max } = r.boundOf(p);
  if (Number.isFinite(Number(min)) && Number.isFinite(Number(max))) {
    const low = floorDivInt(min, c);
    if (low === floorDivInt(max, c)) return low;
  }
  if (p.terms.length > 1 && r.isNonNegative(p) && r.isNonNegative(addConst(neg(p), addInt(c, -1))))
    return 0;
  return undefined;
}

/** Splits `p = g * high + low` with `low` proved in `[0, g)`, for the largest divisor `g > 1` of `c` that works. */
function splitByDivisor(
  r: Reasoner,
  p: Poly,
  c: Int,
): { g: Int; high: Poly; low: Poly } | undefined {
  const divisors = new Set<Int>();
  for (const t of p.terms) divisors.add(gcdInt(t.coeff, c));
  for (const g of [...divisors].sort((a, b) => (a < b ? 1 : -1))) {
    if (g === 1) continue;
    const high = p.terms.filter((t) => truncModInt(t.coeff, g) === 0);
    const others = p.terms.filter((t) => truncModInt(t.coeff, g) !== 0);
    const low = polyOf(others, floorModInt(p.constant, g));
    if (!isConst(low) && constantQuotient(r, low, g) !== 0) continue;
    const top = polyOf(
      high.map((t) => ({ ...t, coeff: floorDivInt(t.coeff, g) })),
      floorDivInt(p.constant, g),
    );
    return { g, high: top, low };
  }
  return undefined;
}

function divRest(r: Reasoner, p: Poly, c: Int, dtype: DType): Poly {
  const k = constantQuotient(r, p, c);
  if (k !== undefined) return constPoly(k);
  const split = splitByDivisor(r, p, c);
  if (split) return divPoly(r, split.high, constPoly(floorDivInt(c, split.g)), dtype);
  const inner = loneQuotient(p);
  if (inner) {
    // floor((floor(x / c2) + s) / c) = floor((x + c2 * s) / (c2 * c))
    const c2 = constValue(inner.atom.b!)!;
    return divPoly(r, addScaled(inner.atom.a!, inner.rest, c2), constPoly(mulInt(c2, c)), dtype);
  }
  const atom = asAtom(p);
  if (atom?.kind === "floormod" && isMultipleOf(atom.b!, c)) {
    const m = floorDivInt(constValue(atom.b!)!, c);
    return modPoly(r, divPoly(r, atom.a!, constPoly(c), dtype), constPoly(m), dtype);
  }
  return atomPoly(r.table.pair("floordiv", p, constPoly(c), dtype));
}

/** The sum as one quotient by a positive constant (with coefficient 1) and a constant. */
function loneQuotient(p: Poly): { atom: Atom; rest: Poly } | undefined {
  const [term] = p.terms;
  if (p.terms.length !== 1 || term!.coeff !== 1 || term!.atoms.length !== 1) return undefined;
  const atom = term!.atoms[0]!;
  const c = atom.kind === "floordiv" ? constValue(atom.b!) : undefined;
  return c !== undefined && c > 0 ? { atom, rest: constPoly(p.constant) } : undefined;
}

const isMultipleOf = (p: Poly, c: Int): boolean => {
  const value = constValue(p);
  return value !== undefined && value > 0 && truncModInt(value, c) === 0;
};

function modRest(r: Reasoner, p: Poly, c: Int, dtype: DType): Poly {
  const k = constantQuotient(r, p, c);
  if (k !== undefined) return addConst(p, negInt(mulInt(k, c)));
  const split = splitByDivisor(r, p, c);
  if (split) {
    const high = modPoly(r, split.high, constPoly(floorDivInt(c, split.g)), dtype);
    return addScaled(split.low, high, split.g);
  }
  return atomPoly(r.table.pair("floormod", p, constPoly(c), dtype));
}

/** Replaces `x mod (c * m)` by `x`: the difference is a multiple of `c`. */
function dropInnerMods(p: Poly, c: Int): Poly {
  let result = p;
  for (const t of p.terms) {
    const [atom] = t.atoms;
    if (t.atoms.length === 1 && atom!.kind === "floormod" && isMultipleOf(atom!.b!, c)) {
      result = addScaled(
        addScaled(result, polyOf([{ ...t, coeff: 1 }]), negInt(t.coeff)),
        atom!.a!,
        t.coeff,
      );
    }
  }
  return result.key === p.key ? p : dropInnerMods(result, c);
}

/** Division by a polynomial that is not constant; valid wherever the divisor is not 0. */
function divBySymbol(r: Reasoner, p: Poly, d: Poly, dtype: DType) {
  const { multiple, rest } = splitBySymbol(p, d);
  const isSmall = isConst(rest)
    ? rest.constant === 0 || (rest.constant > 0 && r.isNonNegative(addConst(sub(d, rest), -1)))
    : r.isNonNegative(rest) && r.isNonNegative(addConst(sub(d, rest), -1));
  return {
    quotient: (): Poly =>
      isSmall ? multiple : add(multiple, atomPoly(r.table.pair("floordiv", rest, d, dtype))),
    remainder: (): Poly => (isSmall ? rest : atomPoly(r.table.pair("floormod", rest, d, dtype))),
  };
}

/** `p = d * multiple + rest`, by long division with the first term of `d`. */
function splitBySymbol(p: Poly, d: Poly): { multiple: Poly; rest: Poly } {
  let multiple = zero;
  let rest = p;
  const lead = d.terms[0]!;
  for (const t of p.terms) {
    const q = divideTerm(t, lead, exactDiv);
    const product = q && mul(q, d);
    if (!product) continue;
    const less = sub(rest, product);
    // A divisor of several terms must be used up whole, or the rest would only grow.
    if (less.terms.length > rest.terms.length - d.terms.length) continue;
    rest = less;
    multiple = add(multiple, q);
  }
  return { multiple, rest };
}

/** `min` or `max` of two polynomials; what both share is taken out. */
export function extremum(r: Reasoner, kind: "min" | "max", x: Poly, y: Poly, dtype: DType): Poly {
  const gap = sub(y, x);
  if (r.isNonNegative(gap)) return kind === "min" ? x : y;
  if (r.isNonNegative(neg(gap))) return kind === "min" ? y : x;
  const inY = new Map(y.terms.map((t) => [t.key, t.coeff]));
  const shared = polyOf(
    x.terms.filter((t) => inY.get(t.key) === t.coeff),
    isConst(x) || isConst(y) ? 0 : x.constant < y.constant ? x.constant : y.constant,
  );
  const [a, b] = [sub(x, shared), sub(y, shared)].sort(operandOrder) as [Poly, Poly];
  return add(shared, atomPoly(r.table.pair(kind, a, b, dtype)));
}

/** Constants last, otherwise by first atom. */
function operandOrder(x: Poly, y: Poly): number {
  if (isConst(x) !== isConst(y)) return isConst(x) ? 1 : -1;
  const first = (x.terms[0]?.atoms[0]?.id ?? 0) - (y.terms[0]?.atoms[0]?.id ?? 0);
  return first !== 0 ? first : x.key < y.key ? -1 : x.key > y.key ? 1 : 0;
}
