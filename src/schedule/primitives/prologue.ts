import { childrenOf, incomplete, producersOf, scopeAround } from "../facts.js";
import { p } from "../params.js";
import { definePrimitive, giving } from "../primitive.js";
import { blockRef } from "../reference.js";
import type { BlockSite } from "../site.js";

/** Finds the spatial blocks that lead to what a block reads, in the order in which they run. */
export const prologue = definePrimitive({
  name: "prologue",
  summary: "Finds the spatial blocks that lead to what a block reads, the first to run first.",
  params: { block: p.block("The block.") },
  outputs: "list",
  pure: true,
  run(state, { block }) {
    const all = childrenOf(scopeAround(state, block));
    const found = new Set<BlockSite["node"]>();
    const collect = (site: BlockSite): void => {
      for (const producer of producersOf(state, site)) {
        if (found.has(producer.node) || incomplete(all, producer) !== undefined) continue;
        found.add(producer.node);
        collect(producer);
      }
    };
    collect(block);
    return giving(state, ...all.filter(({ node }) => found.has(node)).map(({ node }) => blockRef(node))); // prettier-ignore
  },
});
