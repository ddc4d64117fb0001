/**
 * Certificates for orientations: if the bytes on every way up are dominated, coefficient by coefficient, by the bytes
 * live at some point, then no values of the symbols need more than the lower bound.
 */
import { Analyzer, type Poly } from "../../arith/index.js";
import { substitute } from "../../ir/core/rewrite.js";
import { binary, intImm, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { Orientation } from "../../support/placement/orientation.js";
import type { Sections } from "../../support/placement/sections.js";
import { poly as polyOps } from "../../arith/index.js";
import type { SizeSymbol } from "../model.js";

/** Sizes as polynomials in quantities that are never negative: coefficients by monomial, the constant first. */
export interface SizePolynomials {
  readonly coefficients: readonly Float64Array[];
}

/** Ways up that are remembered for one buffer; more give up. */
const WAYS = 64;

/**
 * Sizes, rounded up to the alignment, over symbols counted from their lower ends; none when something in them could be
 * negative or too large to be exact.
 */
export function sizePolynomials(
  sizes: readonly PrimExpr[],
  symbols: readonly SizeSymbol[],
  align: number,
): SizePolynomials | undefined {
  const analyzer = new Analyzer();
  const shift = new Map<Var, PrimExpr>();
  for (const { variable, lower = 0, upper } of symbols) {
    const high = upper === undefined ? undefined : polyOps.constPoly(upper - lower);
    analyzer.bindInterval(variable, polyOps.zero, high);
    if (lower !== 0) shift.set(variable, binary("add", variable, intImm(lower, variable.dtype)));
  }
  const monomials = new Map<string, number>();
  const polys: Poly[] = [];
  for (const size of sizes) {
    const shifted = shift.size === 0 ? size : substitute(size, shift);
    const poly = analyzer.poly(roundedUp(shifted, align));
    for (const term of poly.terms) {
      if (term.atoms.some((atom) => !(analyzer.boundOfAtom(atom).min >= 0))) return undefined;
      if (!monomials.has(term.key)) monomials.set(term.key, monomials.size + 1);
    }
    polys.push(poly);
  }
  const coefficients = polys.map((poly) => {
    const row = new Float64Array(monomials.size + 1);
    row[0] = Number(poly.constant);
    for (const term of poly.terms) row[monomials.get(term.key)!] = Number(term.coeff);
    return row;
  });
  const exact = coefficients.every((row) => row.every((c) => Math.abs(c) < 2 ** 40));
  return exact ? { coefficients } : undefined;
}

/** `ceil(size / align) * align`; the analyser drops it when the size is a multiple. */
function roundedUp(size: PrimExpr, align: number): PrimExpr {
  if (align === 1) return size;
  const step = intImm(align, size.dtype);
  const more = binary("add", size, intImm(align - 1, size.dtype));
  return binary("mul", binary("floordiv", more, step), step);
}

/** Whether the orientation needs no more than `ratio` times the lower bound at all values of the symbols. */
export function isDominated(
  orientation: Orientation,
  sections: Sections,
  { coefficients }: SizePolynomials,
  ratio = 1,
): boolean {
  const live = maximal(liveTotals(sections, coefficients)).map((row) => row.map((c) => c * ratio));
  const ways: Float64Array[][] = [];
  const { order, row, below } = orientation;
  for (let k = 0; k < order.length; k++) {
    const b = order[k]!;
    const size = coefficients[b]!;
    const under: Float64Array[] = [];
    for (let i = row[k]!; i < row[k + 1]!; i++) under.push(...ways[below[i]!]!);
    const best = maximal(under);
    if (best.length > WAYS) return false;
    const up = best.length === 0 ? [size] : best.map((way) => way.map((c, m) => c + size[m]!));
    if (!up.every((way) => live.some((total) => dominates(total, way)))) return false;
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

/** Those that no other dominates; of equal ones the first. */
function maximal(rows: readonly Float64Array[]): Float64Array[] {
  const kept: Float64Array[] = [];
  for (const row of rows) {
    if (kept.some((other) => dominates(other, row))) continue;
    const still = kept.filter((other) => !dominates(row, other));
    still.push(row);
    kept.splice(0, kept.length, ...still);
  }
  return kept;
}

function dominates(a: Float64Array, b: Float64Array): boolean {
  for (let m = 0; m < a.length; m++) if (b[m]! > a[m]!) return false;
  return true;
}
