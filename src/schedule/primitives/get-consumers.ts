import { consumersOf } from "../facts.js";
import { p } from "../params.js";
import { definePrimitive, giving } from "../primitive.js";
import { blockRef } from "../reference.js";

/** Finds the blocks of the same scope that read what a block writes. */
export const getConsumers = definePrimitive({
  name: "get_consumers",
  summary: "Finds the blocks of the same scope that read what a block writes.",
  params: { block: p.block("The block.") },
  outputs: "list",
  pure: true,
  run: (state, { block }) =>
    giving(state, ...consumersOf(state, block).map(({ node }) => blockRef(node))),
});
