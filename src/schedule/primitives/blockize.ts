import { p } from "../params.js";
import { blockized } from "../blockized.js";
import { definePrimitive, giving } from "../primitive.js";
import { blockRef } from "../reference.js";
import { findBlock } from "../site.js";
import { withFunc } from "../state.js";

/** The loops below a loop, and their block, become the body of a block whose axes count whole runs of them. */
export const blockize = definePrimitive({
  name: "blockize",
  summary: "Makes the nest below a loop the body of a block.",
  params: {
    loop: p.loop("The outermost loop of the new block."),
    preserve_unit_iters: p.bool({ help: "Keep axes with one value.", default: true }),
  },
  outputs: "one",
  run(state, { loop, preserve_unit_iters }) {
    const { func, name } = blockized(state, loop, preserve_unit_iters);
    return giving(withFunc(state, func), blockRef(findBlock(func, name)!.node));
  },
});
