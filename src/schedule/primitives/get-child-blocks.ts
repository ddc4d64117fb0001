import { p } from "../params.js";
import { definePrimitive, giving } from "../primitive.js";
import { blockRef } from "../reference.js";
import { blocksBelow } from "../site.js";

/** Finds the blocks directly below a block or loop. */
export const getChildBlocks = definePrimitive({
  name: "get_child_blocks",
  summary: "Finds the blocks below a block or loop that no other block there contains.",
  params: { block_or_loop: p.blockOrLoop("Where to look.") },
  outputs: "list",
  pure: true,
  run: (state, { block_or_loop: site }) =>
    giving(state, ...blocksBelow(site).map(({ node }) => blockRef(node))),
});
