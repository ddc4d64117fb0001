/** Sums of two scaled integers in float32, as integers between limits. */
import { Analyzer } from "../../arith/index.js";
import { binary, cast, compare, intImm, select, type PrimExpr } from "../../ir/tir/expr.js";
import { float32, int32 } from "../../support/dtype.js";

/** `value * 2^exponent` in float32. */
interface Term {
  readonly value: PrimExpr;
  readonly exponent: number;
}

/** A sum or difference of terms. */
export interface FloatSum {
  readonly op: "add" | "sub";
  readonly terms: readonly [Term, Term];
}

/** Integers up to it are exact in float32. */
export const EXACT = 2 ** 24;
/** Of the ends of 32-bit integers, those from here on become the power of two. */
const LAST_BELOW = 2 ** 31 - 65;
/** Binary digits by which the scales of two terms may differ. */
const MOST_APART = 12;

/** Whether float32 holds all values of the integer. */
export function isExact(value: PrimExpr): boolean {
  const { min, max } = new Analyzer().constBound(value);
  return Number(min) >= -EXACT && Number(max) <= EXACT;
}

/** The expression as a sum of two integers that are scaled by powers of two. */
export function sumOf(e: PrimExpr): FloatSum | undefined {
  if (e.kind !== "tir.Binary" || (e.op !== "add" && e.op !== "sub")) return undefined;
  const [a, b] = [termOf(e.a), termOf(e.b)];
  return a && b && { op: e.op, terms: [a, b] };
}

function termOf(e: PrimExpr): Term | undefined {
  if (e.kind === "tir.Cast") return e.value.dtype === int32 ? { value: e.value, exponent: 0 } : undefined; // prettier-ignore
  if (e.kind !== "tir.Binary" || (e.op !== "mul" && e.op !== "div")) return undefined;
  const [by, of] = e.op === "mul" && e.a.kind === "tir.FloatImm" ? [e.a, e.b] : [e.b, e.a];
  const power = by.kind === "tir.FloatImm" ? Math.log2(by.value) : NaN;
  const term = Number.isInteger(power) ? termOf(of) : undefined;
  return term && { ...term, exponent: term.exponent + (e.op === "mul" ? power : -power) };
}

/** The power of two that the integers of a sum are in. */
export const unitOf = ({ terms: [a, b] }: FloatSum): number => Math.min(a.exponent, b.exponent);

/**
 * The sum in its unit, where it is between the limits, else the limit: from exact sums that wrap around, and from sums
 * of what is left without low digits, which say on which side they are. Undefined for scales that are far apart.
 *
 * Terms of float32 are off by at most 64, a half when the digits are dropped; so the second sums are less than 3 too
 * small or too large.
 */
export function clippedSum(sum: FloatSum, limit: number): PrimExpr | undefined {
  const unit = unitOf(sum);
  const up = sum.terms.map(({ exponent }) => exponent - unit);
  const down = 7 + Math.max(...up);
  if (down > 7 + MOST_APART) return undefined;
  const [a, b] = sum.terms.map(({ value }, k) =>
    up[k] === 0 ? nearest(value) : binary("mul", nearest(value), intImm(2 ** up[k]!)),
  );
  const [x, y] = sum.terms.map(({ value }, k) => binary("shr", value, intImm(down - up[k]!)));
  const exact = binary(sum.op, a!, b!);
  const coarse = binary(sum.op, x!, y!);
  const most = Math.ceil(limit / 2 ** down) + 3;
  const within = binary("max", binary("min", exact, intImm(limit)), intImm(-limit));
  const above = select(compare("lt", intImm(most), coarse), intImm(limit), within);
  return select(compare("lt", coarse, intImm(-most)), intImm(-limit), above);
}

/** The nearest integer that float32 holds, modulo 2^32. */
const nearest = (value: PrimExpr): PrimExpr =>
  isExact(value)
    ? value
    : select(
        compare("lt", intImm(LAST_BELOW), value),
        intImm(-(2 ** 31)),
        cast(cast(value, float32), int32),
      );
