import type { Analyzer } from "../../arith/index.js";
import { substitute } from "../../ir/core/rewrite.js";
import { compare, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { Block } from "../../ir/tir/stmt.js";
import { addIndex } from "../../transform/tir/strides.js";
import { loadOf, storedThrough, type Definition } from "../../transform/tir/inline-block.js";
import { blockCodes } from "../block-codes.js";
import { storeAt } from "../definition.js";
import { dropAllocs, withIndices } from "../edit.js";
import { accessesOf, childrenOf, incomplete, isOutput, scopeAround } from "../facts.js";
import { axesFrom } from "../layout-map.js";
import { conflicts } from "../move.js";
import { allOf, both, inType, outside } from "../nest.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { usesMemory } from "../relayout.js";
import { findBlock, replaceAt, type BlockSite } from "../site.js";
import { analyzerAt, analyzerOf, funcOf, withFunc, type ScheduleState } from "../state.js";

/** The producer of what a block reads stores the block's result in its place; the buffer between them is gone. */
export const reverseComputeInline = definePrimitive({
  name: "reverse_compute_inline",
  summary: "Lets the producer of what a spatial block reads store the block's result itself.",
  params: { block: p.inner("The consumer, of which nothing is left.") },
  outputs: "none",
  run(state, { block: site }) {
    const { node } = site;
    const refused = (reason: string): never =>
      refuse(blockCodes.inlineRefused({ block: node.name, reason, at: node.span }));
    const scope = scopeAround(state, site);
    const all = childrenOf(scope);
    const kind = incomplete(all, site);
    if (kind !== undefined) refused(kind);
    const consumer = storeAt(state, site);
    if (typeof consumer === "string") return refused(consumer);
    const { reads } = accessesOf(node);
    let reason = "no block makes, for it alone, what it reads";
    for (const producer of all) {
      const { writes } = accessesOf(producer.node);
      if (producer.node === node || ![...writes].some((b) => reads.has(b))) continue;
      const found = joined(state, all, producer, site, consumer);
      if (typeof found === "string") {
        reason = found;
        continue;
      }
      const func = replaceAt(funcOf(state), site, undefined);
      const target = findBlock(func, producer.node.name)!;
      const after = replaceAt(func, target, found);
      const left = dropAllocs(after, writes);
      const used = [...writes].find((b) => usesMemory(left.body, b));
      if (used === undefined) return changed(withFunc(state, left));
      reason = `something else uses the memory of \`${used.name}\``;
    }
    return refused(reason);
  },
});

/** The producer's block with the consumer's store, or why there is none. */
function joined(
  state: ScheduleState,
  all: readonly BlockSite[],
  producer: BlockSite,
  site: BlockSite,
  consumer: Definition,
): Block | string {
  const { name } = producer.node;
  if (producer.node.init !== undefined || producer.node.iters.some((i) => i.iterKind !== "spatial"))
    return `its producer \`${name}\` is a reduction; \`cache_write\` gives that a block after the last step`; // prettier-ignore
  const kind = incomplete(all, producer);
  if (kind !== undefined) return `of its producer \`${name}\`: ${kind}`;
  if (isOutput(scopeAround(state, producer), producer.node))
    return `what \`${name}\` writes is visible outside`;
  const made = storeAt(state, producer);
  if (typeof made === "string") return `of its producer \`${name}\`: ${made}`;
  const other = all.find(
    (b) => b.node !== site.node && b.node !== producer.node && accessesOf(b.node).reads.has(made.buffer), // prettier-ignore
  );
  if (other !== undefined) return `block \`${other.node.name}\` reads \`${made.buffer.name}\` too`;
  const from = all.findIndex((b) => b.node === producer.node);
  const to = all.findIndex((b) => b.node === site.node);
  const between = all.slice(from + 1, to).find((b) => conflicts(b, site));
  if (between !== undefined)
    return `block \`${between.node.name}\`, which runs between them, makes what it reads or uses what it writes`;
  const axes = axesOf(state, producer, made, consumer);
  if (typeof axes === "string") return axes;
  const after = withIndices(axes.analyzer, storedThrough(made, consumer, axes.map));
  const predicate = both(producer.node.predicate, axes.predicate);
  return { ...after, name, annotations: producer.node.annotations, predicate };
}

/**
 * The consumer's axes in those of the producer, from the element that the consumer reads; and, where it is not proved,
 * that there are such axes.
 */
function axesOf(
  state: ScheduleState,
  producer: BlockSite,
  made: Definition,
  consumer: Definition,
):
  | {
      readonly map: ReadonlyMap<Var, PrimExpr>;
      readonly predicate: PrimExpr;
      /** Knows the axes of the producer. */
      readonly analyzer: Analyzer;
    }
  | string {
  const several = `it does not read \`${made.buffer.name}\` at one element found from all its axes`;
  const load = loadOf(made, consumer);
  if (load === undefined) return several;
  const { iters } = consumer.leaf.block;
  const analyzer = analyzerAt(state, producer);
  for (const { var: v, dom } of producer.node.iters) if (dom !== undefined) analyzer.bind(v, dom);
  const map = axesFrom(analyzer, iters, load.indices, made.axes);
  if (map === undefined) return several;
  if (!isMade(state, producer, made, consumer.leaf.block, load.indices))
    return `it also runs where \`${producer.node.name}\` does not make what it reads`;
  const conds = [
    ...load.indices.map((e, k) => compare("eq", substitute(e, map), inType(made.axes[k]!, e.dtype))), // prettier-ignore
    ...iters.map((i) => compare("lt", map.get(i.var)!, inType(i.dom!.extent, i.var.dtype))),
  ];
  const open = conds.filter((c) => analyzer.prove(c) !== true);
  return { map, predicate: allOf(open.map((c) => outside(producer.node, c))), analyzer };
}

/** Whether the producer stores, for all axes of the consumer, the element at the given indices. */
function isMade(
  state: ScheduleState,
  { node }: BlockSite,
  made: Definition,
  consumer: Block,
  indices: readonly PrimExpr[],
): boolean {
  const analyzer = analyzerOf(state);
  for (const { var: v, dom } of consumer.iters) if (dom !== undefined) analyzer.bind(v, dom);
  return indices.every((e, k) => {
    const dom = node.iters.find((i) => i.var === made.axes[k])?.dom;
    if (dom === undefined) return true;
    const [min, end] = [inType(dom.min, e.dtype), inType(addIndex(dom.min, dom.extent), e.dtype)];
    return (
      analyzer.prove(compare("ge", e, min)) === true &&
      analyzer.prove(compare("lt", e, end)) === true
    );
  });
}
