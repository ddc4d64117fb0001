import { producersOf } from "../facts.js";
import { p } from "../params.js";
import { definePrimitive, giving } from "../primitive.js";
import { blockRef } from "../reference.js";

/** Finds the blocks of the same scope that write what a block reads. */
export const getProducers = definePrimitive({
  name: "get_producers",
  summary: "Finds the blocks of the same scope that write what a block reads.",
  params: { block: p.block("The block.") },
  outputs: "list",
  pure: true,
  run: (state, { block }) =>
    giving(state, ...producersOf(state, block).map(({ node }) => blockRef(node))),
});
