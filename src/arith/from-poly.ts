/** Polynomials as expressions, remainders put together again where that is shorter. */
import { binary, cast, ifThenElse, intImm, type PrimExpr } from "../ir/tir/expr.js";
import type { DType } from "../support/dtype.js";
import { negInt, truncModInt, floorDivInt } from "../support/int.js";
import {
  addScaled,
  asAtom,
  constPoly,
  constValue,
  divideTerm,
  isConst,
  mul,
  termPoly,
  type Atom,
  type Poly,
  type Term,
} from "./poly.js";
import { divPoly, modPoly, type Reasoner } from "./divide.js";
import { widthBound } from "./bound.js";

/** The expression of a polynomial; undefined when a constant does not fit the type. */
export function fromPoly(r: Reasoner, p: Poly, dtype: DType): PrimExpr | undefined {
  try {
    return build(r, p, dtype);
  } catch (error) {
    if (error === tooWide) return undefined;
    throw error;
  }
}

const tooWide = new Error("a constant does not fit its type");

function literal(value: Poly["constant"], dtype: DType): PrimExpr {
  // What is a number and not a bigint fits 64 bits.
  if (typeof value === "bigint" || dtype.bits < 64) {
    const { min, max } = widthBound(true, dtype.bits);
    if (value < min || value > max) throw tooWide;
  }
  return intImm(value, dtype);
}

function build(r: Reasoner, raw: Poly, dtype: DType): PrimExpr {
  const p = withRemainders(r, raw, dtype);
  if (isConst(p)) return literal(p.constant, dtype);
  const positive = p.terms.filter((t) => t.coeff > 0);
  const negative = p.terms.filter((t) => t.coeff < 0);
  let sum: PrimExpr | undefined;
  for (const t of positive) {
    const e = product(r, t, dtype);
    sum = sum ? binary("add", sum, e) : e;
  }
  const c = p.constant;
  if (c > 0 || (sum === undefined && negative.length > 0)) {
    sum = sum ? binary("add", sum, literal(c, dtype)) : literal(c, dtype);
  }
  for (const t of negative)
    sum = binary("sub", sum!, product(r, { ...t, coeff: negInt(t.coeff) }, dtype));
  return c < 0 && positive.length > 0 ? binary("sub", sum!, literal(negInt(c), dtype)) : sum!;
}

/** A term with a positive coefficient. */
function product(r: Reasoner, t: Term, dtype: DType): PrimExpr {
  let result: PrimExpr | undefined;
  for (const atom of t.atoms) {
    const e = atomExpr(r, atom, dtype);
    result = result ? binary("mul", result, e) : e;
  }
  return t.coeff === 1 ? result! : binary("mul", result!, literal(t.coeff, dtype));
}

function atomExpr(r: Reasoner, atom: Atom, dtype: DType): PrimExpr {
  const typed = (e: PrimExpr): PrimExpr => (e.dtype === dtype ? e : cast(e, dtype));
  switch (atom.kind) {
    case "var":
    case "opaque":
      return typed(atom.expr!);
    case "choice":
      return ifThenElse(atom.expr!, build(r, atom.a!, dtype), build(r, atom.b!, dtype));
    default: {
      // Operands that a narrower type may not hold keep theirs: what is left of them is made narrow.
      const isNarrow = dtype.bits < atom.dtype.bits && !(fits(r, atom.a!, dtype) && fits(r, atom.b!, dtype)); // prettier-ignore
      const type = isNarrow ? atom.dtype : dtype;
      return typed(binary(atom.kind, build(r, atom.a!, type), build(r, atom.b!, type)));
    }
  }
}

/** Whether all values of a polynomial are values of the type. */
function fits(r: Reasoner, p: Poly, { bits }: DType): boolean {
  const { min, max } = widthBound(true, bits);
  const bound = r.boundOf(p);
  return bound.min >= min && bound.max <= max;
}

const cost = (p: Poly): number =>
  p.terms.reduce(
    (sum, t) => sum + 2 + t.atoms.reduce((n, a) => n + atomCost(a), 0) + (t.coeff === 1 ? 0 : 1),
    0,
  ) + (p.constant === 0 ? 0 : 1);
const atomCost = (a: Atom): number => (a.a && a.b ? 1 + cost(a.a) + cost(a.b) : 1);

/** Applies `x - c * (x // c) = x % c` and `c * (x // c) + x % c = x` wherever the sum gets shorter. */
export function withRemainders(r: Reasoner, p: Poly, dtype: DType): Poly {
  let best = p;
  for (let round = 0; round < 8; round++) {
    let improved: Poly | undefined;
    for (const candidate of candidates(r, best, dtype)) {
      if (cost(candidate) < cost(improved ?? best)) improved = candidate;
    }
    if (!improved) return best;
    best = improved;
  }
  return best;
}

function* candidates(r: Reasoner, p: Poly, dtype: DType): Iterable<Poly> {
  for (const t of p.terms) {
    for (const atom of t.atoms) {
      if (atom.kind !== "floordiv" && atom.kind !== "floormod") continue;
      const others = divideTerm({ ...t, coeff: 1 }, { coeff: 1, atoms: [atom], key: "" }, () => 1);
      const c = constValue(atom.b!);
      if (!others || c === 0) continue;
      const replaced =
        atom.kind === "floormod"
          ? joinRemainder(r, p, t, atom, others, dtype)
          : makeRemainder(r, p, t, atom, others, dtype);
      if (replaced) yield replaced;
    }
  }
}

/** `s * (x % d)` as `s * x - s * d * (x // d)` */
function joinRemainder(
  r: Reasoner,
  p: Poly,
  t: Term,
  atom: Atom,
  others: Poly,
  dtype: DType,
): Poly | undefined {
  const whole = mul(divPoly(r, atom.a!, atom.b!, atom.dtype), atom.b!);
  const x = whole && mul(addScaled(atom.a!, whole, -1), others);
  return x && addScaled(addScaled(p, termPoly(1, t.atoms), negInt(t.coeff)), x, t.coeff);
}

/** `-s * c * (x // c)` as `s * (x % c) - s * x` */
function makeRemainder(
  r: Reasoner,
  p: Poly,
  t: Term,
  atom: Atom,
  others: Poly,
  dtype: DType,
): Poly | undefined {
  const c = constValue(atom.b!);
  if (c === undefined || c < 0 || truncModInt(t.coeff, c) !== 0) return undefined;
  const s = negInt(floorDivInt(t.coeff, c));
  const remainder = modPoly(r, atom.a!, constPoly(c), dtype);
  const change = mul(addScaled(remainder, atom.a!, -1), others);
  return change && addScaled(addScaled(p, termPoly(1, t.atoms), negInt(t.coeff)), change, s);
}

/** The single variable or other atom that a polynomial is, as an expression. */
export const soleAtom = (p: Poly): PrimExpr | undefined => asAtom(p)?.expr;
