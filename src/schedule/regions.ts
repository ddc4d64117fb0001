/** Regions that blocks touch while loops run. */
import { evalSet, intersectionOf, isProvedInside, setOfRange, type Analyzer, type IntSet } from "../arith/index.js"; // prettier-ignore
import { substitute } from "../ir/core/rewrite.js";
import { range, type BufferRegion, type Range } from "../ir/tir/buffer.js";
import { binary, intImm, type PrimExpr, type Var } from "../ir/tir/expr.js";
import type { Block, For, Stmt } from "../ir/tir/stmt.js";
import { isSymbolic } from "../transform/tir/bounded-walk.js";
import type { BlockSite } from "./site.js";
import { analyzerOf, enter, type ScheduleState } from "./state.js";

/** The region in terms of the loops around the block. */
export function regionOutside(block: Block, region: BufferRegion): BufferRegion {
  const values = new Map<Var, PrimExpr>();
  block.iters.forEach((iter, k) => {
    if (block.values?.[k] !== undefined) values.set(iter.var, block.values[k]);
  });
  const out = region.region.map((r) =>
    range(substitute(r.min, values), substitute(r.extent, values), r.span),
  );
  return { ...region, region: out };
}

/** What a region sweeps while `loops` run, within the bounds of the buffer: see {@link sweep}. */
export const sweptRegion = (
  analyzer: Analyzer,
  region: BufferRegion,
  loops: readonly For[],
): readonly IntSet[] =>
  sweep(analyzer, region, loops).map((set, d) => {
    const { dtype } = region.region[d]!.min;
    const size = region.buffer.shape[d];
    if (size === undefined) return set;
    const whole = setOfRange(analyzer, range(intImm(0, dtype), size));
    return intersectionOf(analyzer, set, whole, dtype);
  });

/** The values of loop variables, each over all iterations of those before it. */
export function setsOf(analyzer: Analyzer, loops: readonly For[]): ReadonlyMap<Var, IntSet> {
  const domain = new Map<Var, IntSet>();
  for (const f of loops) {
    const own = setOfRange(analyzer, range(f.min, f.extent));
    // Bounds of inner loops may mention outer ones that run too.
    const low = own.min && evalSet(analyzer, f.min, domain).min;
    const last = binary("sub", binary("add", f.min, f.extent), intImm(1, f.var.dtype));
    const high = own.max && evalSet(analyzer, last, domain).max;
    domain.set(f.var, { min: low, max: high });
  }
  return domain;
}

/**
 * What a region sweeps while `loops` run, one set a dimension. Outer variables stay symbols. The sets hold at least
 * the region.
 */
export function sweep(
  analyzer: Analyzer,
  { region }: BufferRegion,
  loops: readonly For[],
): readonly IntSet[] {
  const domain = setsOf(analyzer, loops);
  return region.map((r) => {
    // What memory holds may change before the region is used.
    if (readsMemory(r)) return { min: undefined, max: undefined };
    const { dtype } = r.min;
    const first = evalSet(analyzer, r.min, domain);
    const end = binary("sub", binary("add", r.min, r.extent), intImm(1, dtype));
    return { min: first.min, max: evalSet(analyzer, end, domain).max };
  });
}

/** Whether a range is found from what memory holds. */
const readsMemory = ({ min, extent }: Range): boolean => !isSymbolic(min) || !isSymbolic(extent);

/** Loops of a path below a given number of its statements, the innermost block's boundary not passed. */
export const loopsBelow = (path: readonly Stmt[], depth: number): readonly For[] =>
  path.slice(depth).filter((s): s is For => s.kind === "tir.For");

/** The number of statements that two sites have above them in common. */
export function commonDepth(a: readonly Stmt[], b: readonly Stmt[]): number {
  let depth = 0;
  while (depth < a.length && a[depth] === b[depth]) depth++;
  return depth;
}

/** Whether all that `reader` reads is proved to be written by `writer` in the same iteration of the loops they share. */
export function isCovered(
  state: ScheduleState,
  writer: BlockSite,
  write: BufferRegion,
  reader: BlockSite,
  read: BufferRegion,
): boolean {
  if (write.region.some(readsMemory)) return false;
  const depth = commonDepth(writer.path, reader.path);
  const analyzer = analyzerOf(state);
  for (const s of writer.path.slice(0, depth)) enter(analyzer, s);
  const written = sweptRegion(analyzer, regionOutside(writer.node, write), loopsBelow(writer.path, depth)); // prettier-ignore
  const wanted = sweptRegion(analyzer, regionOutside(reader.node, read), loopsBelow(reader.path, depth)); // prettier-ignore
  return wanted.every((set, d) => isProvedInside(analyzer, set, written[d]!));
}
