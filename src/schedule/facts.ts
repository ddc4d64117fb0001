/**
 * Facts about blocks that decide what is legal, in the terms of the literature. A question that may be answered by
 * "no" returns the reason, and undefined when the fact holds.
 */
import { detectIterMap } from "../arith/index.js";
import { freeBinders, varsOf } from "../ir/core/free-vars.js";
import { visit } from "../ir/core/visit.js";
import type { Buffer, BufferRegion, Range } from "../ir/tir/buffer.js";
import { range } from "../ir/tir/buffer.js";
import { boolImm, type PrimExpr, type Var } from "../ir/tir/expr.js";
import type { Block, IterVar, Stmt } from "../ir/tir/stmt.js";
import { isCovered } from "./regions.js";
import {
  blocksBelow,
  loopsAround,
  scopeOf,
  statementsOf,
  type BlockSite,
  type Site,
} from "./site.js";
import { analyzerOf, rootOf, type ScheduleState } from "./state.js";

/** Why a fact does not hold, in words that follow `because`. */
export type Reason = string | undefined;

// ---- accesses ---------------------------------------------------------------------------------------------------

/** A set of buffers; any other name of the same memory counts as being in it. */
class BufferSet extends Set<Buffer> {
  override has(buffer: Buffer): boolean {
    if (super.has(buffer)) return true;
    for (const b of this) if (b.data === buffer.data) return true;
    return false;
  }
}

export const bufferSet = (buffers: Iterable<Buffer>): ReadonlySet<Buffer> => new BufferSet(buffers);

/** Buffers that a block uses: what it declares, and what its body names, except memory of its own. */
export interface Accesses {
  readonly reads: ReadonlySet<Buffer>;
  readonly writes: ReadonlySet<Buffer>;
}

const known = new WeakMap<Block, Accesses>();

export function accessesOf(block: Block): Accesses {
  const found = known.get(block);
  if (found !== undefined) return found;
  const [reads, writes] = [new BufferSet(), new BufferSet()];
  const own = new Set<Var>();
  visit(block, {
    enter(node) {
      if (node.kind === "tir.Load") reads.add(node.buffer);
      else if (node.kind === "tir.Store") writes.add(node.buffer);
      else if (node.kind === "tir.Alloc") own.add(node.buffer.data);
      else if (node.kind === "tir.Block") {
        for (const r of node.reads) reads.add(r.buffer);
        for (const w of node.writes) writes.add(w.buffer);
        for (const b of node.allocs) own.add(b.data);
        for (const m of node.matches) own.add(m.buffer.data);
      }
      return node.kind === "tir.BufferRegion" ? false : undefined;
    },
  });
  for (const set of [reads, writes]) for (const b of set) if (own.has(b.data)) set.delete(b);
  // The read of a reduction's own result is implied.
  if (block.init !== undefined)
    for (const w of block.writes) if (!block.reads.some((r) => r.buffer === w.buffer)) reads.delete(w.buffer); // prettier-ignore
  const accesses = { reads, writes };
  known.set(block, accesses);
  return accesses;
}

/** Whether a block declares to use the memory of a buffer by another name. */
export const usesAlias = ({ reads, writes }: Block, buffer: Buffer): boolean =>
  [...reads, ...writes].some((r) => r.buffer !== buffer && r.buffer.data === buffer.data);

/** Whether a block reads or writes a buffer. */
export function touches(block: Block, buffer: Buffer): boolean {
  const { reads, writes } = accessesOf(block);
  return reads.has(buffer) || writes.has(buffer);
}

/** The scope of a block as a list of its child blocks; that of the root block is the function. */
export const childrenOf = (scope: Site): readonly BlockSite[] => blocksBelow(scope);

/** The scope around a site, the root block when there is no other. */
export const scopeAround = (state: ScheduleState, site: Site): BlockSite =>
  scopeOf(site) ?? { node: rootOf(state), path: [] };

/** Child blocks of the scope that write the buffer. */
export const writersOf = (scope: Site, buffer: Buffer): readonly BlockSite[] =>
  childrenOf(scope).filter(({ node }) => accessesOf(node).writes.has(buffer));
/** Child blocks of the scope that read the buffer. */
export const readersOf = (scope: Site, buffer: Buffer): readonly BlockSite[] =>
  childrenOf(scope).filter(({ node }) => accessesOf(node).reads.has(buffer));

const meets = (a: ReadonlySet<Buffer>, b: ReadonlySet<Buffer>): boolean =>
  [...a].some((x) => b.has(x));

/** Blocks of the same scope, before this one, that write what it reads. */
export function producersOf(state: ScheduleState, site: BlockSite): readonly BlockSite[] {
  const all = childrenOf(scopeAround(state, site));
  const at = all.findIndex((s) => s.node === site.node);
  const { reads } = accessesOf(site.node);
  return all.filter((s, i) => i < at && meets(accessesOf(s.node).writes, reads));
}

