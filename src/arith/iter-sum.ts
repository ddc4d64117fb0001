/** Terms of quasi-affine iterator maps. */
import { add, addConst, atomPoly, constPoly, mul, one, sub, type Poly } from "./poly.js";
import type { Var } from "../ir/tir/expr.js";
import type { Analyzer } from "./analyzer.js";
import { divPoly, modPoly } from "./divide.js";
import type { DType } from "../support/dtype.js";

/** A whole iterator: a loop variable counted from 0, or splits fused into one. */
export interface IterMark {
  readonly source: Var | IterSum;
  readonly extent: Poly;
  /** Equal for equal marks. */
  readonly key: string;
}

/** `scale * ((mark // lower) % extent)` */
export interface IterSplit {
  readonly mark: IterMark;
  readonly lower: Poly;
  readonly extent: Poly;
  readonly scale: Poly;
}

/** Sum of splits and a base without iterators. */
export interface IterSum {
  readonly kind: "sum";
  readonly args: readonly IterSplit[];
  readonly base: Poly;
}

export const sumOf = (args: readonly IterSplit[], base: Poly): IterSum => ({
  kind: "sum",
  args,
  base,
});

/** Names the part of the mark, without scale. */
export const splitKey = (s: IterSplit): string => `${s.mark.key}/${s.lower.key}%${s.extent.key}`;
const sumKey = (s: IterSum): string =>
  `${s.args.map((a) => `${a.scale.key}*${splitKey(a)}`).join("+")}+${s.base.key}`;

export const varMark = (analyzer: Analyzer, v: Var, extent: Poly): IterMark => ({
  source: v,
  extent,
  key: `v${analyzer.table.identity(v)}`,
});
export const fusedMark = (source: IterSum, extent: Poly): IterMark => ({
  source,
  extent,
  key: `(${sumKey(source)}:${extent.key})`,
});
export const wholeMark = (mark: IterMark, scale: Poly = one): IterSplit => ({
  mark,
  lower: one,
  extent: mark.extent,
  scale,
});

/** Adds a split; one of the same part is joined with it, and vanishes when the scales cancel. */
export function addSplit(args: readonly IterSplit[], s: IterSplit): IterSplit[] {
  const key = splitKey(s);
  const at = args.findIndex((a) => splitKey(a) === key);
  if (at < 0) return [...args, s];
  const scale = add(args[at]!.scale, s.scale);
  const rest = args.filter((_, i) => i !== at);
  return scale.key === constPoly(0).key
    ? rest
    : [...rest.slice(0, at), { ...s, scale }, ...rest.slice(at)];
}

/** What turns terms back into polynomials; loop variables count from their minimum. */
export interface IterValues {
  readonly analyzer: Analyzer;
  readonly dtype: DType;
  readonly minOf: (v: Var) => Poly;
}

export function sumPoly(values: IterValues, s: IterSum): Poly {
  return s.args.reduce((p, a) => add(p, splitPoly(values, a)), s.base);
}

export function markPoly(values: IterValues, { source }: IterMark): Poly {
  if (source.kind === "sum") return sumPoly(values, source);
  return sub(atomPoly(values.analyzer.table.variable(source)), values.minOf(source));
}

export function splitPoly(values: IterValues, s: IterSplit): Poly {
  const { analyzer, dtype } = values;
  const quotient = divPoly(analyzer, markPoly(values, s.mark), s.lower, dtype);
  const reach = mul(s.lower, s.extent);
  const isTop = reach !== undefined && analyzer.isNonNegative(sub(reach, s.mark.extent));
  const part = isTop ? quotient : modPoly(analyzer, quotient, s.extent, dtype);
  return mul(part, s.scale) ?? part;
}

/** Largest value of a split with scale 1. */
export const lastOf = (s: IterSplit): Poly => addConst(s.extent, -1);
