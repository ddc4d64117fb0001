import { p } from "../params.js";
import { pickSided } from "../pick-buffer.js";
import { definePrimitive, giving } from "../primitive.js";
import { blockRef } from "../reference.js";
import { reindexed } from "../reindexed.js";
import { findBlock } from "../site.js";
import { withFunc } from "../state.js";

/** A block uses a copy of a buffer whose dimensions are the block's axes. */
export const reindex = definePrimitive({
  name: "reindex",
  summary:
    "Lets a block use a copy of a buffer that is indexed by the block's axes in their order.",
  params: {
    block: p.inner("The block."),
    buffer: p.buffer('The buffer: `("read", 0)`, `("write", 0)`, or its name.'),
  },
  outputs: "one",
  run(state, { block: site, buffer: pick }) {
    const { side, buffer } = pickSided(site.node, pick);
    const request = { primitive: "reindex", side, buffer, scope: buffer.scope, map: undefined };
    const { func, name } = reindexed(state, site, request);
    return giving(withFunc(state, func), blockRef(findBlock(func, name)!.node));
  },
});
