import { makeBuffer } from "../../ir/tir/buffer.js";
import { replaceNodes } from "../../transform/tir/replace.js";
import { blockCodes } from "../block-codes.js";
import { outerWriters, placeApart, regionAt, writesParts } from "../cache-place.js";
import { allocateIn, insertBeside, mapBlock } from "../edit.js";
import { accessesOf, childrenOf, scopeAround } from "../facts.js";
import { copyNest } from "../nest.js";
import { p } from "../params.js";
import { pickBuffer } from "../pick-buffer.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { blockRef } from "../reference.js";
import { POINTER, usesPointer } from "../relayout.js";
import { commonDepth } from "../regions.js";
import { findBlock } from "../site.js";
import { freshBlockName, funcOf, withFunc } from "../state.js";

/** A new block copies what the block reads to a buffer that it reads instead. */
export const cacheRead = definePrimitive({
  name: "cache_read",
  summary: "Copies what a block reads to a buffer of its own, by a new block before it.",
  params: {
    block: p.inner("The block that reads."),
    read_buffer_index: p.buffer("Number or name of the buffer among what the block reads."),
    storage_scope: p.string('Where the new buffer lives, such as "local".'),
    consumer_blocks: p.optional(
      p.blocks("Blocks that read the new buffer; all readers when not given."),
    ),
  },
  outputs: "one",
  run(state, { block: site, read_buffer_index, storage_scope, consumer_blocks }) {
    const { node } = site;
    const buffer = pickBuffer(node, "read", read_buffer_index);
    const scope = scopeAround(state, site);
    const primitive = "cache_read";
    const refused = (reason: string): never =>
      refuse(blockCodes.cacheRefused({ primitive, buffer: buffer.name, block: node.name, reason, at: node.span })); // prettier-ignore
    const all = childrenOf(scope);
    const chosen = consumer_blocks?.map((s) => s.node);
    const readers = all.filter(
      (s) =>
        accessesOf(s.node).reads.has(buffer) &&
        (chosen === undefined || chosen.includes(s.node) || s.node === node),
    );
    if (readers.some((s) => usesPointer(s.node, buffer))) refused(POINTER);
    const stranger = chosen?.find((b) => !readers.some((s) => s.node === b));
    if (stranger !== undefined)
      refused(`block \`${stranger.name}\` does not read it beside this one`);
    const writers = all.filter((s) => accessesOf(s.node).writes.has(buffer));
    if (writers.length > 1) refused("several blocks write it");
    const [writer] = writers;
    const first = all.indexOf(readers[0]!);
    if (writer !== undefined && all.indexOf(writer) >= first)
      refused(`block \`${writer.node.name}\` writes it when it is already read`);
    const { at, depth } = placeApart(readers[0]!, scope, writer === undefined ? [] : [writer]);
    const inside = readers.every((r) => r.path[depth - 1] === at.path[depth - 1]);
    if (!inside) refused("its readers are in other loops than what writes it");
    const uses = readers.map((r) => {
      const region = r.node.reads.find((x) => x.buffer === buffer);
      return region === undefined ? undefined : { site: r, region };
    });
    const isKnown = uses.every((u) => u !== undefined);
    const parts = regionAt(state, readers[0]!, depth, buffer, isKnown ? uses : []);
    if (writer !== undefined && !writesParts(state, writer, buffer, depth, parts))
      refused(`block \`${writer.node.name}\` is not proved to write all of it before`);
    const isGiven = funcOf(state).params.some((q) => q.buffer === buffer);
    const outer = writer === undefined && !isGiven ? outerWriters(scope, buffer) : [];
    const isWritten = outer.some((w) => writesParts(state, w, buffer, commonDepth(w.path, at.path), parts, at)); // prettier-ignore
    if (outer.length > 0 && !isWritten)
      refused(`block \`${outer[0]!.node.name}\` is not proved to write all of it before`);
    const cache = makeBuffer({
      ...buffer,
      name: `${buffer.name}_${storage_scope}`,
      data: undefined,
      strides: [],
      elemOffset: undefined,
      offsetFactor: 0,
      scope: storage_scope,
    });
    const name = freshBlockName(funcOf(state), cache.name);
    let func = insertBeside(funcOf(state), at, "before", copyNest(name, buffer, cache, parts));
    for (const { node: b } of readers)
      func = mapBlock(func, b.name, (x) => replaceNodes(x, new Map([[buffer, cache]])));
    func = allocateIn(func, scope, cache);
    return giving(withFunc(state, func), blockRef(findBlock(func, name)!.node));
  },
});
