/**
 * Quasi-affine iterator maps: whether index expressions are sums of splits and fusions of loop variables, and
 * whether the map from loops to indices is one to one. Follows the normal form of TVM's iterator-affine maps
 * (Feng et al. 2023): `Σ scale * ((source // lower) % extent) + base`.
 */
import type { Range } from "../ir/tir/buffer.js";
import type { Binary, PrimExpr, Var } from "../ir/tir/expr.js";
import { varsOf } from "../ir/core/free-vars.js";
import type { DType } from "../support/dtype.js";
import { Analyzer } from "./analyzer.js";
import { casesOf } from "./conditions.js";
import { divPoly, modPoly } from "./divide.js";
import { fromPoly } from "./from-poly.js";
import {
  add,
  addConst,
  constPoly,
  constValue,
  isConst,
  mul,
  neg,
  one,
  sub,
  zero,
  type Poly,
} from "./poly.js";
import {
  addSplit, fusedMark, splitKey, sumOf, sumPoly, varMark, wholeMark, type IterMark, type IterSplit, type IterSum, type IterValues,
} from "./iter-sum.js"; // prettier-ignore

/** `bijective`: every iterator is used exactly once; `surjective`: some may be unused; `any`: only the form counts. */
export type IterLevel = "bijective" | "surjective" | "any";

export interface IterMapRequest {
  readonly indices: readonly PrimExpr[];
  readonly domain: ReadonlyMap<Var, Range>;
  readonly predicate?: PrimExpr;
  readonly level: IterLevel;
  readonly analyzer?: Analyzer;
}

export interface IterMap {
  readonly ok: true;
  readonly maps: readonly IterSum[];
  readonly values: IterValues;
}
export interface IterMapFailure {
  readonly ok: false;
  /** Why, in words. */
  readonly reason: string;
}

class NotAffine extends Error {}
const fail = (reason: string): never => {
  throw new NotAffine(reason);
};

/** Detects the map of the indices over the domain. */
export function detectIterMap(request: IterMapRequest): IterMap | IterMapFailure {
  try {
    return new Detection(request).run();
  } catch (error) {
    if (error instanceof NotAffine) return { ok: false, reason: error.message };
    throw error;
  }
}

/** `sum` is known to lie in `[min, max]`; from the predicate. */
interface Constraint {
  readonly key: string;
  readonly scaleKey: string;
  readonly min: Poly | undefined;
  readonly max: Poly | undefined;
}

class Detection {
  private readonly analyzer: Analyzer;
  private readonly values: IterValues;
  private constraints: readonly Constraint[] = [];
  private readonly absorbed = new Set<string>();

  constructor(private readonly request: IterMapRequest) {
    this.analyzer = request.analyzer ?? new Analyzer();
    const dtype: DType = request.indices[0]?.dtype ?? [...request.domain.keys()][0]!.dtype;
    const mins = new Map<Var, Poly>();
    for (const [v, r] of request.domain) mins.set(v, this.analyzer.poly(r.min));
    this.values = { analyzer: this.analyzer, dtype, minOf: (v) => mins.get(v) ?? zero };
  }

  run(): IterMap {
    const { request, analyzer } = this;
    return analyzer.scope(() => {
      for (const [v, r] of request.domain) analyzer.bind(v, r);
      if (request.predicate) this.absorb(request.predicate);
      const sums = request.indices.map((e) => this.rewrite(e));
      const maps = request.level === "any" ? sums : sums.map((s) => this.fuse(s));
      if (request.level !== "any") this.checkUse(maps);
      for (const c of this.constraints) {
        if (!this.absorbed.has(c.key) && request.level === "bijective")
          fail("the predicate does not limit one of the fused iterators");
      }
      return { ok: true, maps, values: this.values };
    });
  }

  // ---- predicates ------------------------------------------------------------

  private absorb(predicate: PrimExpr): void {
    const cases = casesOf(this.analyzer, predicate);
    if (cases?.length !== 1) fail("the predicate is not a conjunction of comparisons");
    const list: Constraint[] = [];
    for (const e of comparisonsOf(predicate)) {
      const lhs = this.rewriteBinary("sub", e.a, e.b);
      const limited = this.limit(lhs, e.op);
      if (limited) list.push(limited);
    }
    this.constraints = list;
    this.analyzer.assume(predicate);
  }

