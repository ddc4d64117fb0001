/** Bounds of buffer accesses: proved, refuted with a counter-example, or reduced to a condition on the symbols. */
import { evaluate, exprText, poly, type Analyzer, type Poly } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import type { Buffer, BufferRegion } from "../../ir/tir/buffer.js";
import { binary, intImm, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { int32, int64 } from "../../support/dtype.js";
import { addInt, type Int } from "../../support/int.js";
import type { Span } from "../../support/source.js";
import { deriveGuard, type Condition } from "./guard.js";
import { lanesOf } from "./lanes.js";
import { mergeGuards } from "./merge-guards.js";
import { symbolsOf } from "./symbols.js";
import { walkFunction, type Access, type Step } from "./walk.js";
import { findWitness, witnessText } from "./witness.js";

/** An access as it is named in messages. */
export interface AccessPlace {
  /** `A[i + 1, j]` */
  readonly text: string;
  readonly buffer: Buffer;
  readonly isWrite: boolean;
  readonly span: Span | undefined;
  /** The load or store; absent for a view. */
  readonly node?: Access["node"] | undefined;
}

/** Accesses that are in bounds exactly when `cond` holds (where `when` holds; absent: always). */
export interface Guard extends Condition {
  readonly accesses: readonly AccessPlace[];
}

export interface Refuted extends AccessPlace {
  readonly axis: number;
  readonly extent: PrimExpr;
  /** `n = 1, i = 0` */
  readonly witness: string;
  /** The index there, and the extent. */
  readonly index: Int;
  readonly limit: Int;
}

export interface BoundsReport {
  /** Number of accesses that are in bounds always. */
  readonly proved: number;
  readonly refuted: readonly Refuted[];
  /** To be checked when the function is entered; all over its symbols. */
  readonly guards: readonly Guard[];
  /** To be checked at each access: they depend on data. */
  readonly unknown: readonly AccessPlace[];
}

/** One index that must be in `[0, extent)`. */
interface Need {
  readonly index: PrimExpr;
  readonly extent: PrimExpr;
  readonly axis: number;
}

/** Functions never change, and the checks, the guards and the passes all ask. */
const known = new WeakMap<PrimFunc, BoundsReport>();

/** Checks every access of the function. */
export function boundsOf(func: PrimFunc): BoundsReport {
  let report = known.get(func);
  if (report === undefined) known.set(func, (report = checkedBounds(func)));
  return report;
}

function checkedBounds(func: PrimFunc): BoundsReport {
  const report = {
    proved: 0,
    refuted: [] as Refuted[],
    guards: [] as Guard[],
    unknown: [] as AccessPlace[],
  };
  const symbols = symbolsOf(func);
  walkFunction(func, (analyzer) => {
    const checker = new Checker(analyzer, symbols, report);
    return {
      access: (a) => checker.access(a),
      view: (source, path, uncertain) => checker.view(source, path, uncertain),
    };
  });
  return { ...report, guards: mergeGuards(report.guards, symbols) };
}

interface Report {
  proved: number;
  readonly refuted: Refuted[];
  readonly guards: Guard[];
  readonly unknown: AccessPlace[];
}

class Checker {
  /** What is known before the function runs. */
  private readonly entry: readonly Poly[];
  private readonly atEntry: <T>(body: () => T) => T;
  private readonly symbolSet: ReadonlySet<Var>;

  constructor(
    private readonly analyzer: Analyzer,
    private readonly symbols: readonly Var[],
    private readonly report: Report,
  ) {
    this.symbolSet = new Set(symbols);
    this.entry = analyzer.facts;
    this.atEntry = analyzer.capture();
  }

  access(access: Access): void {
    const { buffer, indices, path, uncertain } = access;
    if (indices.length !== buffer.shape.length) return;
    const place = placeOf(access);
    const needs: Need[] = [];
    for (const [axis, index] of indices.entries()) {
      const lanes = lanesOf(index);
      if (!lanes || access.isMasked) {
        this.report.unknown.push(place);
        return;
      }
      const ends = lanes.count === 1 ? [lanes.base] : [lanes.base, lastLane(lanes)];
      for (const end of ends) needs.push({ index: end, extent: buffer.shape[axis]!, axis });
    }
    if (isVector(access) && this.fitsFlat(access)) this.report.proved++;
    else this.check(place, needs, path, uncertain);
  }

  /** A vector of neighbours may run over the end of a row of compact memory. */
  private fitsFlat({ buffer, indices }: Access): boolean {
    if (buffer.strides.length > 0 || buffer.shape.length < 2) return false;
    const lanes = indices.map((i) => lanesOf(i)!);
    const last = lanes[lanes.length - 1]!;
    if (last.stride.kind !== "tir.IntImm" || last.stride.value !== 1) return false;
    let first: PrimExpr = intImm(0, last.base.dtype);
    let total: PrimExpr = intImm(1, last.base.dtype);
    for (const [axis, { base }] of lanes.entries()) {
      first = binary("add", binary("mul", first, buffer.shape[axis]!), base);
      total = binary("mul", total, buffer.shape[axis]!);
    }
    const start = this.analyzer.poly(first);
    const end = poly.sub(this.analyzer.poly(total), poly.addConst(start, last.count));
    return this.analyzer.isNonNegative(start) && this.analyzer.isNonNegative(end);
  }

  view(source: BufferRegion, path: readonly Step[], uncertain: boolean): void {
    const { buffer, region, span } = source;
    if (region.length !== buffer.shape.length) return;
    const text = `${buffer.name}[${region.map((r) => `${exprText(r.min)}:${exprText(binary("add", r.min, r.extent))}`).join(", ")}]`;
    const needs = region.flatMap((r, axis): Need[] => {
      const extent = buffer.shape[axis]!;
      const last = binary("sub", binary("add", r.min, r.extent), intImm(1, r.min.dtype));
      return [
        { index: r.min, extent, axis },
        { index: last, extent, axis },
      ];
    });
    this.check({ text, buffer, isWrite: false, span }, needs, path, uncertain);
  }

  private check(
    place: AccessPlace,
    needs: readonly Need[],
    path: readonly Step[],
    uncertain: boolean,
  ): void {
    const guards: Condition[] = [];
    let isUnknown = false;
    for (const need of needs) {
      const index = this.analyzer.poly(need.index);
      const extent = this.analyzer.poly(need.extent);
      for (const violation of [poly.addConst(poly.neg(index), -1), poly.sub(index, extent)]) {
        if (this.analyzer.impossible([violation])) continue;
        const derived =
          uncertain || hasStride(path) ? "unknown" : this.derive(violation, need, path);
        if (typeof derived === "object") guards.push(derived);
        else if (derived === "always" || isAlwaysReached(path, uncertain, need, this.symbolSet)) {
          const refuted = this.refute(place, need, violation, path);
          if (refuted) {
            this.report.refuted.push(refuted);
            return;
          }
          isUnknown = true;
        } else isUnknown = true;
      }
    }
    if (isUnknown) this.report.unknown.push(place);
    else if (guards.length === 0) this.report.proved++;
    for (const guard of guards) this.report.guards.push({ ...guard, accesses: [place] });
  }

  private derive(
    violation: Poly,
    { index, extent }: Need,
    path: readonly Step[],
  ): ReturnType<typeof deriveGuard> {
    const { analyzer, atEntry } = this;
    const ranges = path.flatMap((s) => (s.kind === "loop" ? analyzer.rangesOf(s.var) : []));
    const reached = [...ranges, ...analyzer.facts.filter((p) => !this.entry.includes(p))];
    const dtype = index.dtype.bits >= 64 || extent.dtype.bits >= 64 ? int64 : int32;
    return deriveGuard(analyzer, [violation], { symbols: this.symbolSet, atEntry, reached, dtype });
  }

  private refute(
    place: AccessPlace,
    need: Need,
    violation: Poly,
    path: readonly Step[],
  ): Refuted | undefined {
    let index: Int = 0;
    let limit: Int = 0;
    const witness = findWitness(this.analyzer, [violation], this.symbols, [path], (at) => {
      const x = at(need.index);
      const size = at(need.extent);
      if (x === undefined || size === undefined || size < 0 || (x >= 0 && x < size)) return false;
      [index, limit] = [x, size];
      return true;
    });
    if (!witness) return undefined;
    const shown = relevantVariables([need.index, need.extent], path, this.symbols);
    const { axis, extent } = need;
    return { ...place, axis, extent, witness: witnessText(witness, shown), index, limit };
  }
}

const isVector = ({ indices }: Access): boolean =>
  (indices[indices.length - 1]?.dtype.lanes ?? 1) > 1;

const hasStride = (path: readonly Step[]): boolean =>
  path.some(
    (s) =>
      s.kind === "loop" && s.step !== undefined && evaluate(s.step, { of: () => undefined }) !== 1,
  );

/** Without symbols and without conditions on data, every iteration of every loop runs: one bad point refutes. */
function isAlwaysReached(
  path: readonly Step[],
  uncertain: boolean,
  { index, extent }: Need,
  symbols: ReadonlySet<Var>,
): boolean {
  const isFixed = (e: PrimExpr): boolean => !varsOf(e).some((v) => symbols.has(v));
  const steps = path.every((s) => {
    if (s.kind === "loop") return isFixed(s.min) && isFixed(s.extent);
    return s.kind === "value" ? isFixed(s.value) : s.kind === "when" && isFixed(s.cond);
  });
  return !uncertain && steps && isFixed(index) && isFixed(extent);
}

function lastLane({
  base,
  stride,
  count,
}: {
  base: PrimExpr;
  stride: PrimExpr;
  count: number;
}): PrimExpr {
  return binary("add", base, binary("mul", stride, intImm(addInt(count, -1), stride.dtype)));
}

/** Variables of the expressions, those of computed variables instead of them, symbols first. */
function relevantVariables(
  exprs: readonly PrimExpr[],
  path: readonly Step[],
  symbols: readonly Var[],
): Var[] {
  const found = new Set<Var>();
  const visitVar = (v: Var): void => {
    if (found.has(v)) return;
    const step = path.find((s) => s.kind !== "when" && s.var === v);
    if (step?.kind === "value" && !step.iter) found.add(v);
    if (step?.kind === "value") varsOf(step.value).forEach(visitVar);
    else found.add(v);
    if (step?.kind === "loop") varsOf(step.extent).forEach(visitVar);
  };
  for (const e of exprs) varsOf(e).forEach(visitVar);
  return [
    ...symbols.filter((v) => found.has(v)),
    ...[...found].filter((v) => !symbols.includes(v)),
  ];
}

const placeOf = ({ node, buffer, isWrite, span }: Access): AccessPlace => ({
  text: buffer.scalar ? buffer.name : `${buffer.name}[${node.indices.map(exprText).join(", ")}]`,
  buffer,
  isWrite,
  span,
  node,
});

export { guardText } from "./merge-guards.js";
