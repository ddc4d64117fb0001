import { childrenOf, isOutput } from "../facts.js";
import { p } from "../params.js";
import { definePrimitive, giving } from "../primitive.js";
import { blockRef } from "../reference.js";
import { rootOf } from "../state.js";

/** Finds the blocks of a scope that write what the scope does not allocate. */
export const getOutputBlocks = definePrimitive({
  name: "get_output_blocks",
  summary: "Finds the blocks that write what their scope does not allocate.",
  params: { scope: p.optional(p.block("The block around them; the function when `None`.")) },
  outputs: "list",
  pure: true,
  run(state, { scope }) {
    const site = scope ?? { node: rootOf(state), path: [] };
    const found = childrenOf(site).filter(({ node }) => isOutput(site, node));
    return giving(state, ...found.map(({ node }) => blockRef(node)));
  },
});