  /** `args + base (op) 0` as limits of the sum of args, its first scale made positive. */
  private limit(sum: IterSum, op: "lt" | "le" | "gt" | "ge" | "eq"): Constraint | undefined {
    if (sum.args.length === 0) return undefined;
    const flip = sum.args.every((a) => (constValue(a.scale) ?? 1) < 0);
    const args = flip ? sum.args.map((a) => ({ ...a, scale: neg(a.scale) })) : sum.args;
    const bound = flip ? sum.base : neg(sum.base);
    const kind = flip ? { lt: "gt", le: "ge", gt: "lt", ge: "le", eq: "eq" }[op] : op;
    const scales = args
      .map((a) => `${splitKey(a)}*${a.scale.key}`)
      .sort()
      .join("+");
    return {
      key: scales,
      scaleKey: scales,
      min:
        kind === "ge"
          ? bound
          : kind === "gt"
            ? addConst(bound, 1)
            : kind === "eq"
              ? bound
              : undefined,
      max:
        kind === "le"
          ? bound
          : kind === "lt"
            ? addConst(bound, -1)
            : kind === "eq"
              ? bound
              : undefined,
    };
  }

  // ---- rewriting -------------------------------------------------------------

  private rewrite(e: PrimExpr): IterSum {
    if (!varsOf(e).some((v) => this.request.domain.has(v))) return sumOf([], this.analyzer.poly(e));
    if (e.kind === "tir.Var") return this.variable(e);
    if (e.kind === "tir.Cast") return this.rewrite(e.value);
    if (e.kind === "tir.Unary" && e.op === "neg")
      return this.scaled(this.rewrite(e.a), constPoly(-1));
    if (e.kind !== "tir.Binary")
      return fail("an index is not made of sums, products and quotients");
    return this.rewriteBinary(e.op, e.a, e.b);
  }

  private variable(v: Var): IterSum {
    const r = this.request.domain.get(v)!;
    const min = this.analyzer.poly(r.min);
    const extent = this.analyzer.poly(r.extent);
    if (extent.key === one.key) return sumOf([], min);
    return sumOf([wholeMark(varMark(this.analyzer, v, extent))], min);
  }

  private rewriteBinary(op: Binary["op"], a: PrimExpr, b: PrimExpr): IterSum {
    const x = this.rewrite(a);
    const y = this.rewrite(b);
    switch (op) {
      case "add":
      case "sub": {
        const other = op === "add" ? y : this.scaled(y, constPoly(-1));
        return sumOf(
          other.args.reduce<readonly IterSplit[]>(addSplit, x.args),
          add(x.base, other.base),
        );
      }
      case "mul":
        if (x.args.length > 0 && y.args.length > 0) return fail("two iterators are multiplied");
        return y.args.length === 0 ? this.scaled(x, y.base) : this.scaled(y, x.base);
      case "floordiv":
      case "floormod":
        if (y.args.length > 0) return fail("the divisor depends on an iterator");
        return this.divided(op, x, y.base);
      case "shl":
      case "shr": {
        const count = y.args.length === 0 ? constValue(y.base) : undefined;
        if (count === undefined || count < 0 || count > 62)
          return fail("a shift is not by a constant");
        const power = constPoly(2 ** Number(count));
        return op === "shl" ? this.scaled(x, power) : this.divided("floordiv", x, power);
      }
      default:
        return fail(`\`${op}\` of iterators is not quasi-affine`);
    }
  }

  private scaled(s: IterSum, by: Poly): IterSum {
    if (by.key === zero.key) return sumOf([], zero);
    const times = (p: Poly): Poly => mul(p, by) ?? fail("a scale is too large");
    return sumOf(
      s.args.map((a) => ({ ...a, scale: times(a.scale) })),
      times(s.base),
    );
  }

  private isMultiple(p: Poly, of: Poly): boolean {
    return modPoly(this.analyzer, p, of, this.values.dtype).key === zero.key;
  }
  private quotient(p: Poly, by: Poly): Poly {
    return divPoly(this.analyzer, p, by, this.values.dtype);
  }
  private isEqual(a: Poly, b: Poly): boolean {
    const gap = sub(a, b);
    return isConst(gap)
      ? gap.constant === 0
      : this.analyzer.isNonNegative(gap) && this.analyzer.isNonNegative(neg(gap));
  }

  private divided(op: "floordiv" | "floormod", s: IterSum, by: Poly): IterSum {
    if (
      constValue(by) !== undefined
        ? constValue(by)! <= 0
        : !this.analyzer.isNonNegative(addConst(by, -1))
    ) {
      return fail("a divisor is not positive");
    }
    // Terms that are multiples of the divisor stay apart; the rest is one iterator.
    const whole = s.args.filter((a) => this.isMultiple(a.scale, by));
    const rest = s.args.filter((a) => !whole.includes(a));
    const high = sumOf(
      whole.map((a) => ({ ...a, scale: this.quotient(a.scale, by) })),
      zero,
    );
    const low = this.dividedRest(op, sumOf(rest, s.base), by);
    if (op === "floormod") return low;
    return sumOf(low.args.reduce<readonly IterSplit[]>(addSplit, high.args), low.base);
  }

