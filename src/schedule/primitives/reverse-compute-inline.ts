import { eachLoad } from "../../analysis/tir-pattern/index.js";
import { compare, type Load, type PrimExpr } from "../../ir/tir/expr.js";
import type { Block } from "../../ir/tir/stmt.js";
import { composed, type Definition } from "../../transform/tir/inline-block.js";
import { blockCodes } from "../block-codes.js";
import { definitionAt } from "../definition.js";
import { dropAllocs } from "../edit.js";
import { accessesOf, childrenOf, incomplete, isOutput, scopeAround } from "../facts.js";
import { domainConditions } from "../iterations.js";
import { conflicts } from "../move.js";
import { allOf, both, endOf, inType, outside } from "../nest.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { findBlock, replaceAt, type BlockSite } from "../site.js";
import { analyzerAt, funcOf, withFunc, type ScheduleState } from "../state.js";

/** The producer of what a block reads stores the block's result in its place; the buffer between them is gone. */
export const reverseComputeInline = definePrimitive({
  name: "reverse_compute_inline",
  summary: "Lets the producer of what a spatial block reads store the block's result itself.",
  params: { block: p.block("The consumer, of which nothing is left.") },
  outputs: "none",
  run(state, { block: site }) {
    const { node } = site;
    const refused = (reason: string): never =>
      refuse(blockCodes.inlineRefused({ block: node.name, reason, at: node.span }));
    const scope = scopeAround(state, site);
    const all = childrenOf(scope);
    const kind = incomplete(all, site);
    if (kind !== undefined) refused(kind);
    const consumer = definitionAt(state, site);
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
      return changed(withFunc(state, dropAllocs(after, writes)));
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
  const made = definitionAt(state, producer);
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
  const after = composed(made, consumer);
  if (after === undefined)
    return `it does not read \`${made.buffer.name}\` at one element found from all its axes`;
  const predicate = both(producer.node.predicate, crop(state, producer, made, consumer));
  return { ...after, name, annotations: producer.node.annotations, predicate };
}

/** That the producer's axes lie in the domains of the consumer's, where that is not proved. */
function crop(
  state: ScheduleState,
  producer: BlockSite,
  made: Definition,
  consumer: Definition,
): PrimExpr {
  const analyzer = analyzerAt(state, producer);
  for (const c of domainConditions(producer.node)) analyzer.assume(c);
  let load: Load | undefined;
  for (const e of [...consumer.lets.map((l) => l.value), consumer.value])
    eachLoad(e, false, (l) => void (load ??= l.buffer === made.buffer ? l : undefined));
  const conds = consumer.leaf.block.iters.flatMap(({ var: v, dom }): PrimExpr[] => {
    const k = load?.indices.indexOf(v) ?? -1;
    if (k < 0 || dom === undefined) return [];
    const value = inType(outside(producer.node, made.axes[k]!), v.dtype);
    return [
      compare("le", inType(dom.min, v.dtype), value),
      compare("lt", value, inType(endOf(dom), v.dtype)),
    ];
  });
  return allOf(conds.filter((c) => analyzer.prove(c) !== true));
}
