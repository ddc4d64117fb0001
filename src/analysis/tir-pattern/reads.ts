/** How the reads of a block lie to the element that an iteration writes. */
import type { Analyzer } from "../../arith/index.js";
import { structuralEqual } from "../../ir/core/equal.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { substitute } from "../../ir/core/rewrite.js";
import { children } from "../../ir/core/visit.js";
import { isNode, type Node } from "../../ir/nodes.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import type { Load, PrimExpr, Var } from "../../ir/tir/expr.js";
import type { Store } from "../../ir/tir/stmt.js";
import type { LeafBlock } from "./leaf-blocks.js";

/**
 * `same`: the element with the index that is written; `spread`: that index with positions removed, or 0 where the
 * extent is 1; `map`: any element found from the index alone, and reads under a condition; `other`: depends on reduced
 * axes.
 */
export type ReadClass = "same" | "spread" | "map" | "other";

export interface Read {
  readonly load: Load;
  readonly buffer: Buffer;
  readonly indices: readonly PrimExpr[];
  readonly readClass: ReadClass;
}

const RANK: Readonly<Record<ReadClass, number>> = { same: 0, spread: 1, map: 2, other: 3 };

/** The looser of two classes, and the class of a read through an intermediate. */
export const worstRead = (a: ReadClass, b: ReadClass): ReadClass => (RANK[a] >= RANK[b] ? a : b);

const isZero = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 0;
const isOne = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 1;

/**
 * The axes in the order in which a store indexes by them: distinct bare spatial axes that cover all but those of extent
 * 1, with 0 where the extent is 1. Undefined when the store is not of this form.
 */
export function writtenAxes(leaf: LeafBlock, store: Store): readonly PrimExpr[] | undefined {
  const seen = new Set<Var>();
  for (const [k, index] of store.indices.entries()) {
    if (isZero(index) && isOne(store.buffer.shape[k]!)) continue;
    if (index.kind !== "tir.Var" || seen.has(index) || !leaf.spatial.includes(index))
      return undefined;
    seen.add(index);
  }
  const covers = leaf.block.iters.every(
    ({ var: v, iterKind, dom }) =>
      iterKind !== "spatial" || seen.has(v) || (dom !== undefined && isOne(dom.extent)),
  );
  return covers ? store.indices : undefined;
}

/** All reads of a block; those of the elements that a reduction updates are left out. */
export function readsOf(leaf: LeafBlock, analyzer: Analyzer): readonly Read[] {
  const [first] = leaf.stores;
  const axes = writtenAxes(leaf, first!) ?? [];
  const lets = new Map<Var, PrimExpr>();
  for (const { var: v, value } of leaf.lets) lets.set(v, substitute(value, lets));
  const found: Read[] = [];
  const note = (load: Load, guarded: boolean): void => {
    const indices = load.indices.map((i) => substitute(i, lets));
    if (leaf.reduced.length > 0 && isOwn(leaf, load.buffer, indices)) return;
    const readClass = classOf(
      { leaf, axes, analyzer, written: first!.buffer },
      load.buffer,
      indices,
    );
    found.push({
      load,
      buffer: load.buffer,
      indices,
      readClass: guarded ? worstRead("map", readClass) : readClass,
    });
  };
  for (const { value } of leaf.lets) eachLoad(value, false, note);
  for (const s of [...leaf.inits, ...leaf.stores]) {
    for (const index of s.indices) eachLoad(index, false, note);
    eachLoad(s.value, false, note);
  }
  eachLoad(leaf.block.predicate, false, note);
  return found;
}

/** A read of what the block itself updates. */
const isOwn = (leaf: LeafBlock, buffer: Buffer, indices: readonly PrimExpr[]): boolean =>
  leaf.stores.some((s) => s.buffer === buffer && sameIndices(s.indices, indices));

/** Whether two lists of indices are written alike. */
export const sameIndices = (a: readonly PrimExpr[], b: readonly PrimExpr[]): boolean =>
  a.length === b.length &&
  a.every((e, i) => e === b[i] || structuralEqual(e, b[i]!, { mapFreeVars: false }));

interface Place {
  readonly leaf: LeafBlock;
  readonly axes: readonly PrimExpr[];
  readonly analyzer: Analyzer;
  readonly written: Buffer;
}

function classOf(place: Place, buffer: Buffer, indices: readonly PrimExpr[]): ReadClass {
  const { leaf, axes, written, analyzer } = place;
  if (indices.some((e) => varsOf(e).some((v) => leaf.reduced.includes(v)))) return "other";
  let at = -1;
  let removed = indices.length !== axes.length;
  for (const [k, index] of indices.entries()) {
    const dim = buffer.shape[k]!;
    if (isZero(index) && isOne(dim)) {
      // The element with this index, where the written extent is 1 too.
      if (!(indices.length === axes.length && isOne(written.shape[k]!))) removed = true;
      continue;
    }
    const position = index.kind === "tir.Var" ? axes.indexOf(index) : -1;
    if (position <= at || analyzer.equal(dim, written.shape[position]!) !== true) return "map";
    if (position !== k) removed = true;
    at = position;
  }
  return removed ? "spread" : "same";
}

/** Calls `each` on the loads of an expression, and tells whether a condition decides about the load. */
export function eachLoad(
  e: Node,
  guarded: boolean,
  each: (load: Load, guarded: boolean) => void,
): void {
  if (e.kind === "tir.IfThenElse") {
    eachLoad(e.cond, guarded, each);
    eachLoad(e.then, true, each);
    eachLoad(e.otherwise, true, each);
    return;
  }
  if (e.kind === "tir.Logic") {
    eachLoad(e.a, guarded, each);
    eachLoad(e.b, true, each);
    return;
  }
  if (e.kind === "tir.Load") {
    each(e, guarded);
    for (const index of e.indices) eachLoad(index, guarded, each);
    return;
  }
  if (e.kind === "tir.Buffer" || e.kind === "tir.Var") return;
  children(e, (child) => {
    if (isNode(child)) eachLoad(child, guarded, each);
  });
}
