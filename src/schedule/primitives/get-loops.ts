import { definePrimitive, giving } from "../primitive.js";
import { loopRef } from "../reference.js";
import { p } from "../params.js";
import { loopsAround } from "../site.js";

/** The loops between a block and the block around it. */
export const getLoops = definePrimitive({
  name: "get_loops",
  summary: "Gives the loops around a block, outermost first.",
  params: { block: p.block("The block.") },
  outputs: "list",
  pure: true,
  run: (state, { block }) => giving(state, ...loopsAround(block).map((l) => loopRef(l.node))),
});
