import { p } from "../params.js";
import { definePrimitive, giving } from "../primitive.js";
import { blockRef, type BlockRef } from "../reference.js";
import { eachSite } from "../site.js";
import { funcOf } from "../state.js";

/** Finds a family of blocks: those of a name, and those numbered after it. */
export const getSblocks = definePrimitive({
  name: "get_sblocks",
  summary:
    "Finds the blocks of a name and those numbered after it (`pad`, `pad_1`); none is no mistake.",
  params: { name: p.string("The name.") },
  outputs: "list",
  pure: true,
  run(state, { name }) {
    const found: BlockRef[] = [];
    eachSite(funcOf(state).body, ({ node }) => {
      if (node.kind !== "tir.Block" || node.implicitRoot) return;
      const rest = node.name.startsWith(name) ? node.name.slice(name.length) : undefined;
      if (rest !== undefined && /^(?:_\d+)?$/.test(rest)) found.push(blockRef(node));
    });
    return giving(state, ...found);
  },
});
