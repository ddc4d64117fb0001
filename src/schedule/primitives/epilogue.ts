import { childrenOf, consumersOf, incomplete, scopeAround } from "../facts.js";
import { p } from "../params.js";
import { definePrimitive, giving } from "../primitive.js";
import { blockRef } from "../reference.js";
import type { BlockSite } from "../site.js";

/** Finds the spatial blocks that go on with what a block writes, in the order in which they run. */
export const epilogue = definePrimitive({
  name: "epilogue",
  summary: "Finds the spatial blocks that go on with what a block writes, the first to run first.",
  params: { block: p.block("The block.") },
  outputs: "list",
  pure: true,
  run(state, { block }) {
    const all = childrenOf(scopeAround(state, block));
    const found = new Set<BlockSite["node"]>();
    const collect = (site: BlockSite): void => {
      for (const consumer of consumersOf(state, site)) {
        if (found.has(consumer.node) || incomplete(all, consumer) !== undefined) continue;
        found.add(consumer.node);
        collect(consumer);
      }
    };
    collect(block);
    return giving(state, ...all.filter(({ node }) => found.has(node)).map(({ node }) => blockRef(node))); // prettier-ignore
  },
});
