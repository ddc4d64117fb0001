import type { Buffer } from "../../ir/tir/buffer.js";
import { makeVar, type PrimExpr } from "../../ir/tir/expr.js";
import type { IndexMap } from "../../ir/tir/function.js";
import { blockCodes } from "../block-codes.js";
import { definitionAt } from "../definition.js";
import { dropAllocs } from "../edit.js";
import { accessesOf, childrenOf, scopeAround, touches, writersOf } from "../facts.js";
import { isZero } from "../nest.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { isOpaque, relaid } from "../relayout.js";
import { findBlock, replaceAt, type BlockSite } from "../site.js";
import { analyzerOf, funcOf, withFunc, type ScheduleState } from "../state.js";
import { inlineInit } from "./inline-init.js";

/**
 * Precondition: a block that does nothing but add something to each element of a sum. Result: the sum starts there and
 * is made in the block's own buffer; the block is gone. Anything else would have to be done after the last step.
 */
export const fuseReductionEpilogue = definePrimitive({
  name: "fuse_reduction_epilogue",
  summary: "Makes a sum in the buffer of the block that adds to it, starting at what that adds.",
  params: {
    reduction: p.inner("The sum, with its init."),
    epilogue: p.inner("The block that adds to it, of which nothing is left."),
  },
  outputs: "none",
  run(state, { reduction: { node }, epilogue }) {
    const { name } = epilogue.node;
    const refused = (reason: string): never =>
      refuse(blockCodes.fuseRefused({ block: name, reduction: node.name, reason, at: epilogue.node.span })); // prettier-ignore
    const [sum] = node.writes;
    if (node.init === undefined || sum === undefined) return refused("it has no init of its own");
    const reduction = findBlock(funcOf(state), node.name)!;
    const begun = inlineInit.run(state, { block: reduction, addend: name }).state;
    const func = funcOf(begun);
    const site = findBlock(func, name)!;
    const map = copyMap(begun, site, sum.buffer);
    if (typeof map === "string") return refused(map);
    const scope = scopeAround(begun, site);
    if (writersOf(scope, sum.buffer).length > 1) refused("several blocks make the sum");
    const all = childrenOf(scope);
    if (!all.some((b) => b.node.name === node.name)) refused("they are in different blocks");
    const [target] = accessesOf(site.node).writes;
    const at = all.findIndex((b) => b.node === site.node);
    // Elements may be there earlier than before: nobody may look for others.
    const isOwn = scope.node.allocs.includes(target!);
    const other = all.find(
      (b, k) =>
        k !== at &&
        touches(b.node, target!) &&
        (!isOwn || k < at || accessesOf(b.node).writes.has(target!)),
    );
    if (other !== undefined) refused(`block \`${other.node.name}\` uses \`${target!.name}\` too`);
    if (isOpaque(func.body, sum.buffer)) refused(`something uses the memory of \`${sum.buffer.name}\` as a whole`); // prettier-ignore
    const left = dropAllocs(replaceAt(func, site, undefined), new Set([sum.buffer]));
    const body = relaid(left, analyzerOf(begun), sum.buffer, target!, map);
    return changed(withFunc(begun, { ...left, body }));
  },
});

/** From an element of a buffer to that of the block's own to which it copies it, all of them; or why it does not. */
function copyMap(state: ScheduleState, site: BlockSite, from: Buffer): IndexMap | string {
  const found = definitionAt(state, site);
  if (typeof found === "string") return found;
  const { value, axes, buffer, lets } = found;
  if (lets.length > 0 || value.kind !== "tir.Load" || value.buffer !== from)
    return "it does more than add";
  if (buffer.dtype !== from.dtype) return "it has another element type";
  const analyzer = analyzerOf(state);
  const isWhole = value.indices.every((e, k) => {
    const dom = site.node.iters.find((i) => i.var === e)?.dom;
    return dom !== undefined && isZero(dom.min) && analyzer.equal(dom.extent, from.shape[k]!) === true; // prettier-ignore
  });
  if (
    !isWhole ||
    new Set(value.indices).size < value.indices.length ||
    axes.length !== value.indices.length
  )
    // prettier-ignore
    return "it does not read each element once";
  const params = from.shape.map((d, k) => makeVar(`i${k}`, d.dtype));
  const results = axes.map((v): PrimExpr => params[value.indices.indexOf(v)]!);
  return { kind: "tir.IndexMap", params, results, separators: [] };
}