/** Blocks of the same scope, after this one, that read what it writes. */
export function consumersOf(state: ScheduleState, site: BlockSite): readonly BlockSite[] {
  const all = childrenOf(scopeAround(state, site));
  const at = all.findIndex((s) => s.node === site.node);
  const { writes } = accessesOf(site.node);
  return all.filter((s, i) => i > at && meets(accessesOf(s.node).reads, writes));
}

/** Whether a block writes a buffer that its scope does not allocate. */
export function isOutput(scope: BlockSite, block: Block): boolean {
  const inside = new Set(scope.node.allocs);
  return [...accessesOf(block).writes].some((b) => !inside.has(b));
}

// ---- kinds of blocks --------------------------------------------------------------------------------------------

const isSpatial = (iter: IterVar): boolean => iter.iterKind === "spatial";
const isReduce = (iter: IterVar): boolean => iter.iterKind === "reduce";

/** Why a block is not complete in the scope (or subtree) whose child blocks are given. */
export function incomplete(all: readonly BlockSite[], { node }: BlockSite): Reason {
  const axis = node.iters.find((i) => !isSpatial(i));
  if (axis !== undefined) return `its axis \`${axis.var.name}\` is not spatial`;
  const { reads, writes } = accessesOf(node);
  const both = [...writes].find((b) => reads.has(b));
  if (both !== undefined) return `it reads and writes \`${both.name}\``;
  return notDominant(all, node) ?? readsWindow(all, node);
}

/** Why what a block reads is there only at its place: another block writes it anew, in an order. */
function readsWindow(all: readonly BlockSite[], node: Block): Reason {
  const { reads } = accessesOf(node);
  for (const other of all) {
    if (other.node === node || other.node.iters.every((i) => isSpatial(i) || isReduce(i))) continue;
    const buffer = [...accessesOf(other.node).writes].find((b) => reads.has(b));
    if (buffer !== undefined)
      return `block \`${other.node.name}\` writes \`${buffer.name}\`, which it reads, in an order`;
  }
  return undefined;
}

/** Why a block is not a reduction in the scope (or subtree) whose child blocks are given. */
export function notReduction(
  state: ScheduleState,
  all: readonly BlockSite[],
  site: BlockSite,
): Reason {
  const { node } = site;
  if (node.init === undefined) return "it has no init";
  const loose = notAffine(state, site);
  if (loose !== undefined) return loose;
  const axis = node.iters.find((i) => !isSpatial(i) && !isReduce(i));
  if (axis !== undefined) return `its axis \`${axis.var.name}\` is neither spatial nor reduced`;
  const reduced = node.iters.filter(isReduce).map((i) => i.var);
  for (const w of node.writes) {
    for (const r of w.region) {
      const used = [...varsOf(r.min), ...varsOf(r.extent)].find((v) => reduced.includes(v));
      if (used !== undefined)
        return `its reduced axis \`${used.name}\` selects what it writes of \`${w.buffer.name}\``;
    }
  }
  return notDominant(all, node) ?? readsWindow(all, node);
}

/** Why a block is not the only writer of its outputs, before all their readers. */
function notDominant(all: readonly BlockSite[], node: Block): Reason {
  const at = all.findIndex((s) => s.node === node);
  for (const buffer of accessesOf(node).writes) {
    for (const [i, other] of all.entries()) {
      if (i === at) continue;
      const { reads, writes } = accessesOf(other.node);
      if (writes.has(buffer)) return `block \`${other.node.name}\` writes \`${buffer.name}\` too`;
      if (i < at && reads.has(buffer))
        return `block \`${other.node.name}\` reads \`${buffer.name}\` before it`;
    }
  }
  return undefined;
}

/** Why a block is neither complete nor a reduction in its scope. */
export function neitherKind(state: ScheduleState, site: BlockSite, scope: Site): Reason {
  const all = childrenOf(scope);
  const asComplete = incomplete(all, site);
  if (asComplete === undefined) return undefined;
  const asReduction = notReduction(state, all, site);
  if (asReduction === undefined) return undefined;
  return site.node.init === undefined ? asComplete : asReduction;
}

/** Why the blocks below a statement are not each complete or a reduction there. */
export function notCompact(state: ScheduleState, subtree: Site): Reason {
  for (const site of childrenOf(subtree)) {
    const reason = neitherKind(state, site, subtree);
    if (reason !== undefined) return `of block \`${site.node.name}\`: ${reason}`;
  }
  return undefined;
}

