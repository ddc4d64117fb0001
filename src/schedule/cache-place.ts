/** Where a copy between a buffer and its cache stands, and what it copies. */
import { isProvedInside, setOfRange, unionOf, type Analyzer } from "../arith/index.js";
import type { Buffer, BufferRegion } from "../ir/tir/buffer.js";
import { range } from "../ir/tir/buffer.js";
import { intImm, type PrimExpr, type Var } from "../ir/tir/expr.js";
import { varsOf } from "../ir/core/free-vars.js";
import type { For } from "../ir/tir/stmt.js";
import { siteAt } from "./edit.js";
import { notAffine, writersOf, type Reason } from "./facts.js";
import { fillsBox, notWhole } from "./iterations.js";
import { isOne, isZero, outside, partOf, wholePart, type Part } from "./nest.js";
import { commonDepth, loopsBelow, regionOutside, sweep } from "./regions.js";
import { scopeOf, type BlockSite, type Site } from "./site.js";
import { maySkip } from "./stored.js";
import { analyzerOf, enter, type ScheduleState } from "./state.js";

/** A statement, and how many statements are around it. */
export interface Spot {
  readonly at: Site;
  readonly depth: number;
}

/** The depth of the statements in a scope: those of its body, a sequence looked through. */
function topOf(site: Site, scope: BlockSite): number {
  const own = site.path.indexOf(scope.node);
  const depth = own + 1;
  return site.path[depth]?.kind === "tir.Seq" ? depth + 1 : depth;
}

/** The outermost statement around a block, inside its scope, that none of the others is inside of. */
export function placeApart(site: BlockSite, scope: BlockSite, others: readonly BlockSite[]): Spot {
  const depths = others.map((o) => commonDepth(site.path, o.path));
  const depth = Math.max(topOf(site, scope), ...depths);
  return { at: siteAt(site, depth), depth };
}

/** A reduced loop of the block among the first statements of its path. */
export function isReducedAbove({ node, path }: BlockSite, depth: number): Var | undefined {
  const reduced = node.iters.flatMap(({ iterKind }, k) =>
    iterKind === "spatial" || node.values === undefined ? [] : varsOf(node.values[k]!),
  );
  const loops = path.slice(path.findLastIndex((s) => s.kind === "tir.Block") + 1, depth);
  return loops.find((s): s is For => s.kind === "tir.For" && reduced.includes(s.var))?.var;
}

/** A region of a block. */
export interface Use {
  readonly site: BlockSite;
  readonly region: BufferRegion;
}

/** The part of a buffer that the blocks use while the loops below the given depth run. */
export function regionAt(
  state: ScheduleState,
  around: Site,
  depth: number,
  buffer: Buffer,
  uses: readonly Use[],
): readonly Part[] {
  const analyzer = analyzerOf(state);
  for (const s of around.path.slice(0, depth)) enter(analyzer, s);
  const doms = buffer.shape.map((d) => range(intImm(0, d.dtype), d));
  if (uses.length === 0) return doms.map(wholePart);
  const sets = uses.map(({ site, region }) =>
    sweep(analyzer, regionOutside(site.node, region), loopsBelow(site.path, depth)),
  );
  return doms.map((dom, d) => {
    const all = sets.map((s) => s[d]!).reduce((a, b) => unionOf(analyzer, a, b, dom.min.dtype));
    return partOf(analyzer, all, dom);
  });
}

/**
 * Whether the block is proved to write the parts of the buffer in an iteration of the loops above the depth; parts may be
 * in terms of what is around `reader`.
 */
export function writesParts(
  state: ScheduleState,
  writer: BlockSite,
  buffer: Buffer,
  depth: number,
  parts: readonly Part[],
  reader?: Site,
): boolean {
  const region = writer.node.writes.find((w) => w.buffer === buffer);
  if (region === undefined || !isDense(writer, region)) return false;
  if (maySkip(state, writer, region) !== undefined) return false;
  if (notAffine(state, writer) !== undefined) return false;
  const analyzer = analyzerOf(state);
  for (const s of writer.path.slice(0, depth)) enter(analyzer, s);
  for (const s of reader?.path.slice(depth) ?? []) enter(analyzer, s);
  const written = sweep(analyzer, regionOutside(writer.node, region), loopsBelow(writer.path, depth)); // prettier-ignore
  return parts.every((part, d) => isProvedInside(analyzer, setOfRange(analyzer, part.over), written[d]!)); // prettier-ignore
}

/** Blocks that write the buffer in the nearest scope around where some do. */
export function outerWriters(inner: BlockSite, buffer: Buffer): readonly BlockSite[] {
  for (let scope = scopeOf(inner); scope !== undefined; scope = scopeOf(scope)) {
    const found = writersOf(scope, buffer);
    if (found.length > 0) return found;
  }
  return [];
}

/** Elements at axes of their own: over the axes' domains there are no gaps. */
function isDense({ node }: BlockSite, { region }: BufferRegion): boolean {
  const seen = new Set<Var>();
  return region.every(({ min }) => {
    if (isZero(min)) return true;
    const isAxis = min.kind === "tir.Var" && !seen.has(min) && node.iters.some((i) => i.var === min); // prettier-ignore
    if (isAxis) seen.add(min);
    return isAxis;
  });
}

/** Why a block does not write, while the loops below the depth run, all of the box that its region sweeps. */
export function leavesGaps(
  state: ScheduleState,
  site: BlockSite,
  region: BufferRegion | undefined,
  depth: number,
): Reason {
  const whole = notWhole(state, site);
  if (whole !== undefined) return whole;
  if (region === undefined) return "it does not declare what it writes";
  const skipped = maySkip(state, site, region);
  if (skipped !== undefined) return skipped;
  return fillsItsBox(state, site, region, depth) ? undefined : "it is not proved to write all of a box"; // prettier-ignore
}

/** Whether a region has no gaps in the box that it sweeps while the loops below the depth run. */
export function fillsItsBox(
  state: ScheduleState,
  site: BlockSite,
  region: BufferRegion,
  depth: number,
): boolean {
  const analyzer = analyzerOf(state);
  for (const s of site.path.slice(0, depth)) enter(analyzer, s);
  const loops = loopsBelow(site.path, depth);
  const positions: PrimExpr[] = [];
  for (const [k, { min, extent }] of region.region.entries()) {
    const isAll = isZero(min) && analyzer.equal(extent, region.buffer.shape[k]!) === true;
    if (isAll) continue;
    const part = isOne(extent) ? min : partNumber(analyzer, min, extent);
    if (part === undefined) return false;
    positions.push(outside(site.node, part));
  }
  return fillsBox(analyzer, positions, loops);
}

/** `v` where the start of a part is `v * extent`. */
function partNumber(analyzer: Analyzer, min: PrimExpr, extent: PrimExpr): PrimExpr | undefined {
  const isWhole = min.kind === "tir.Binary" && min.op === "mul" && analyzer.equal(min.b, extent) === true; // prettier-ignore
  return isWhole ? min.a : isZero(min) ? min : undefined;
}
