import { structuralEqual } from "../../ir/core/equal.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { makeBuffer, type Buffer } from "../../ir/tir/buffer.js";
import { seq } from "../../ir/tir/stmt.js";
import { replaceNodes } from "../../transform/tir/replace.js";
import { blockCodes } from "../block-codes.js";
import { isReducedAbove, fillsItsBox, placeApart, regionAt, writesParts, type Use } from "../cache-place.js"; // prettier-ignore
import { allocateIn, mapBlock } from "../edit.js";
import { accessesOf, childrenOf, scopeAround } from "../facts.js";
import { conjuncts, copyNest } from "../nest.js";
import { p } from "../params.js";
import { pickBuffer } from "../pick-buffer.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { blockRef } from "../reference.js";
import { POINTER, usesPointer } from "../relayout.js";
import { branchAround } from "../iterations.js";
import { commonDepth, regionOutside } from "../regions.js";
import { eachSite, findBlock, replaceAt, type BlockSite } from "../site.js";
import { freshBlockName, funcOf, withFunc, type ScheduleState } from "../state.js";

/** A block that changes a buffer in place does so on a copy, which is copied back. */
export const cacheInplace = definePrimitive({
  name: "cache_inplace",
  summary: "Lets a block change a copy of a buffer that it reads and writes: in, run, out.",
  params: {
    block: p.inner("The block that reads and writes the buffer."),
    read_buffer_index: p.buffer("Number or name of the buffer among what the block reads."),
    storage_scope: p.string('Where the copy lives, such as "local".'),
  },
  outputs: "list",
  run(state, { block: site, read_buffer_index, storage_scope }) {
    const { node } = site;
    const buffer = pickBuffer(node, "read", read_buffer_index);
    const primitive = "cache_inplace";
    const refused = (reason: string): never =>
      refuse(blockCodes.cacheRefused({ primitive, buffer: buffer.name, block: node.name, reason, at: node.span })); // prettier-ignore
    const { reads, writes } = accessesOf(node);
    if (!reads.has(buffer) || !writes.has(buffer)) refused("the block does not both read and write it"); // prettier-ignore
    if (usesPointer(funcOf(state).body, buffer)) refused(POINTER);
    const scope = scopeAround(state, site);
    const uses = childrenOf(scope).filter(
      ({ node: b }) => b !== node && (accessesOf(b).reads.has(buffer) || accessesOf(b).writes.has(buffer)), // prettier-ignore
    );
    const { at, depth } = placeApart(site, scope, uses);
    const reduced = isReducedAbove(site, depth);
    if (reduced !== undefined) refused(`the loop \`${reduced.name}\` around both it and another block is reduced`); // prettier-ignore
    const regions = [...node.reads, ...node.writes].filter((r) => r.buffer === buffer);
    const isKnown = node.reads.some((r) => r.buffer === buffer) && node.writes.some((r) => r.buffer === buffer); // prettier-ignore
    const parts = regionAt(state, site, depth, buffer, isKnown ? regions.map((region): Use => ({ site, region })) : []); // prettier-ignore
    const isGiven = funcOf(state).params.some((q) => q.buffer === buffer);
    if (!isGiven) {
      const before = blocksBefore(state, site);
      const writers = before.filter((b) => accessesOf(b.node).writes.has(buffer));
      if (writers.length === 0) refused("nothing is written to it before");
      const isWritten =
        updatesAll(state, site, buffer, depth) ||
        writers.some((w) => writesParts(state, w, buffer, commonDepth(w.path, at.path), parts, at));
      if (!isWritten) refused(`block \`${writers[0]!.node.name}\` is not proved to write all of it before`); // prettier-ignore
    }
    const cache = makeBuffer({
      ...buffer,
      name: `${buffer.name}_${storage_scope}`,
      data: undefined,
      strides: [],
      elemOffset: undefined,
      offsetFactor: 0,
      scope: storage_scope,
    });
    const before = funcOf(state);
    const input = freshBlockName(before, `${cache.name}_in`);
    const output = freshBlockName(before, `${cache.name}_out`);
    const around = [copyNest(input, buffer, cache, parts), at.node, copyNest(output, cache, buffer, parts)]; // prettier-ignore
    let func = replaceAt(before, at, seq(around));
    func = mapBlock(func, node.name, (b) => replaceNodes(b, new Map([[buffer, cache]])));
    func = allocateIn(func, scope, cache);
    return giving(withFunc(state, func), ...[input, output].map((n) => blockRef(findBlock(func, n)!.node))); // prettier-ignore
  },
});

/** Blocks that stand before this one and not around it, nested ones too. */
function blocksBefore(state: ScheduleState, site: BlockSite): readonly BlockSite[] {
  const found: BlockSite[] = [];
  let isBefore = true;
  eachSite(funcOf(state).body, (at) => {
    if (at.node === site.node) isBefore = false;
    if (!isBefore || at.node.kind !== "tir.Block" || site.path.includes(at.node)) return undefined;
    found.push(at as BlockSite);
    return undefined;
  });
  return found;
}

/** Whether what is copied is just what the block itself reads before it writes there. */
function updatesAll(state: ScheduleState, site: BlockSite, buffer: Buffer, depth: number): boolean {
  const { node } = site;
  const read = node.reads.filter((r) => r.buffer === buffer);
  const written = node.writes.filter((r) => r.buffer === buffer);
  if (read.length !== 1 || written.length !== 1 || !structuralEqual(read[0]!, written[0]!))
    return false;
  if (branchAround(site) !== undefined) return false;
  const { region } = regionOutside(node, read[0]!);
  const moving = new Set(region.flatMap(({ min, extent }) => [...varsOf(min), ...varsOf(extent)]));
  // Conditions on loops that sum up leave out none of the elements.
  const isLeftOut = conjuncts(node.predicate).some((c) => varsOf(c).some((v) => moving.has(v)));
  return !isLeftOut && fillsItsBox(state, site, read[0]!, depth);
}
