/**
 * Whether iterations of loops may run in another order, or at once. Instances of one block that differ in spatial or
 * reduced axes may by the contract of blocks; what remains is what blocks pass to each other, and repeated instances.
 */
import { evalSet, poly, setOfRange, type Analyzer, type IntSet } from "../arith/index.js";
import { findRaces } from "../analysis/index.js";
import { varsOf } from "../ir/core/free-vars.js";
import { range, type Buffer, type BufferRegion } from "../ir/tir/buffer.js";
import { binary, intImm, type Var } from "../ir/tir/expr.js";
import type { For, LoopKind } from "../ir/tir/stmt.js";
import {
  accessesOf,
  axesBoundBy,
  bufferSet,
  isSteeredBy,
  namesLoop,
  notAffine,
  usesAlias,
  type Reason,
} from "./facts.js";
import { isConstant } from "./loops.js";
import { isCovered, regionOutside } from "./regions.js";
import { blocksBelow, eachSite, replaceAt, statementsOf, type BlockSite, type LoopSite } from "./site.js"; // prettier-ignore
import { analyzerAt, enter, funcOf, rootOf, type ScheduleState } from "./state.js";

/** Why the iterations of a chain of loops (each inside the one before) have to run in their order. */
export function orderMatters(state: ScheduleState, chain: readonly LoopSite[]): Reason {
  const innermost = chain[chain.length - 1]!;
  const blocks = blocksBelow(innermost);
  const loose = looseStatement(innermost);
  if (loose !== undefined) return loose;
  const vars = chain.map((l) => l.node.var);
  for (const site of blocks) {
    const axis = vars.flatMap((v) => axesBoundBy(site.node, v)).find((i) => i.iterKind !== "spatial" && i.iterKind !== "reduce"); // prettier-ignore
    if (axis !== undefined)
      return `axis \`${axis.var.name}\` of block \`${site.node.name}\` is ${axis.iterKind}`;
    const open = namesLoop(site, vars);
    if (open !== undefined) return open;
  }
  return eachPair(blocks, (first, second, buffer) =>
    flowsWithin(state, first, second, buffer, vars) ||
    areSeparated(state, first, second, buffer, chain)
      ? undefined
      : `block \`${second.node.name}\` may meet in \`${buffer.name}\` what other iterations of \`${first.node.name}\` do`,
  );
}

/** Why the iterations of a loop cannot run at once, each block as a whole. */
export function notConcurrent(state: ScheduleState, loop: LoopSite, kind: LoopKind): Reason {
  const { node } = loop;
  if (isConstant(node.extent, 1)) return undefined;
  const loose = looseStatement(loop);
  if (loose !== undefined) return loose;
  const blocks = blocksBelow(loop);
  for (const site of blocks) {
    const axes = axesBoundBy(site.node, node.var);
    const axis = axes.find((i) => i.iterKind !== "spatial");
    if (axis !== undefined)
      return `it runs over axis \`${axis.var.name}\` of block \`${site.node.name}\`, which is ${axis.iterKind === "reduce" ? "reduced" : axis.iterKind}`;
    const open = namesLoop(site, [node.var]);
    if (open !== undefined) return open;
    const shared = sharedWrite(state, site, loop);
    if (shared !== undefined && !isProvedFree(state, loop, kind)) return shared;
  }
  return eachPair(blocks, (first, second, buffer) =>
    isPrivateTo(state, buffer, loop)
      ? flowsWithin(state, first, second, buffer, [node.var]) ||
        areSeparated(state, first, second, buffer, [loop])
        ? undefined
        : `block \`${second.node.name}\` is not proved to find in \`${buffer.name}\` only what its own iteration stored`
      : areSeparated(state, first, second, buffer, [loop]) || isProvedFree(state, loop, kind)
        ? undefined
        : `iterations of \`${first.node.name}\` and \`${second.node.name}\` may meet in \`${buffer.name}\``,
  );
}

/** Why loops that stand one after the other, now merged into one chain, may not run interleaved. */
export function mayNotInterleave(
  state: ScheduleState,
  chain: readonly LoopSite[],
  parts: readonly (readonly BlockSite[])[],
): Reason {
  const innermost = chain[chain.length - 1]!;
  const loose = looseStatement(innermost);
  if (loose !== undefined) return loose;
  const partOf = (site: BlockSite): number =>
    parts.findIndex((part) => part.some((b) => b.node.name === site.node.name));
  const vars = chain.map((l) => l.node.var);
  return eachPair(blocksBelow(innermost), (first, second, buffer) => {
    if (partOf(first) === partOf(second)) return undefined;
    return flowsWithin(state, first, second, buffer, vars) ||
      areSeparated(state, first, second, buffer, chain)
      ? undefined
      : `block \`${second.node.name}\` needs all of \`${first.node.name}\` done before it, because of \`${buffer.name}\``;
  });
}

