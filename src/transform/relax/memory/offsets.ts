/** Offsets of buffers as bindings of scalars: what a plan says, written out for any sizes. */
import { exprText, type Analyzer } from "../../../arith/index.js";
import { varsOf } from "../../../ir/core/free-vars.js";
import { primValue, relaxVar, varBinding, type Binding } from "../../../ir/relax/expr.js";
import { primInfo } from "../../../ir/relax/struct-info.js";
import {
  binary,
  compare,
  intImm,
  makeVar,
  select,
  type PrimExpr,
  type Var as Symbol,
} from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import type { Orientation } from "../../../support/placement/index.js";
import type { RegionPlan } from "../../../plan/index.js";

/** Where the buffers of a region lie, and how large its arena is. */
export interface Offsets {
  /** Scalars that the others are computed from, in order. */
  readonly bindings: readonly Binding[];
  /** Of the buffers of the region, in order. */
  readonly offsets: readonly PrimExpr[];
  readonly size: PrimExpr;
}

const long = (value: number): PrimExpr => intImm(value, int64);

/** Numbers when all sizes are known, else scalars that follow from the sizes. */
export function offsetsOf({ plan, buffers }: RegionPlan, analyzer: Analyzer): Offsets {
  const [arena] = plan.arenas;
  const { layout } = arena!;
  if (layout.kind === "static") {
    return { bindings: [], offsets: layout.offsets.map(long), size: long(layout.size) };
  }
  const scalars = new Scalars();
  // Buffers of one size have one expression.
  const known = new Map<PrimExpr, PrimExpr>();
  const sizes = buffers.map(({ bytes }) => {
    let size = known.get(bytes);
    if (size === undefined)
      known.set(bytes, (size = scalars.named("s", roundedUp(analyzer, bytes, layout.align))));
    return size;
  });
  const ways = layout.orientations.map((o) => stacked(scalars, o, sizes));
  const peaks = ways.map((w, i) => (ways.length === 1 ? w.peak : scalars.named(`p${i}`, w.peak)));
  // The way that needs the fewest bytes; the first of several.
  const least = peaks.length === 1 ? peaks[0]! : scalars.named("size", extremeOf(scalars, "min", peaks)); // prettier-ignore
  const pick = (values: readonly PrimExpr[]): PrimExpr =>
    values.reduceRight((rest, value, i) =>
      rest === value ? value : select(compare("le", peaks[i]!, least), value, rest),
    );
  const offsets = buffers.map((_, b) => {
    const all = ways.map((w) => w.offsets[b]!);
    return all.length === 1 ? all[0]! : scalars.named("o", pick(all));
  });
  return { bindings: scalars.bindings, offsets, size: least };
}

/** A size as a multiple of the alignment. */
function roundedUp(analyzer: Analyzer, bytes: PrimExpr, align: number): PrimExpr {
  const unit = long(align);
  if (analyzer.prove(compare("eq", binary("floormod", bytes, unit), long(0))) === true)
    return analyzer.simplify(bytes);
  const up = binary("floordiv", binary("add", bytes, long(align - 1)), unit);
  return binary("mul", up, unit);
}

/** Offsets of one orientation: each buffer rests on the highest of those below it. */
function stacked(
  scalars: Scalars,
  { order, row, below }: Orientation,
  sizes: readonly PrimExpr[],
): { offsets: PrimExpr[]; peak: PrimExpr } {
  const offsets: PrimExpr[] = [];
  const tops: PrimExpr[] = [];
  order.forEach((b, k) => {
    const under = below.slice(row[k]!, row[k + 1]!).map((u) => tops[u]!);
    const at = under.length === 0 ? long(0) : scalars.named("o", extremeOf(scalars, "max", under));
    offsets[b] = at;
    tops[b] = isZero(at) ? sizes[b]! : binary("add", at, sizes[b]!);
  });
  const isBelow = new Set(below);
  const open = order.filter((b) => !isBelow.has(b)).map((b) => tops[b]!);
  return { offsets, peak: extremeOf(scalars, "max", open.length === 0 ? [long(0)] : open) };
}

const isZero = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 0;

/** The greatest (or least) of values, each taken once. */
function extremeOf(scalars: Scalars, op: "min" | "max", values: readonly PrimExpr[]): PrimExpr {
  const distinct = [...new Map(values.map((v) => [scalars.keyOf(v), v])).values()];
  return distinct.reduce((a, b) => binary(op, a, b));
}

/** Scalars by what they are; equal ones are bound once. */
class Scalars {
  readonly bindings: Binding[] = [];
  private readonly known = new Map<string, PrimExpr>();
  private readonly ids = new Map<Symbol, number>();

  /** A symbol for the value; numbers and symbols are their own. */
  named(hint: string, value: PrimExpr): PrimExpr {
    if (value.kind === "tir.IntImm" || value.kind === "tir.Var") return value;
    const key = this.keyOf(value);
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const symbol = makeVar(`${hint}${this.bindings.length}`, int64);
    const v = relaxVar(symbol.name, primInfo(int64, symbol));
    this.bindings.push(varBinding(v, primValue(value)));
    this.known.set(key, symbol);
    return symbol;
  }

  /** The text of an expression, with which symbols it means. */
  keyOf(value: PrimExpr): string {
    const ids = varsOf(value).map((v) => {
      let id = this.ids.get(v);
      if (id === undefined) this.ids.set(v, (id = this.ids.size));
      return id;
    });
    return `${exprText(value)} ${ids.join()}`;
  }
}