  private dividedRest(op: "floordiv" | "floormod", s: IterSum, by: Poly): IterSum {
    const asSum = (p: Poly): IterSum =>
      sumOf(
        [],
        op === "floordiv" ? this.quotient(p, by) : modPoly(this.analyzer, p, by, this.values.dtype),
      );
    if (s.args.length === 0) return asSum(s.base);
    const value = sumPoly(this.values, s);
    if (
      this.analyzer.isNonNegative(value) &&
      this.analyzer.isNonNegative(addConst(sub(by, value), -1))
    ) {
      return op === "floordiv" ? sumOf([], zero) : s;
    }
    const fused = this.fuse(s);
    const [split] = fused.args;
    if (fused.args.length !== 1 || !split)
      return fail("the operand of a division is not one iterator");
    if (!this.isMultiple(by, split.scale) || !this.isMultiple(fused.base, by))
      return fail("a division cuts an iterator at an offset");
    const factor = this.quotient(by, split.scale);
    if (!this.isMultiple(split.extent, factor)) {
      // A whole iterator may end inside its last part only when nothing else is made of it.
      return fail("the extent of an iterator is not a multiple of the divisor");
    }
    const base = this.quotient(fused.base, by);
    const lower = mul(split.lower, factor) ?? fail("an extent is too large");
    if (op === "floordiv") {
      const extent = this.quotient(split.extent, factor);
      // A part that is always 0 is no iterator.
      return sumOf(extent.key === one.key ? [] : [{ mark: split.mark, lower, extent, scale: one }], base); // prettier-ignore
    }
    return sumOf([{ ...split, extent: factor }], zero);
  }

  // ---- fusing ----------------------------------------------------------------

  /** One split (or none) for the sum: its terms must cover an interval without gaps. */
  private fuse(s: IterSum): IterSum {
    const limited = this.constraintOf(s);
    if (s.args.length === 0 || (s.args.length === 1 && !limited)) return s;
    const chain = this.chain(s.args);
    const scale = chain.order[0]!.scale;
    const unit = chain.order.map((a) => ({ ...a, scale: this.quotient(a.scale, scale) }));
    let extent = chain.reach;
    let base = zero;
    if (limited) {
      this.absorbed.add(limited.key);
      if (limited.max) {
        const inside = this.quotient(limited.max, scale);
        const top = addConst(inside, 1);
        if (this.analyzer.isNonNegative(sub(extent, top))) extent = top;
      }
      if (limited.min && !this.analyzer.isNonNegative(neg(limited.min))) {
        base = neg(this.quotient(neg(limited.min), scale));
        extent = sub(extent, base);
      }
    }
    const mark: IterMark = fusedMark(sumOf([...unit].reverse(), neg(base)), extent);
    return sumOf([{ mark, lower: one, extent, scale }], add(s.base, mul(base, scale) ?? zero));
  }

  private constraintOf(s: IterSum): Constraint | undefined {
    const key = s.args
      .map((a) => `${splitKey(a)}*${a.scale.key}`)
      .sort()
      .join("+");
    const found = this.constraints.filter((c) => c.key === key);
    return found.reduce<Constraint | undefined>(
      (x, y) => (x ? { ...x, min: x.min ?? y.min, max: x.max ?? y.max } : y),
      undefined,
    );
  }

  /** The splits from the smallest scale up; each scale is the reach of those before it. */
  private chain(args: readonly IterSplit[]): { order: IterSplit[]; reach: Poly } {
    const left = [...args];
    const order: IterSplit[] = [];
    const constant = left
      .filter((a) => constValue(a.scale) !== undefined)
      .sort((a, b) => (a.scale.constant < b.scale.constant ? -1 : 1));
    const first =
      constant[0] ?? left.find((a) => left.every((b) => this.isMultiple(b.scale, a.scale)));
    if (!first) return fail("no iterator has the smallest scale");
    if ((constValue(first.scale) ?? 1) <= 0) return fail("an iterator runs backwards");
    let expected = first.scale;
    while (left.length > 0) {
      const at = left.findIndex(
        (a) => this.isEqual(a.scale, expected) && (order.length > 0 || a === first),
      );
      if (at < 0) return fail("the iterators of a sum overlap or leave gaps");
      const [next] = left.splice(at, 1);
      order.push(next!);
      expected = mul(next!.extent, expected) ?? fail("an extent is too large");
    }
    return { order, reach: this.quotient(expected, first.scale) };
  }

  // ---- one to one --------------------------------------------------------------