// ---- blocks one by one ------------------------------------------------------------------------------------------

/** Statements that are no block cannot be reasoned about, but hints change nothing. */
function looseStatement({ node, path }: LoopSite): Reason {
  let found: Reason;
  const walk = (s: For["body"]): void => {
    if (s.kind === "tir.Block" || isHint(s)) return;
    const inner = statementsOf(s);
    if (inner.length === 0 && s.kind !== "tir.Seq")
      found = "there are statements that no block contains";
    inner.forEach(walk);
  };
  walk(node.body);
  if (found !== undefined) return found;
  const written = blocksBelow({ node, path }).flatMap((b) => [...accessesOf(b.node).writes]);
  return isSteeredBy({ node, path }, bufferSet(written));
}

const isHint = (s: For["body"]): boolean =>
  s.kind === "tir.Evaluate" && s.value.kind === "tir.Call" && s.value.op === "prefetch";

/** Why iterations of the loop may store to one element. */
function sharedWrite(state: ScheduleState, site: BlockSite, loop: LoopSite): Reason {
  const { node } = site;
  const axes = axesBoundBy(node, loop.node.var);
  for (const buffer of accessesOf(node).writes) {
    if (isPrivateTo(state, buffer, loop)) continue;
    if (axes.length === 0)
      return `block \`${node.name}\` does the same in every one of them, to \`${buffer.name}\``;
    const loose = notAffine(state, site);
    if (loose !== undefined)
      return `block \`${node.name}\` is bound to loops in a way that ${loose}`;
    for (const { region } of node.writes.filter((w) => w.buffer === buffer)) {
      const missed = axes.find(
        (axis) => !region.some((r) => r.min === axis.var && isConstant(r.extent, 1)),
      );
      if (missed !== undefined)
        return `axis \`${missed.var.name}\` of block \`${node.name}\` does not select what it stores in \`${buffer.name}\``;
    }
  }
  return undefined;
}

/** Whether the loop, marked as asked, is proved to be without conflicts. */
function isProvedFree(state: ScheduleState, loop: LoopSite, kind: LoopKind): boolean {
  const marked: For = { ...loop.node, loopKind: kind };
  const { races, unknown } = findRaces(replaceAt(funcOf(state), loop, marked));
  return [...races, ...unknown].every(
    ({ group }) => group.kind === "block" || group.loop.var !== marked.var,
  );
}

/** Whether a buffer lives only while the loop runs: allocated by the function, used by nothing outside of the loop. */
function isPrivateTo(state: ScheduleState, buffer: Buffer, loop: LoopSite): boolean {
  let isOwn = false;
  let isUsedOutside = false;
  eachSite(rootOf(state), (site) => {
    if (site.node.kind !== "tir.Block") return;
    isOwn ||= site.node.allocs.includes(buffer);
    const isLeaf = blocksBelow(site).length === 0;
    const { reads, writes } = accessesOf(site.node);
    if (isLeaf && (reads.has(buffer) || writes.has(buffer)) && !site.path.includes(loop.node))
      isUsedOutside = true;
  });
  return isOwn && !isUsedOutside;
}

// ---- pairs of blocks --------------------------------------------------------------------------------------------

/** The first reason for a pair of different blocks that share a buffer at least one of them writes. */
function eachPair(
  blocks: readonly BlockSite[],
  conflict: (first: BlockSite, second: BlockSite, buffer: Buffer) => Reason,
): Reason {
  for (const [k, first] of blocks.entries()) {
    const a = accessesOf(first.node);
    for (const second of blocks.slice(k + 1)) {
      const b = accessesOf(second.node);
      const shared = new Set([...a.writes].filter((x) => b.reads.has(x) || b.writes.has(x)));
      for (const x of a.reads) if (b.writes.has(x)) shared.add(x);
      for (const buffer of shared) {
        const reason = conflict(first, second, buffer);
        if (reason !== undefined) return reason;
      }
    }
  }
  return undefined;
}

