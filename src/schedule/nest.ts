/** Nests of fresh loops around a block, each axis over a part of its domain. */
import { evalSet, isProvedInside, rangeOfSet, setOfRange, type Analyzer, type IntSet } from "../arith/index.js"; // prettier-ignore
import { substitute } from "../ir/core/rewrite.js";
import { range, type Buffer, type BufferRegion, type Range } from "../ir/tir/buffer.js";
import {
  binary, boolImm, cast, compare, intImm, load, logic, makeVar, type PrimExpr, type Var,
} from "../ir/tir/expr.js"; // prettier-ignore
import {
  block, forLoop, iterVar, store, type Block, type IterVar, type Stmt,
} from "../ir/tir/stmt.js"; // prettier-ignore
import type { DType } from "../support/dtype.js";

/** The part of an axis that a nest runs over, and on which ends values must be tested against the domain. */
export interface Part {
  readonly over: Range;
  readonly testLow: boolean;
  readonly testHigh: boolean;
}

/** The whole domain. */
export const wholePart = (dom: Range): Part => ({ over: dom, testLow: false, testHigh: false });

/** The part of a domain that holds a set: the set where it is smaller, tested where it may stick out. */
export function partOf(analyzer: Analyzer, set: IntSet, dom: Range): Part {
  const whole = setOfRange(analyzer, dom);
  if (isProvedInside(analyzer, whole, set)) return wholePart(dom);
  const over = rangeOfSet(analyzer, set, dom.min.dtype);
  if (over === undefined) return wholePart(dom);
  const isInside = (low: IntSet["min"], high: IntSet["max"]): boolean =>
    isProvedInside(analyzer, { min: low, max: high }, whole);
  return {
    over,
    testLow: !isInside(set.min, whole.max),
    testHigh: !isInside(whole.min, set.max),
  };
}

/** An integer expression in another integer type. */
export function inType(e: PrimExpr, dtype: DType): PrimExpr {
  if (e.dtype === dtype) return e;
  return e.kind === "tir.IntImm" ? intImm(e.value, dtype, e.span) : cast(e, dtype, e.span);
}

export const isZero = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 0;
export const isOne = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 1;
export const isTrue = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value !== 0;

/** `a and b`, without what is always true. */
export const both = (a: PrimExpr, b: PrimExpr): PrimExpr =>
  isTrue(a) ? b : isTrue(b) ? a : logic("and", a, b);

/** The conjunction of all. */
export const allOf = (conds: readonly PrimExpr[]): PrimExpr =>
  conds.reduce<PrimExpr>(both, boolImm(true));

/** The conditions that are joined by `and`. */
export const conjuncts = (e: PrimExpr): readonly PrimExpr[] =>
  e.kind === "tir.Logic" && e.op === "and"
    ? [...conjuncts(e.a), ...conjuncts(e.b)]
    : isTrue(e)
      ? []
      : [e];

/** A condition without the remark that it mostly holds. */
export const plainCondition = (e: PrimExpr): PrimExpr =>
  e.kind === "tir.Call" && e.op === "likely" ? (e.args[0] as PrimExpr) : e;

/** `a + b` without zeros. */
export const plus = (a: PrimExpr, b: PrimExpr): PrimExpr =>
  isZero(a) ? b : isZero(b) ? a : binary("add", a, b);

/** The end of a range. */
export const endOf = (r: Range): PrimExpr => plus(r.min, r.extent);

export interface NestOptions {
  /** Extra condition over the values. */
  readonly predicate?: PrimExpr;
  /** Loops over one value stay. */
  readonly keepUnit?: boolean;
}

/** The block under fresh loops, one an axis in the order of its axes, spatial ones outside. */
export function nestOver(
  b: Block,
  parts: readonly Part[],
  { predicate = boolImm(true), keepUnit = true }: NestOptions = {},
): Stmt {
  const loops: { v: Var; extent: PrimExpr; isReduce: boolean }[] = [];
  const conds: PrimExpr[] = [];
  const values = b.iters.map((iter, k): PrimExpr => {
    const { dtype } = iter.var;
    const { over, testLow, testHigh } = parts[k]!;
    const min = inType(over.min, dtype);
    const v = makeVar(`ax${k}`, dtype);
    const isUnit = isOne(over.extent) && !keepUnit;
    if (!isUnit)
      loops.push({ v, extent: inType(over.extent, dtype), isReduce: iter.iterKind === "reduce" });
    const value = isUnit ? min : plus(min, v);
    if (testLow) conds.push(compare("le", inType(iter.dom!.min, dtype), value));
    if (testHigh) conds.push(compare("lt", value, inType(endOf(iter.dom!), dtype)));
    return value;
  });
  const inner: Stmt = { ...b, values, predicate: both(allOf(conds), predicate) };
  const ordered = [...loops.filter((l) => !l.isReduce), ...loops.filter((l) => l.isReduce)];
  return ordered.reduceRight<Stmt>(
    (body, { v, extent }) => forLoop({ var: v, min: intImm(0, v.dtype), extent, body }),
    inner,
  );
}

/** Axes over the elements of a buffer. */
export const elementIters = (buffer: Buffer): readonly IterVar[] =>
  buffer.shape.map((d, k) =>
    iterVar(makeVar(`v${k}`, d.dtype), "spatial", range(intImm(0, d.dtype), d)),
  );

/** A block that copies a region of one buffer to the same place of another, under loops over the region. */
export function copyNest(name: string, from: Buffer, to: Buffer, parts: readonly Part[]): Stmt {
  const iters = elementIters(to);
  const vars = iters.map((i) => i.var);
  const copy = block({
    name,
    values: vars,
    iters,
    reads: [pointRegion(from, vars)],
    writes: [pointRegion(to, vars)],
    body: store(to, vars, load(from, vars)),
  });
  return nestOver(copy, parts);
}

/** One element. */
export const pointRegion = (buffer: Buffer, indices: readonly PrimExpr[]): BufferRegion => ({
  kind: "tir.BufferRegion",
  buffer,
  region: indices.map((i) => range(i, intImm(1, i.dtype))),
});

/** Copies of a block's axes with variables of their own, and the map from the old ones. */
export function freshIters(iters: readonly IterVar[]): {
  readonly iters: readonly IterVar[];
  readonly map: ReadonlyMap<Var, PrimExpr>;
} {
  const map = new Map<Var, PrimExpr>();
  const fresh = iters.map((i) => {
    const v = makeVar(i.var.name, i.var.dtype, i.var.span, { isSize: i.var.isSize });
    map.set(i.var, v);
    return { ...i, var: v };
  });
  return { iters: fresh, map };
}

/** What an expression takes while the axes of a block run over their domains. */
export function sweptByAxes(analyzer: Analyzer, e: PrimExpr, iters: readonly IterVar[]): IntSet {
  const domain = new Map<Var, IntSet>();
  for (const { var: v, dom } of iters) if (dom) domain.set(v, setOfRange(analyzer, dom));
  return evalSet(analyzer, e, domain);
}

/** The axes of a block replaced by what they are bound to. */
export function bindingsOf({ iters, values }: Block): ReadonlyMap<Var, PrimExpr> {
  const map = new Map<Var, PrimExpr>();
  iters.forEach((iter, k) => {
    if (values?.[k] !== undefined) map.set(iter.var, values[k]);
  });
  return map;
}

/** An expression over the axes of a block in terms of the loops around it. */
export const outside = (b: Block, e: PrimExpr): PrimExpr => substitute(e, bindingsOf(b));
