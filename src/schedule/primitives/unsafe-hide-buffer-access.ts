import { blockCodes } from "../block-codes.js";
import { mapBlock } from "../edit.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { funcOf, withFunc } from "../state.js";

/** Unsafe: a block no longer declares that it uses some buffers; that nothing depends on it is taken on trust. */
export const unsafeHideBufferAccess = definePrimitive({
  name: "unsafe_hide_buffer_access",
  summary: "Unsafe: leaves buffers out of what a block declares to read or write.",
  params: {
    block: p.block("The block."),
    buf_type: p.choice(["read", "write"], "Whether it reads or writes them."),
    buf_index_array: p.ints("Numbers of the buffers in the declaration."),
  },
  outputs: "none",
  run(state, { block: { node }, buf_type, buf_index_array }) {
    const key = buf_type === "read" ? "reads" : "writes";
    const bad = buf_index_array.find((k) => node[key][k] === undefined);
    if (bad !== undefined) {
      const what = `block \`${node.name}\``;
      const reason = `it declares ${node[key].length} region(s) that it ${buf_type}s, there is no number ${bad}`; // prettier-ignore
      refuse(blockCodes.hintRefused({ primitive: "unsafe_hide_buffer_access", what, reason, at: node.span })); // prettier-ignore
    }
    const func = mapBlock(funcOf(state), node.name, (b) => ({
      ...b,
      [key]: b[key].filter((_, k) => !buf_index_array.includes(k)),
    }));
    return changed(withFunc(state, func));
  },
});
