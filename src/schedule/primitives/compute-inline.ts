import { leafOf } from "../../analysis/tir-pattern/index.js";
import { rebuild } from "../../ir/core/rewrite.js";
import type { Node } from "../../ir/nodes.js";
import type { Block } from "../../ir/tir/stmt.js";
import { inlineInto, valueAt, type Definition } from "../../transform/tir/inline-block.js";
import { blockCodes } from "../block-codes.js";
import { definitionAt } from "../definition.js";
import { dropAllocs, mapBlock } from "../edit.js";
import { accessesOf, childrenOf, incomplete, isOutput, scopeAround } from "../facts.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { isOpaque, usesMemory } from "../relayout.js";
import { replaceAt } from "../site.js";
import { funcOf, withFunc } from "../state.js";
import { accessRegions } from "../../arith/index.js";

/** Every read of what a block computes is replaced by the computation; the block and its buffer are gone. */
export const computeInline = definePrimitive({
  name: "compute_inline",
  summary: "Replaces every read of what a spatial block computes by the computation.",
  params: { block: p.inner("The block, of which nothing is left.") },
  outputs: "none",
  run(state, { block: site }) {
    const { node } = site;
    const refused = (reason: string): never =>
      refuse(blockCodes.inlineRefused({ block: node.name, reason, at: node.span }));
    const scope = scopeAround(state, site);
    const all = childrenOf(scope);
    const reason = incomplete(all, site);
    if (reason !== undefined) refused(reason);
    if (isOutput(scope, node)) refused("it writes a buffer that is visible outside");
    const definition = definitionAt(state, site);
    if (typeof definition === "string") return refused(definition);
    const { buffer } = definition;
    const users = all.filter((b) => b.node !== node && accessesOf(b.node).reads.has(buffer));
    if (users.length === 0) refused(`nothing reads \`${buffer.name}\``);
    const { reads } = accessesOf(node);
    const later = all.slice(all.findIndex((b) => b.node === node) + 1);
    const spoiler = later.find((b) => [...accessesOf(b.node).writes].some((x) => reads.has(x)));
    if (spoiler !== undefined) refused(`block \`${spoiler.node.name}\` overwrites what it reads`);
    const opaque = users.find((b) => isOpaque(b.node, buffer));
    if (opaque !== undefined) refused(`block \`${opaque.node.name}\` uses \`${buffer.name}\` other than by reading elements`); // prettier-ignore
    let func = replaceAt(funcOf(state), site, undefined);
    for (const { node: user } of users) func = mapBlock(func, user.name, (b) => inlined(b, definition)); // prettier-ignore
    func = dropAllocs(func, new Set([buffer]));
    if (usesMemory(func.body, buffer)) refused(`something that no block contains uses the memory of \`${buffer.name}\`, or it has another name`); // prettier-ignore
    return changed(withFunc(state, func));
  },
});

/** The block, or the blocks in it, with the value in the place of the reads. */
function inlined(block: Block, definition: Definition): Block {
  if (!accessesOf(block).reads.has(definition.buffer)) return block;
  if (leafOf(block, [], 0) !== undefined) return inlineInto(block, definition);
  const walk = (node: Node): Node => {
    if (node.kind === "tir.Var" || node.kind === "tir.Buffer") return node;
    if (node.kind === "tir.BufferRegion") return node;
    if (node.kind === "tir.Block" && node !== block) return inlined(node, definition);
    const after = rebuild(node, walk);
    return after.kind === "tir.Load" && after.buffer === definition.buffer
      ? valueAt(definition, after.indices)
      : after;
  };
  const after = walk(block) as Block;
  return { ...after, ...accessRegions(after) };
}
