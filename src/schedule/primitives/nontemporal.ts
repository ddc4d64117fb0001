import { annotated } from "../annotations.js";
import { p } from "../params.js";
import { changed, definePrimitive } from "../primitive.js";
import { replaceAt } from "../site.js";
import { funcOf, withFunc } from "../state.js";

/**
 * Precondition: none. Result: targets that can write whole vectors of large buffers below the loop past the caches. Sound
 * because values do not change, and what was written is visible when the loop has ended.
 */
export const nontemporal = definePrimitive({
  name: "nontemporal",
  summary: "Lets what a loop writes to large buffers bypass the caches.",
  params: {
    loop: p.loop("The loop."),
    above: p.int({ help: "Bytes of a buffer that are too many to keep.", default: 0 }),
  },
  outputs: "none",
  run(state, { loop, above }) {
    const annotations = new Map(loop.node.annotations).set("nontemporal", above);
    const node = annotated(loop.node, annotations);
    return changed(withFunc(state, replaceAt(funcOf(state), loop, node)));
  },
});
