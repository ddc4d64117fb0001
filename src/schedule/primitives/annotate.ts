import { annotated } from "../annotations.js";
import { p } from "../params.js";
import { changed, definePrimitive } from "../primitive.js";
import { replaceAt } from "../site.js";
import { funcOf, withFunc } from "../state.js";

/** Adds a remark that passes and targets may use; what the program computes does not depend on it. */
export const annotate = definePrimitive({
  name: "annotate",
  summary: "Gives a block or a loop an annotation.",
  params: {
    block_or_loop: p.blockOrLoop("What gets it."),
    ann_key: p.string("Its name."),
    ann_val: p.annotation("Its value: a number, a text, a list or a dictionary of such."),
  },
  outputs: "none",
  run(state, { block_or_loop: site, ann_key, ann_val }) {
    const annotations = new Map(site.node.annotations).set(ann_key, ann_val);
    return changed(
      withFunc(state, replaceAt(funcOf(state), site, annotated(site.node, annotations))),
    );
  },
});