  /** The parts of every iterator that are used fit together without overlap, and cover it. */
  private checkUse(maps: readonly IterSum[]): void {
    const used = new Map<string, { mark: IterMark; splits: IterSplit[] }>();
    const note = (s: IterSplit): void => {
      const entry = used.get(s.mark.key) ?? { mark: s.mark, splits: [] };
      used.set(s.mark.key, entry);
      if (entry.splits.length === 0 && s.mark.source.kind === "sum")
        s.mark.source.args.forEach(note);
      entry.splits.push(s);
    };
    for (const map of maps) map.args.forEach(note);
    for (const { mark, splits } of used.values()) this.checkParts(mark, splits);
    if (this.request.level !== "bijective") return;
    for (const [v, r] of this.request.domain) {
      const extent = this.analyzer.poly(r.extent);
      if (extent.key !== one.key && !used.has(varMark(this.analyzer, v, extent).key))
        fail(`\`${v.name}\` is not used`);
    }
  }

  private checkParts(mark: IterMark, splits: readonly IterSplit[]): void {
    const left = [...splits];
    let expected: Poly = one;
    while (left.length > 0) {
      const at = left.findIndex((s) => this.isEqual(s.lower, expected));
      if (at < 0) {
        if (this.request.level === "bijective") fail("an iterator is used twice, or in part");
        const next = left.findIndex((s) => this.isMultiple(s.lower, expected));
        if (next < 0) fail("parts of an iterator overlap");
        expected = left[next]!.lower;
        continue;
      }
      const [s] = left.splice(at, 1);
      expected = mul(s!.lower, s!.extent) ?? expected;
    }
    if (this.request.level === "bijective" && !this.isEqual(expected, mark.extent))
      fail("an iterator is used in part");
  }
}

type Limit = {
  readonly op: "lt" | "le" | "gt" | "ge" | "eq";
  readonly a: PrimExpr;
  readonly b: PrimExpr;
};

function comparisonsOf(e: PrimExpr): Limit[] {
  if (e.kind === "tir.Logic" && e.op === "and")
    return [...comparisonsOf(e.a), ...comparisonsOf(e.b)];
  if (e.kind === "tir.IntImm" && e.value !== 0) return [];
  if (e.kind === "tir.Call" && e.op === "likely") return comparisonsOf(e.args[0] as PrimExpr);
  if (e.kind === "tir.Compare" && e.op !== "ne") return [{ op: e.op, a: e.a, b: e.b }];
  return fail("the predicate is not a conjunction of comparisons");
}

/** The expression of one map, in its shortest form. */
export const normalizeIterMap = (map: IterMap, sum: IterSum): PrimExpr | undefined =>
  fromPoly(map.values.analyzer, sumPoly(map.values, sum), map.values.dtype);

/**
 * The loop variables as expressions of the outputs of a bijective map; undefined when one of them is not determined.
 */
export function inverseOf(
  map: IterMap,
  outputs: readonly Var[],
): ReadonlyMap<Var, PrimExpr> | undefined {
  const { values } = map;
  const { analyzer, dtype } = values;
  /** Sum of what is known of each mark. */
  const parts = new Map<string, { mark: IterMark; value: Poly }>();
  const give = (s: IterSplit, value: Poly): void => {
    const entry = parts.get(s.mark.key) ?? { mark: s.mark, value: zero };
    parts.set(s.mark.key, { ...entry, value: add(entry.value, mul(value, s.lower) ?? zero) });
  };
  for (const [i, sum] of map.maps.entries()) {
    const value = sub(analyzer.poly(outputs[i]!), sum.base);
    if (sum.args.length > 1) return undefined;
    for (const s of sum.args) give(s, divPoly(analyzer, value, s.scale, dtype));
  }
  const result = new Map<Var, PrimExpr>();
  // A fused mark hands its value on to its parts, outer marks first.
  const done = new Set<string>();
  for (let round = 0; round < 64 && done.size < parts.size; round++) {
    for (const [key, { mark, value }] of parts) {
      if (done.has(key) || isNeeded(mark, parts, done)) continue;
      done.add(key);
      if (mark.source.kind !== "sum") {
        const e = fromPoly(analyzer, add(value, values.minOf(mark.source)), dtype);
        if (!e) return undefined;
        result.set(mark.source, e);
        continue;
      }
      const inner = sub(value, mark.source.base);
      for (const s of mark.source.args) {
        const quotient = divPoly(analyzer, inner, s.scale, dtype);
        const isOuter = s === mark.source.args[0];
        give(s, isOuter ? quotient : modPoly(analyzer, quotient, s.extent, dtype));
      }
      break;
    }
  }
  return result;
}

/** Whether a fused mark that is not handed on yet still adds to this one. */
function isNeeded(
  mark: IterMark,
  parts: ReadonlyMap<string, { mark: IterMark }>,
  done: ReadonlySet<string>,
): boolean {
  for (const [key, other] of parts) {
    if (done.has(key) || other.mark === mark || other.mark.source.kind !== "sum") continue;
    if (mentions(other.mark.source, mark.key)) return true;
  }
  return false;
}

const mentions = (sum: IterSum, key: string): boolean =>
  sum.args.some(
    (a) => a.mark.key === key || (a.mark.source.kind === "sum" && mentions(a.mark.source, key)),
  );
