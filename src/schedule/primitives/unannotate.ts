import { annotated } from "../annotations.js";
import { loopCodes } from "../loop-codes.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { replaceAt } from "../site.js";
import { funcOf, withFunc } from "../state.js";

/** Takes a remark away again. */
export const unannotate = definePrimitive({
  name: "unannotate",
  summary: "Takes an annotation from a block or a loop.",
  params: {
    block_or_loop: p.blockOrLoop("What has it."),
    ann_key: p.string("Its name."),
  },
  outputs: "none",
  run(state, { block_or_loop: { node, path }, ann_key: key }) {
    if (!node.annotations.has(key)) {
      const what = node.kind === "tir.For" ? `the loop \`${node.var.name}\`` : `block \`${node.name}\``; // prettier-ignore
      const known = [...node.annotations.keys()].map((k) => `\`${k}\``).join(", ") || "none";
      refuse(loopCodes.noAnnotation({ what, key, known, at: node.span }));
    }
    const annotations = new Map(node.annotations);
    annotations.delete(key);
    const func = replaceAt(funcOf(state), { node, path }, annotated(node, annotations));
    return changed(withFunc(state, func));
  },
});
