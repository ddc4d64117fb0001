/** Spatial blocks as functions from indices to elements, as inlining needs them. */
import { leafOf, type LeafBlock } from "../analysis/tir-pattern/index.js";
import { boolImm } from "../ir/tir/expr.js";
import { definitionOf, type Definition } from "../transform/tir/inline-block.js";
import { accessesOf } from "./facts.js";
import { notWhole } from "./iterations.js";
import { loopsAround, type BlockSite } from "./site.js";
import type { ScheduleState } from "./state.js";

/** The block as a leaf whose predicate only keeps its axes in their domains, or why it is none. */
export function leafAt(state: ScheduleState, site: BlockSite): LeafBlock | string {
  const reason = notWhole(state, site);
  if (reason !== undefined) return reason;
  const loops = loopsAround(site).map((l) => l.node);
  const leaf = leafOf({ ...site.node, predicate: boolImm(true) }, loops, 0);
  return leaf ?? "it does more than store elements";
}

/** What the block computes for each element, or why it cannot be said so. */
export function definitionAt(state: ScheduleState, site: BlockSite): Definition | string {
  const leaf = leafAt(state, site);
  return typeof leaf === "string" ? leaf : definitionOf(leaf);
}

/** The value of the only store of a spatial block, wherever it stores; or why there is none. */
export function storeAt(state: ScheduleState, site: BlockSite): Definition | string {
  const leaf = leafAt(state, site);
  if (typeof leaf === "string") return leaf;
  const [only, ...more] = leaf.stores;
  if (more.length > 0) return "it stores more than one element";
  if (leaf.reduced.length > 0 || leaf.inits.length > 0) return "it is a reduction";
  const { buffer, indices: axes, value } = only!;
  if (accessesOf(site.node).reads.has(buffer)) return "it reads what it writes";
  return { leaf, buffer, axes, lets: leaf.lets, value };
}
