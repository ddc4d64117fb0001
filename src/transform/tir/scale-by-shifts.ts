import { Analyzer } from "../../arith/index.js";
import { structuralEqual } from "../../ir/core/equal.js";
import { rewrite } from "../../ir/core/rewrite.js";
import { binary, cast, intImm, type Call, type Cast, type PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { float32, int32, isInteger, type DType } from "../../support/dtype.js";
import type { Span } from "../../support/source.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { clippedSum, EXACT, isExact, sumOf, unitOf } from "./clipped-sum.js";

/**
 * Precondition: none. Result: where integers are scaled in float32 by powers of two, added, clipped, rounded and become
 * integers again, integer arithmetic does that: `T.Cast("int8", T.min(T.nearbyint(T.Cast("float32", x) * 0.25), 127.0))`
 * shifts `x` by two. Sound because only those are rewritten whose float32 values are all exact: they are integers below
 * 2^24 times a power of two. An integer that may be larger, or a sum of two such, is clipped first, if beyond that the
 * result is one number.
 */
export const scaleByShifts = definePass({
  name: "scale-by-shifts",
  dialect: "tir",
  summary: "Computes float32 rescales of integers by integers where that is the same.",
  options: {},
  run: (module) => mapPrimFuncs(module, rescaled),
});

/** Shifts of 32-bit integers that are taken. */
const MOST_SHIFT = 24;
/** Limits to which an integer of any size is clipped are powers of two; the first that will do is taken. */
const LIMITS = Array.from({ length: 16 }, (_, k) => 2 ** (k + 8));

/** A float32 expression whose values are `whole * 2^exponent`. */
interface Scaled {
  readonly whole: PrimExpr;
  readonly exponent: number;
  /** Limits of the value. */
  readonly low: number;
  readonly high: number;
}

/** A float32 expression whose values float32 may not hold, and the range in which they are looked at. */
interface Wide {
  readonly at: PrimExpr;
  readonly value: Scaled;
}

const rescaled = (func: PrimFunc): PrimFunc =>
  rewrite(func, (n) =>
    n.kind === "tir.Cast" && isNarrow(n.dtype) && n.value.dtype === float32 ? (wholeOf(n) ?? n) : n,
  );

const isNarrow = (type: DType): boolean => isInteger(type) && type.bits <= 32 && type.lanes === 1;

const as = (type: DType, value: PrimExpr, span?: Span): PrimExpr =>
  value.dtype === type ? value : cast(value, type, span);

/** The cast in integer arithmetic; undefined where that may differ. */
function wholeOf(e: Cast): PrimExpr | undefined {
  const bits = e.dtype.code === "int" ? e.dtype.bits - 1 : e.dtype.bits;
  const low = e.dtype.code === "int" ? -(2 ** bits) : 0;
  const fits = (s: Scaled): boolean => s.exponent === 0 && s.low >= low && s.high < 2 ** bits;
  const finish = (s: Scaled | undefined): PrimExpr | undefined =>
    s !== undefined && fits(s) ? as(e.dtype, s.whole, e.span) : undefined;
  const wide = wideIn(e.value);
  if (wide.length === 0) return finish(new Rescaler(undefined).scaled(e.value));
  const at = wide.length === 1 ? wide[0] : sumIn(e.value, wide.length);
  if (at === undefined) return undefined;
  for (const limit of LIMITS) {
    const value = clipped(at, limit);
    if (value === undefined) return undefined;
    const within = (low: number, high: number): Scaled | undefined =>
      new Rescaler({ at, value: { ...value, low, high } }).scaled(e.value);
    const made = finish(within(value.low, value.high));
    if (made === undefined) continue;
    const isOne = (s: Scaled | undefined): boolean => s !== undefined && s.low === s.high;
    if (isOne(within(value.high, Infinity)) && isOne(within(-Infinity, value.low))) return made;
  }
  return undefined;
}

/** The conversions of integers of any size in an expression, without what it does not compute with. */
function wideIn(e: PrimExpr): PrimExpr[] {
  if (e.kind === "tir.Cast") return !isNarrow(e.value.dtype) || isExact(e.value) ? [] : [e];
  const found: PrimExpr[] = [];
  for (const w of partsOf(e).flatMap(wideIn))
    if (!found.some((f) => structuralEqual(f, w, { mapFreeVars: false }))) found.push(w);
  return found;
}

const partsOf = (e: PrimExpr): PrimExpr[] =>
  e.kind === "tir.Binary" ? [e.a, e.b] : e.kind === "tir.Call" ? operands(e) : [];

/** The sum of two terms that has all the conversions of an expression, of which there are so many. */
function sumIn(e: PrimExpr, count: number): PrimExpr | undefined {
  if (sumOf(e) !== undefined) return wideIn(e).length === count ? e : undefined;
  const found = partsOf(e).filter((part) => wideIn(part).length > 0);
  return found.length === 1 ? sumIn(found[0]!, count) : undefined;
}

/** A conversion of an integer, or a sum of two, where it is between limits, else the limit. */
function clipped(e: PrimExpr, limit: number): Scaled | undefined {
  if (e.kind === "tir.Cast") {
    if (e.value.dtype !== int32) return undefined;
    const value = binary("max", binary("min", e.value, intImm(limit)), intImm(-limit));
    return { whole: value, exponent: 0, low: -limit, high: limit };
  }
  const sum = sumOf(e);
  const value = sum && clippedSum(sum, limit);
  if (sum === undefined || value === undefined) return undefined;
  const high = limit * 2 ** unitOf(sum);
  return { whole: value, exponent: unitOf(sum), low: -high, high };
}

class Rescaler {
  constructor(private readonly wide: Wide | undefined) {}

  /** The expression in parts, if all its values are exact. */
  scaled(e: PrimExpr): Scaled | undefined {
    const found = this.parts(e);
    if (found === undefined || Math.abs(found.exponent) > 64) return undefined;
    const most = Math.max(...[found.low, found.high].filter(Number.isFinite).map(Math.abs));
    return most <= EXACT * 2 ** found.exponent ? found : undefined;
  }

  private parts(e: PrimExpr): Scaled | undefined {
    if (this.wide !== undefined && structuralEqual(e, this.wide.at, { mapFreeVars: false }))
      return this.wide.value;
    switch (e.kind) {
      case "tir.FloatImm":
        return constant(e.value);
      case "tir.Cast":
        return isNarrow(e.value.dtype) && isExact(e.value) ? whole(e.value) : undefined;
      case "tir.Call":
        return e.op === "nearbyint" ? rounded(this.scaled(operands(e)[0]!)) : undefined;
      case "tir.Binary":
        return this.binary(e.op, this.scaled(e.a), this.scaled(e.b));
      default:
        return undefined;
    }
  }

  private binary(op: string, a: Scaled | undefined, b: Scaled | undefined): Scaled | undefined {
    if (a === undefined || b === undefined) return undefined;
    switch (op) {
      case "mul":
        return isConstant(b) ? times(a, b) : isConstant(a) ? times(b, a) : undefined;
      case "div":
        return isConstant(b) && Math.abs(wholeValue(b)) === 1
          ? times(a, { ...b, exponent: -b.exponent })
          : undefined;
      case "add":
      case "sub": {
        const [x, y, exponent] = aligned(a, b) ?? [];
        if (x === undefined || y === undefined) return undefined;
        const [low, high] = op === "add" ? [a.low + b.low, a.high + b.high] : [a.low - b.high, a.high - b.low]; // prettier-ignore
        const whole = isZero(b) ? x : binary(op, x, y);
        return { whole, exponent: exponent!, low, high };
      }
      case "min":
      case "max": {
        if (a.low >= b.high) return op === "min" ? b : a;
        if (a.high <= b.low) return op === "min" ? a : b;
        const pick = op === "min" ? Math.min : Math.max;
        const [low, high] = [pick(a.low, b.low), pick(a.high, b.high)];
        const [x, y, exponent] = aligned(a, b) ?? [];
        if (x === undefined || y === undefined) return undefined;
        return { whole: binary(op, x, y), exponent: exponent!, low, high };
      }
      default:
        return undefined;
    }
  }
}

const operands = ({ args }: Call): PrimExpr[] => args as PrimExpr[];

const isConstant = (s: Scaled): boolean => s.whole.kind === "tir.IntImm";
const wholeValue = ({ whole }: Scaled): number => (whole.kind === "tir.IntImm" ? Number(whole.value) : NaN); // prettier-ignore
const isZero = (s: Scaled): boolean => isConstant(s) && wholeValue(s) === 0;

/** An integer that float32 holds. */
function whole(value: PrimExpr): Scaled {
  const { min, max } = new Analyzer().constBound(value);
  return { whole: as(int32, value), exponent: 0, low: Number(min), high: Number(max) };
}

/** A number as an odd integer times a power of two. */
function constant(value: number): Scaled | undefined {
  if (!Number.isFinite(value)) return undefined;
  let [whole, exponent] = [value, 0];
  while (whole !== 0 && whole % 2 === 0) [whole, exponent] = [whole / 2, exponent + 1];
  while (!Number.isInteger(whole)) [whole, exponent] = [whole * 2, exponent - 1];
  return Math.abs(whole) > EXACT ? undefined : { whole: intImm(whole), exponent, low: value, high: value }; // prettier-ignore
}

/** A product with a constant. */
function times(a: Scaled, c: Scaled): Scaled {
  const factor = wholeValue(c);
  const scale = factor * 2 ** c.exponent;
  const ends = factor === 0 ? [0, 0] : [a.low * scale, a.high * scale];
  const whole = factor === 1 ? a.whole : isConstant(a) ? intImm(wholeValue(a) * factor) : binary("mul", a.whole, intImm(factor)); // prettier-ignore
  const exponent = a.exponent + c.exponent;
  return { whole, exponent, low: Math.min(...ends), high: Math.max(...ends) };
}

/** Both over the smaller power of two. */
function aligned(a: Scaled, b: Scaled): [PrimExpr, PrimExpr, number] | undefined {
  const exponent = isZero(a) ? b.exponent : isZero(b) ? a.exponent : Math.min(a.exponent, b.exponent); // prettier-ignore
  const x = over(a, exponent);
  const y = over(b, exponent);
  return x && y && [x, y, exponent];
}

function over(s: Scaled, exponent: number): PrimExpr | undefined {
  if (isZero(s) || s.exponent === exponent) return s.whole;
  const by = s.exponent - exponent;
  const most = Math.max(...[s.low, s.high].filter(Number.isFinite).map(Math.abs));
  if (by > MOST_SHIFT || most > EXACT * 2 ** exponent) return undefined;
  if (isConstant(s)) return intImm(wholeValue(s) * 2 ** by);
  return binary("mul", s.whole, intImm(2 ** by));
}

/** To the nearest integer, halves to even. */
function rounded(s: Scaled | undefined): Scaled | undefined {
  if (s === undefined) return undefined;
  if (s.exponent >= 0) {
    const whole = over(s, 0);
    return whole && { ...s, whole, exponent: 0 };
  }
  const by = -s.exponent;
  if (by > MOST_SHIFT) return undefined;
  const isOdd = binary("bitand", binary("shr", s.whole, intImm(by)), intImm(1));
  const half = by === 1 ? s.whole : binary("add", s.whole, intImm(2 ** (by - 1) - 1));
  const whole = binary("shr", binary("add", half, isOdd), intImm(by));
  return { whole, exponent: 0, low: halfEven(s.low), high: halfEven(s.high) };
}

function halfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}
