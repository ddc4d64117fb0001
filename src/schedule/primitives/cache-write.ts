import { makeBuffer } from "../../ir/tir/buffer.js";
import { blockCodes } from "../block-codes.js";
import { leavesGaps, placeApart, regionAt, isReducedAbove } from "../cache-place.js";
import { allocateIn, insertBeside, mapBlock } from "../edit.js";
import { neitherKind, readersOf, scopeAround } from "../facts.js";
import { copyNest } from "../nest.js";
import { p } from "../params.js";
import { pickBuffer } from "../pick-buffer.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { replaceNodes } from "../../transform/tir/replace.js";
import { blockRef } from "../reference.js";
import { POINTER, usesPointer } from "../relayout.js";
import { findBlock } from "../site.js";
import { freshBlockName, funcOf, withFunc } from "../state.js";

/** The block writes a buffer of its own; a new block after it copies that to where it wrote before. */
export const cacheWrite = definePrimitive({
  name: "cache_write",
  summary: "Lets a block write to a buffer of its own, copied out by a new block after it.",
  params: {
    block: p.inner("The block that writes."),
    write_buffer_index: p.buffer("Number or name of the buffer among what the block writes."),
    storage_scope: p.string('Where the new buffer lives, such as "local".'),
    consumer_blocks: p.optional(p.blocks("Blocks that read the new buffer instead.")),
  },
  outputs: "one",
  run(state, { block: site, write_buffer_index, storage_scope, consumer_blocks }) {
    const { node } = site;
    const buffer = pickBuffer(node, "write", write_buffer_index);
    const scope = scopeAround(state, site);
    const primitive = "cache_write";
    const refused = (reason: string): never =>
      refuse(blockCodes.cacheRefused({ primitive, buffer: buffer.name, block: node.name, reason, at: node.span })); // prettier-ignore
    const kind = neitherKind(state, site, scope);
    if (kind !== undefined) refused(kind);
    if (usesPointer(funcOf(state).body, buffer)) refused(POINTER);
    const moved = new Set((consumer_blocks ?? []).map((s) => s.node));
    const others = readersOf(scope, buffer).filter((s) => s.node !== node);
    const stranger = [...moved].find((b) => !others.some((s) => s.node === b));
    if (stranger !== undefined)
      refused(`block \`${stranger.name}\` does not read it beside this one`);
    const readers = others.filter((s) => !moved.has(s.node));
    const { at, depth } = placeApart(site, scope, readers);
    const reduced = isReducedAbove(site, depth);
    if (reduced !== undefined) refused(`the loop \`${reduced.name}\` around both it and a reader is reduced`); // prettier-ignore
    const cache = makeBuffer({
      ...buffer,
      name: `${buffer.name}_${storage_scope}`,
      data: undefined,
      strides: [],
      elemOffset: undefined,
      offsetFactor: 0,
      scope: storage_scope,
    });
    const write = node.writes.find((w) => w.buffer === buffer);
    const gaps = leavesGaps(state, site, write, depth);
    if (gaps !== undefined) refused(gaps);
    const parts = regionAt(state, site, depth, buffer, write === undefined ? [] : [{ site, region: write }]); // prettier-ignore
    const name = freshBlockName(funcOf(state), cache.name);
    let func = insertBeside(funcOf(state), at, "after", copyNest(name, cache, buffer, parts));
    for (const b of [node, ...moved])
      func = mapBlock(func, b.name, (x) => replaceNodes(x, new Map([[buffer, cache]])));
    func = allocateIn(func, scope, cache);
    return giving(withFunc(state, func), blockRef(findBlock(func, name)!.node));
  },
});
