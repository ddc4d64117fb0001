import { marked, requireConcurrent, withConstantExtent } from "../mark.js";
import { p } from "../params.js";
import { definePrimitive } from "../primitive.js";

/**
 * Precondition: as for `parallel`, and the extent is a number. Result: a vectorised loop. Sound because the lanes are
 * iterations that do not depend on each other; a condition of a block holds lane by lane.
 */
export const vectorize = definePrimitive({
  name: "vectorize",
  summary: "Makes the iterations of a loop the lanes of vectors.",
  params: { loop: p.loop("The loop; as long as the vectors.") },
  outputs: "none",
  run(state, { loop }) {
    const { extent } = withConstantExtent(state, "vectorize", loop);
    requireConcurrent(state, loop, "vectorized");
    return marked(state, loop, { loopKind: "vectorized", threadTag: undefined, extent });
  },
});