/** All that the second block takes from or adds to the buffer was stored by the first one in the same iteration. */
function flowsWithin(
  state: ScheduleState,
  first: BlockSite,
  second: BlockSite,
  buffer: Buffer,
  vars: readonly Var[],
): boolean {
  if (usesAlias(first.node, buffer) || usesAlias(second.node, buffer)) return false;
  const own = (list: readonly BufferRegion[]): readonly BufferRegion[] =>
    list.filter((r) => r.buffer === buffer);
  const writes = own(first.node.writes);
  const { reads: firstReads } = accessesOf(first.node);
  // What the first one stores must not depend on the order of these loops itself.
  const sumsUp = ({ node }: BlockSite): boolean =>
    vars.some((v) => axesBoundBy(node, v).some((axis) => axis.iterKind !== "spatial"));
  if (sumsUp(first) || writes.length === 0) return false;
  if (firstReads.has(buffer) && first.node.init === undefined) return false;
  const covers = (
    a: BlockSite,
    ws: readonly BufferRegion[],
    b: BlockSite,
    rs: readonly BufferRegion[],
  ): boolean =>
    // prettier-ignore
    rs.every((r) => ws.some((w) => isCovered(state, a, w, b, r)));
  const reads = own(second.node.reads);
  const secondWrites = own(second.node.writes);
  const { reads: readBuffers, writes: writtenBuffers } = accessesOf(second.node);
  // A block that declares less than it does cannot be reasoned about.
  if (readBuffers.has(buffer) && reads.length === 0) return false;
  if (writtenBuffers.has(buffer) && secondWrites.length === 0) return false;
  // What it sums up over the loops was there before this iteration.
  if (secondWrites.length > 0 && sumsUp(second)) return false;
  return (
    covers(first, writes, second, [...reads, ...secondWrites]) &&
    (secondWrites.length === 0 || covers(second, secondWrites, first, writes))
  );
}

/** Different iterations of each of the loops touch different elements. */
function areSeparated(
  state: ScheduleState,
  first: BlockSite,
  second: BlockSite,
  buffer: Buffer,
  chain: readonly LoopSite[],
): boolean {
  return chain.every((loop) => {
    if (isConstant(loop.node.extent, 1)) return true;
    const analyzer = analyzerAt(state, loop);
    enter(analyzer, loop.node);
    const a = touchedBy(analyzer, first, buffer, loop);
    const b = touchedBy(analyzer, second, buffer, loop);
    if (a === undefined || b === undefined) return false;
    return buffer.shape.some((_, d) => isStepping(analyzer, loop.node.var, [...a, ...b], d));
  });
}

/**
 * What a block touches of a buffer in one iteration of the loop, all loops inside it running: one list of sets a
 * region. Two iterations of a nest differ in an outermost loop, so those around it count as equal.
 */
function touchedBy(
  analyzer: Analyzer,
  { node, path }: BlockSite,
  buffer: Buffer,
  loop: LoopSite,
): readonly (readonly IntSet[])[] | undefined {
  const regions = [...node.reads, ...node.writes].filter((r) => r.buffer === buffer);
  if (regions.length === 0 || usesAlias(node, buffer)) return undefined;
  const inner = path.slice(path.indexOf(loop.node) + 1);
  const domain = new Map<Var, IntSet>();
  for (const f of inner)
    if (f.kind === "tir.For") domain.set(f.var, setOfRange(analyzer, range(f.min, f.extent)));
  return regions.map((region) =>
    regionOutside(node, region).region.map((r) => {
      const last = binary("sub", binary("add", r.min, r.extent), intImm(1, r.min.dtype));
      const max = evalSet(analyzer, last, domain).max;
      return { min: evalSet(analyzer, r.min, domain).min, max };
    }),
  );
}

/** Whether all sets of a dimension lie, for the next value of the variable, behind where they lie for this one. */
function isStepping(
  analyzer: Analyzer,
  v: Var,
  all: readonly (readonly IntSet[])[],
  dimension: number,
): boolean {
  const sets = all.map((s) => s[dimension]);
  return sets.every((y) => {
    if (y?.min === undefined) return false;
    const later = shifted(analyzer, y.min, v);
    const step = later && poly.sub(later, y.min);
    // The ends must move by a constant step, or a later iteration might come back.
    if (later === undefined || step === undefined || !poly.isConst(step) || step.constant <= 0)
      return false;
    return sets.every(
      (x) =>
        x?.max !== undefined &&
        shifted(analyzer, x.max, v) !== undefined &&
        analyzer.isNonNegative(poly.addConst(poly.sub(later, x.max), -1)),
    );
  });
}

/** The polynomial with `v + 1` in the place of `v`; undefined when it is not linear in it. */
function shifted(analyzer: Analyzer, p: poly.Poly, v: Var): poly.Poly | undefined {
  const { id } = analyzer.table.variable(v);
  let step: poly.Poly = poly.zero;
  for (const t of p.terms) {
    const isOwn = t.atoms.some((a) => a.id === id);
    if (!isOwn && t.atoms.some((a) => mentions(a, v, id))) return undefined;
    if (!isOwn) continue;
    if (t.atoms.length > 1) return undefined;
    step = poly.addConst(step, t.coeff);
  }
  return poly.add(p, step);
}

function mentions({ a, b, expr }: poly.Atom, v: Var, id: number): boolean {
  let found = expr !== undefined && varsOf(expr).includes(v);
  for (const part of [a, b])
    if (part !== undefined)
      poly.forEachAtom(part, (atom) => {
        found ||= atom.id === id || (atom.expr !== undefined && varsOf(atom.expr).includes(v));
      });
  return found;
}
