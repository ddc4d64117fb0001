/**
 * Certificates for orientations: if the bytes on every way up are dominated by the bytes live at some point, then no
 * values of the symbols need more than the lower bound. One polynomial dominates another when each coefficient does,
 * or what is missing is made up for by a monomial that is known to be larger, such as `h // 2` for twice `h // 4`.
 */
import { Analyzer, poly as polyOps, type Atom, type Poly } from "../../arith/index.js";
import { substitute } from "../../ir/core/rewrite.js";
import { binary, intImm, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { Orientation } from "../../support/placement/orientation.js";
import type { Sections } from "../../support/placement/sections.js";
import type { SizeSymbol } from "../model.js";

/** Sizes between polynomials in whole quantities that are never negative. Coefficients by monomial, the constant first. */
export interface SizePolynomials {
  readonly lower: readonly Float64Array[];
  readonly upper: readonly Float64Array[];
  /** How often monomial m fits into monomial k, at all values: `fits[m][k]`; 0 when nothing is known. */
  readonly fits: readonly Float64Array[];
}

/** Ways up that are remembered for one buffer; more give up. */
const WAYS = 64;

/**
 * Polynomials for sizes that are rounded up to the alignment, over symbols counted from their lower ends: first the
 * rounded sizes themselves, where rounding is a quantity of its own; then bounds of them by monomials of the sizes.
 * Those are left out in which something could be negative or too large to be exact.
 */
export function sizePolynomials(
  sizes: readonly PrimExpr[],
  symbols: readonly SizeSymbol[],
  align: number,
): SizePolynomials[] {
  const analyzer = new Analyzer();
  const shift = new Map<Var, PrimExpr>();
  for (const { variable, lower = 0, upper } of symbols) {
    const high = upper === undefined ? undefined : polyOps.constPoly(upper - lower);
    analyzer.bindInterval(variable, polyOps.zero, high);
    if (lower !== 0) shift.set(variable, binary("add", variable, intImm(lower, variable.dtype)));
  }
  const shifted = each(sizes, (size) => (shift.size === 0 ? size : substitute(size, shift)));
  const rounded = coefficientsOf(
    analyzer,
    each(shifted, (size) => roundedUp(size, align)),
  );
  const plain = align === 1 ? undefined : coefficientsOf(analyzer, shifted);
  const found: SizePolynomials[] = [];
  if (rounded !== undefined) {
    found.push({ lower: rounded.rows, upper: rounded.rows, fits: rounded.fits });
  }
  if (plain !== undefined) {
    // Rounding a sum up gives no more than rounding up what each unit of its monomials takes.
    const upper = plain.rows.map((row) => row.map((c) => Math.ceil(c / align) * align));
    found.push({ lower: plain.rows, upper, fits: plain.fits });
  }
  return found;
}

/** Applies a function to expressions, once to each that comes several times. */
function each(list: readonly PrimExpr[], apply: (e: PrimExpr) => PrimExpr): PrimExpr[] {
  const known = new Map<PrimExpr, PrimExpr>();
  return list.map((e) => {
    const made = known.get(e) ?? apply(e);
    known.set(e, made);
    return made;
  });
}

function coefficientsOf(
  analyzer: Analyzer,
  sizes: readonly PrimExpr[],
): { readonly rows: Float64Array[]; readonly fits: Float64Array[] } | undefined {
  const monomials = new Map<string, number>();
  const factors: (readonly Atom[])[] = [[]];
  const known = new Map<PrimExpr, Poly>();
  const polys = sizes.map((size) => {
    const poly = known.get(size) ?? analyzer.poly(size);
    known.set(size, poly);
    return poly;
  });
  for (const { terms } of polys) {
    for (const term of terms) {
      if (term.atoms.some((atom) => !(analyzer.boundOfAtom(atom).min >= 0))) return undefined;
      if (!monomials.has(term.key)) monomials.set(term.key, factors.push(term.atoms) - 1);
    }
  }
  const rows = polys.map((poly) => {
    const row = new Float64Array(factors.length);
    row[0] = Number(poly.constant);
    for (const term of poly.terms) row[monomials.get(term.key)!] = Number(term.coeff);
    return row;
  });
  const exact = rows.every((row) => row.every((c) => Math.abs(c) < 2 ** 40));
  return exact ? { rows, fits: monomialFits(factors) } : undefined;
}

/** `ceil(size / align) * align`; the analyser drops it when the size is a multiple. */
function roundedUp(size: PrimExpr, align: number): PrimExpr {
  if (align === 1) return size;
  const step = intImm(align, size.dtype);
  const more = binary("add", size, intImm(align - 1, size.dtype));
  return binary("mul", binary("floordiv", more, step), step);
}

/** Number of monomials above which they are not compared with each other. */
const COMPARED = 40;

function monomialFits(factors: readonly (readonly Atom[])[]): Float64Array[] {
  return factors.map((small) =>
    Float64Array.from(factors, (large) =>
      factors.length > COMPARED ? 0 : productFits(small, large),
    ),
  );
}

/**
 * How often `a` fits into `b`, both whole and not negative: `x // 8` goes twice into `(x + c) // 4`, eight times into
 * `x`; `(x + 7) // 8` once into `x`.
 */
function atomFits(a: Atom, b: Atom): number {
  if (a.id === b.id) return 1;
  const divisor = divisorOf(a);
  if (divisor === undefined) return 0;
  const other = divisorOf(b);
  const numerator = other === undefined ? polyOps.atomPoly(b) : b.a!;
  const more = Number(polyOps.constValue(polyOps.sub(numerator, a.a!)) ?? NaN);
  if (other !== undefined) return more >= 0 && divisor % other === 0 ? divisor / other : 0;
  if (more >= 0) return divisor;
  return more > -divisor ? 1 : 0;
}

/** What a quotient is divided by, if that is a number. */
function divisorOf({ kind, b }: Atom): number | undefined {
  const value = kind === "floordiv" ? Number(polyOps.constValue(b!) ?? 0) : 0;
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** The best way to match the factors of two products of the same length. */
function productFits(small: readonly Atom[], large: readonly Atom[]): number {
  if (small.length !== large.length || small.length === 0) return 0;
  const used = new Set<number>();
  const match = (i: number): number => {
    if (i === small.length) return 1;
    let best = 0;
    for (const [j, atom] of large.entries()) {
      if (used.has(j)) continue;
      const times = atomFits(small[i]!, atom);
      if (times === 0) continue;
      used.add(j);
      best = Math.max(best, times * match(i + 1));
      used.delete(j);
    }
    return best;
  };
  return small.length > 5 ? 0 : match(0);
}

/** Whether the orientation needs no more than the lower bound at all values of the symbols. */
export function isDominated(
  orientation: Orientation,
  sections: Sections,
  { lower, upper, fits }: SizePolynomials,
): boolean {
  const covers = (a: Float64Array, b: Float64Array): boolean => dominates(a, b, fits);
  const live = maximal(liveTotals(sections, lower), covers);
  const ways: Float64Array[][] = [];
  const { order, row, below } = orientation;
  for (let k = 0; k < order.length; k++) {
    const b = order[k]!;
    const size = upper[b]!;
    const under: Float64Array[] = [];
    for (let i = row[k]!; i < row[k + 1]!; i++) under.push(...ways[below[i]!]!);
    const best = maximal(under, covers);
    if (best.length > WAYS) return false;
    const up = best.length === 0 ? [size] : best.map((way) => way.map((c, m) => c + size[m]!));
    if (!up.every((way) => live.some((total) => covers(total, way)))) return false;
    ways[b] = up;
  }
  return true;
}

/** Bytes live in each section. */
function liveTotals(
  { count, first, end }: Sections,
  coefficients: readonly Float64Array[],
): Float64Array[] {
  const width = coefficients[0]?.length ?? 1;
  const totals = Array.from({ length: count }, () => new Float64Array(width));
  coefficients.forEach((size, b) => {
    for (let s = first[b]!; s < end[b]!; s++) {
      const total = totals[s]!;
      for (let m = 0; m < width; m++) total[m]! += size[m]!;
    }
  });
  return totals;
}

/** Those that no other covers; of equal ones the first. */
function maximal(
  rows: readonly Float64Array[],
  covers: (a: Float64Array, b: Float64Array) => boolean,
): Float64Array[] {
  const kept: Float64Array[] = [];
  for (const row of rows) {
    if (kept.some((other) => covers(other, row))) continue;
    const still = kept.filter((other) => !covers(row, other));
    still.push(row);
    kept.splice(0, kept.length, ...still);
  }
  return kept;
}

/** Whether polynomial `a` is proved to be at least `b`: what `b` has more of goes into what `a` has to spare. */
function dominates(a: Float64Array, b: Float64Array, fits: readonly Float64Array[]): boolean {
  let spare: Float64Array | undefined;
  for (let m = 0; m < a.length; m++) {
    let missing = b[m]! - a[m]!;
    if (missing <= 0) continue;
    spare ??= a.map((c, k) => Math.max(0, c - b[k]!));
    for (let k = 0; k < a.length && missing > 0; k++) {
      const times = fits[m]![k]!;
      if (times === 0 || spare[k] === 0) continue;
      const taken = Math.min(spare[k]!, Math.ceil(missing / times));
      spare[k]! -= taken;
      missing -= taken * times;
    }
    if (missing > 0) return false;
  }
  return true;
}
