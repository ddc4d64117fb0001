import { p } from "../params.js";
import { pickBuffer } from "../pick-buffer.js";
import { definePrimitive, giving } from "../primitive.js";
import { blockRef } from "../reference.js";
import { reindexed } from "../reindexed.js";
import { findBlock } from "../site.js";
import { withFunc } from "../state.js";

/** A cache whose dimensions are functions of the block's axes. */
export const reindexCacheWrite = definePrimitive({
  name: "reindex_cache_write",
  summary: "Lets a block write a cache whose indices are functions of the block's axes.",
  params: {
    block: p.inner("The block."),
    write_buffer_index: p.buffer("Number or name of the buffer among what the block writes."),
    storage_scope: p.string('Where the cache lives, such as "local".'),
    index_map: p.indexMap("From the axes of the block to indices of the cache."),
  },
  outputs: "one",
  run(state, { block: site, write_buffer_index, storage_scope, index_map }) {
    const buffer = pickBuffer(site.node, "write", write_buffer_index);
    const { func, name } = reindexed(state, site, {
      primitive: "reindex_cache_write",
      side: "write",
      buffer,
      scope: storage_scope,
      map: index_map,
    });
    return giving(withFunc(state, func), blockRef(findBlock(func, name)!.node));
  },
});