/** Why blocks of a statement may run or not by what buffers hold: a bound or a condition between them reads one. */
export function isSteeredBy({ node: root }: Site, buffers: ReadonlySet<Buffer>): Reason {
  const reads = (...all: readonly PrimExpr[]): Buffer | undefined => {
    let found: Buffer | undefined;
    for (const e of all)
      visit(e, { enter: (n) => void (n.kind === "tir.Load" && buffers.has(n.buffer) && (found ??= n.buffer)) }); // prettier-ignore
    return found;
  };
  const walk = (s: Stmt): Reason => {
    if (s.kind === "tir.Block" && s !== root) return undefined;
    const read = s.kind === "tir.For" ? reads(s.min, s.extent) : s.kind === "tir.If" || s.kind === "tir.While" ? reads(s.cond) : undefined; // prettier-ignore
    if (read === undefined)
      return statementsOf(s)
        .map(walk)
        .find((r) => r !== undefined);
    const what = s.kind === "tir.For" ? `a bound of the loop \`${s.var.name}\`` : "a condition";
    return `${what} reads \`${read.name}\``;
  };
  return walk(root);
}

// ---- bindings ---------------------------------------------------------------------------------------------------

/** Loop variables around a block, in its scope, with their ranges. */
export const loopDomain = (site: Site): ReadonlyMap<Var, Range> =>
  new Map(loopsAround(site).map(({ node }) => [node.var, range(node.min, node.extent)]));

/** Why the bindings of a block are not an affine map from loops onto axes. */
export function notAffine(state: ScheduleState, site: BlockSite): Reason {
  const indices = site.node.values ?? [];
  if (indices.length === 0) return undefined;
  const map = detectIterMap({
    indices,
    domain: loopDomain(site),
    predicate: site.node.predicate,
    level: "surjective",
    analyzer: analyzerOf(state),
  });
  return map.ok ? undefined : map.reason;
}

/** Whether every binding is a loop variable of its own. */
export function isTrivial({ node }: BlockSite): boolean {
  const used = new Set<PrimExpr>();
  return (node.values ?? []).every((v) => {
    const isFresh = v.kind === "tir.Var" && !used.has(v);
    used.add(v);
    return isFresh;
  });
}

/** Kinds of the axes whose bindings mention a loop variable. */
export function axesBoundBy({ iters, values }: Block, v: Var): readonly IterVar[] {
  return iters.filter((_, k) => values?.[k] !== undefined && varsOf(values[k]).includes(v));
}

/** Why a block is more than a function of its axes: its body names a loop around it. */
export function namesLoop({ node }: BlockSite, vars: readonly Var[]): Reason {
  const inside = { ...node, iters: [], values: undefined, predicate: boolImm(true) };
  const named = freeBinders(inside).find((b) => vars.includes(b as Var)) as Var | undefined;
  return (
    named &&
    `block \`${node.name}\` names the loop \`${named.name}\` in its body; bind it to an axis by \`T.axis\``
  );
}

/** Why a block means something else at another place: its body, or the domain of an axis, names a loop around it. */
export function isBoundTo(site: BlockSite, vars: readonly Var[]): Reason {
  const { node } = site;
  const axis = node.iters.find(({ dom }) => dom && [...varsOf(dom.min), ...varsOf(dom.extent)].some((v) => vars.includes(v))); // prettier-ignore
  return axis ? `the domain of its axis \`${axis.var.name}\` depends on a loop; say how long it is in all, e.g. \`T.axis.spatial(n, i)\`` : namesLoop(site, vars); // prettier-ignore
}

// ---- scopes -----------------------------------------------------------------------------------------------------

/** Why the producers in its scope do not write all that a block reads before it reads it. */
export function notCovered(state: ScheduleState, site: BlockSite): Reason {
  for (const producer of producersOf(state, site)) {
    const { writes } = accessesOf(producer.node);
    for (const read of site.node.reads) {
      if (!writes.has(read.buffer)) continue;
      const covered = producer.node.writes.some(
        (w) => w.buffer === read.buffer && isCovered(state, producer, w, site, read),
      );
      if (!covered)
        return `block \`${producer.node.name}\` is not proved to write all of \`${read.buffer.name}\` that \`${site.node.name}\` reads`;
    }
  }
  return undefined;
}

/** Why a scope is not a pipeline of stages: values only flow forward, each written before it is read. */
export function notStagePipeline(state: ScheduleState, scope: BlockSite): Reason {
  const all = childrenOf(scope);
  for (const [i, site] of all.entries()) {
    const { reads, writes } = accessesOf(site.node);
    for (const later of all.slice(i + 1)) {
      const overwritten = [...accessesOf(later.node).writes].find(
        (b) => reads.has(b) && !writes.has(b),
      );
      if (overwritten !== undefined)
        return `block \`${later.node.name}\` overwrites \`${overwritten.name}\`, which \`${site.node.name}\` reads`;
    }
    const reason = notCovered(state, site);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** A region of a block's reads or writes by buffer. */
export const regionOf = (list: readonly BufferRegion[], buffer: Buffer): BufferRegion | undefined =>
  list.find((r) => r.buffer === buffer);
