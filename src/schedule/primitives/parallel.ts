import { marked, requireConcurrent } from "../mark.js";
import { p } from "../params.js";
import { definePrimitive } from "../primitive.js";

/**
 * Precondition: the loop runs over spatial axes, and no iteration touches what another one stores. Result: a parallel
 * loop. Sound because then the order of the iterations cannot be told.
 */
export const parallel = definePrimitive({
  name: "parallel",
  summary: "Lets the iterations of a loop run in any order, on any thread.",
  params: { loop: p.loop("The loop.") },
  outputs: "none",
  run(state, { loop }) {
    requireConcurrent(state, loop, "parallel");
    return marked(state, loop, { loopKind: "parallel", threadTag: undefined });
  },
});
