import { unionOf, type IntSet } from "../../arith/index.js";
import type { Block } from "../../ir/tir/stmt.js";
import { blockCodes } from "../block-codes.js";
import { isReducedAbove } from "../cache-place.js";
import {
  accessesOf,
  childrenOf,
  isOutput,
  isSteeredBy,
  neitherKind,
  scopeAround,
} from "../facts.js";
import { notWhole } from "../iterations.js";
import { chosenPlace, placesIn, withPart } from "../move.js";
import { nestOver, partOf, wholePart, type Part } from "../nest.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { commonDepth, loopsBelow, regionOutside, sweep } from "../regions.js";
import { findLoop, replaceAt, type BlockSite, type LoopSite } from "../site.js";
import { analyzerAt, enter, funcOf, withFunc, type ScheduleState } from "../state.js";

/** A producer is computed inside a loop of its consumers, as much of it as an iteration needs. */
export const computeAt = definePrimitive({
  name: "compute_at",
  summary: "Computes a producer inside a loop around its consumers, as much as an iteration needs.",
  params: {
    block: p.inner("The producer."),
    loop: p.loop("The loop around all its consumers."),
    preserve_unit_loops: p.bool({ help: "Keep loops over one value.", default: false }),
    index: p.int({ help: "Place in the loop body; -1: the last, -2: the first.", default: -1 }),
  },
  outputs: "none",
  run(state, { block: site, loop, preserve_unit_loops: keepUnit, index }) {
    const { node } = site;
    const refused = (reason: string): never =>
      refuse(blockCodes.moveRefused({ block: node.name, loop: loop.node.var.name, reason, at: node.span })); // prettier-ignore
    const scope = scopeAround(state, site);
    if (scopeAround(state, loop).node !== scope.node) refused("they are in different blocks");
    if (site.path.includes(loop.node)) refused("the loop is around it already");
    const reason = neitherKind(state, site, scope) ?? notWhole(state, site);
    if (reason !== undefined) refused(reason);
    if (isOutput(scope, node)) refused("it writes a buffer that is visible outside");
    const all = childrenOf(scope);
    const { reads, writes } = accessesOf(node);
    const steered = isSteeredBy(scope, writes);
    if (steered !== undefined) refused(steered);
    const isConsumer = (b: BlockSite): boolean =>
      b.node !== node && [...accessesOf(b.node).reads].some((x) => writes.has(x));
    const consumers = all.filter(isConsumer);
    if (consumers.length === 0) refused("nothing reads what it writes");
    const apart = consumers.find((c) => !c.path.includes(loop.node));
    if (apart !== undefined) refused(`its consumer \`${apart.node.name}\` is not inside the loop`);
    const later = all.slice(all.findIndex((b) => b.node === node) + 1);
    const spoiler = later.find((b) => [...accessesOf(b.node).writes].some((x) => reads.has(x)));
    if (spoiler !== undefined)
      refused(`block \`${spoiler.node.name}\` overwrites what it reads before`);
    const shared = isReducedAbove(site, commonDepth(site.path, loop.path));
    if (shared !== undefined) refused(`its reduction goes on over the loop \`${shared.name}\``);
    const isProducer = (b: BlockSite): boolean =>
      [...accessesOf(b.node).writes].some((x) => reads.has(x));
    const places = placesIn(loop, isProducer, (b) => consumers.some((c) => c.node === b.node));
    const place = places && chosenPlace(index, places);
    if (place === undefined) return refused(`there is no place ${index} for it between its producers and consumers`); // prettier-ignore
    const nest = nestOver(node, neededParts(state, node, loop, consumers), { keepUnit });
    const func = replaceAt(funcOf(state), site, undefined);
    const target = findLoop(func, loop.node.var)!;
    return changed(withFunc(state, replaceAt(func, target, withPart(target.node, place, nest))));
  },
});

/** Of each axis of the producer the part that an iteration of the loop needs. */
function neededParts(
  state: ScheduleState,
  node: Block,
  loop: LoopSite,
  consumers: readonly BlockSite[],
): readonly Part[] {
  const analyzer = analyzerAt(state, loop);
  enter(analyzer, loop.node);
  const depth = loop.path.length + 1;
  const sets = new Map<unknown, IntSet | "whole">();
  for (const write of node.writes) {
    const uses = consumers.flatMap(({ node: c, path }) =>
      c.reads
        .filter((r) => r.buffer === write.buffer)
        .map((r) => sweep(analyzer, regionOutside(c, r), loopsBelow(path, depth))),
    );
    // A consumer that does not declare what it reads may need everything.
    const isKnown = consumers.every(
      ({ node: c }) =>
        !accessesOf(c).reads.has(write.buffer) || c.reads.some((r) => r.buffer === write.buffer),
    );
    write.region.forEach(({ min, extent }, d) => {
      const isPoint = min.kind === "tir.Var" && extent.kind === "tir.IntImm" && extent.value === 1;
      if (!isPoint) return;
      const known = sets.get(min);
      if (!isKnown) return void sets.set(min, "whole");
      if (uses.length === 0) return;
      const parts = uses.map((u) => u[d]!);
      const set = parts.reduce((a, b) => unionOf(analyzer, a, b, min.dtype));
      sets.set(min, known === undefined ? set : known === "whole" ? known : unionOf(analyzer, known, set, min.dtype)); // prettier-ignore
    });
  }
  return node.iters.map(({ var: v, dom, iterKind }) => {
    const set = iterKind === "spatial" ? sets.get(v) : undefined;
    return set === undefined || set === "whole" ? wholePart(dom!) : partOf(analyzer, set, dom!);
  });
}
