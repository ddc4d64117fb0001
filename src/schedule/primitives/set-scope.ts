import type { Node } from "../../ir/nodes.js";
import { makeBuffer } from "../../ir/tir/buffer.js";
import { replaceNodes } from "../../transform/tir/replace.js";
import { allocatedBuffer } from "../allocated.js";
import { loopCodes } from "../loop-codes.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { funcOf, withFunc } from "../state.js";

const USUAL = ["global", "shared", "shared.dyn", "local", "warp"];

/**
 * Precondition: a buffer that the function allocates. Result: it lives in another memory. Sound because scopes say
 * where values are kept, not which.
 */
export const setScope = definePrimitive({
  name: "set_scope",
  summary: "Moves a buffer of the function to another memory.",
  params: {
    block: p.block("A block that writes the buffer."),
    buffer_index: p.buffer("Number or name of the buffer among what the block writes."),
    storage_scope: p.string('The memory, e.g. "local".'),
  },
  outputs: "none",
  run(state, { block, buffer_index, storage_scope: scope }) {
    if (!USUAL.includes(scope) && !/^[a-z]\w*(\.\w+)+$/.test(scope))
      refuse(loopCodes.unknownScope({ scope, known: USUAL.map((s) => `"${s}"`).join(", "), at: block.node.span })); // prettier-ignore
    const buffer = allocatedBuffer(state, "set_scope", block, buffer_index);
    const moved = makeBuffer({ ...buffer, data: undefined, scope });
    const images = new Map<Node, Node>([[buffer, moved], [buffer.data, moved.data]]); // prettier-ignore
    return changed(withFunc(state, replaceNodes(funcOf(state), images)));
  },
});
