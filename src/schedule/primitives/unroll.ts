import { marked, withConstantExtent } from "../mark.js";
import { p } from "../params.js";
import { definePrimitive } from "../primitive.js";

/**
 * Precondition: the extent is a number. Result: an unrolled loop. Sound because its iterations are written out in their
 * order.
 */
export const unroll = definePrimitive({
  name: "unroll",
  summary: "Writes out the iterations of a loop.",
  params: { loop: p.loop("The loop.") },
  outputs: "none",
  run(state, { loop }) {
    const { extent } = withConstantExtent(state, "unroll", loop);
    return marked(state, loop, { loopKind: "unrolled", threadTag: undefined, extent });
  },
});
