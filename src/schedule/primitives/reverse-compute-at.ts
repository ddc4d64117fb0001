import { evalSet, isProvedInside, setOfRange, type Analyzer, type IntSet } from "../../arith/index.js"; // prettier-ignore
import { eachLoad } from "../../analysis/tir-pattern/index.js";
import type { Buffer, BufferRegion } from "../../ir/tir/buffer.js";
import { binary, intImm, makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { Block } from "../../ir/tir/stmt.js";
import { blockCodes } from "../block-codes.js";
import { isReducedAbove } from "../cache-place.js";
import { accessesOf, childrenOf, incomplete, isSteeredBy, scopeAround } from "../facts.js";
import { fillsBox, notWhole } from "../iterations.js";
import { axesFrom } from "../layout-map.js";
import { chosenPlace, conflicts, placesIn, withPart } from "../move.js";
import { nestOver, outside, partOf, wholePart, type Part } from "../nest.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { loopsBelow, regionOutside, sweep } from "../regions.js";
import { blocksBelow, findLoop, replaceAt, type BlockSite, type LoopSite } from "../site.js";
import { analyzerAt, enter, funcOf, withFunc, type ScheduleState } from "../state.js";

/** A consumer is computed inside a loop of its producers, for just what an iteration produced. */
export const reverseComputeAt = definePrimitive({
  name: "reverse_compute_at",
  summary: "Computes a consumer inside a loop around its producers, for what an iteration made.",
  params: {
    block: p.inner("The consumer."),
    loop: p.loop("The loop around its producers."),
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
    const all = childrenOf(scope);
    const reason = incomplete(all, site) ?? notWhole(state, site);
    if (reason !== undefined) refused(reason);
    const { reads, writes } = accessesOf(node);
    const steered = isSteeredBy(scope, writes);
    if (steered !== undefined) refused(steered);
    const inside = blocksBelow(loop);
    const producers = inside.filter((b) => meet(accessesOf(b.node).writes, reads));
    if (producers.length === 0) refused("nothing inside the loop makes what it reads");
    for (const b of producers) {
      const v = isReducedAbove(b, loop.path.length + 1);
      if (v !== undefined) refused(`block \`${b.node.name}\` goes on reducing over the loop \`${v.name}\``); // prettier-ignore
      const own = notWhole(state, b);
      if (own !== undefined) refused(`of block \`${b.node.name}\`: ${own}`);
    }
    const apart = [...reads].find((x) => all.filter((b) => startsOf(b, x)).length > 1);
    if (apart !== undefined) refused(`several blocks make parts of \`${apart.name}\``);
    const at = all.findIndex((b) => b.node === node);
    const end = all.findIndex((b) => b.node === inside[inside.length - 1]!.node);
    if (at < end) refused("it stands before them");
    const between = all.slice(end + 1, at).find((b) => conflicts(b, site));
    if (between !== undefined) refused(`block \`${between.node.name}\`, which runs between them, uses what it writes or makes what it reads`); // prettier-ignore
    const other = inside.find((b) => meet(writes, accessesOf(b.node).reads) || meet(writes, accessesOf(b.node).writes)); // prettier-ignore
    if (other !== undefined) refused(`block \`${other.node.name}\` inside the loop uses what it writes`); // prettier-ignore
    const places = placesIn(
      loop,
      (b) => producers.some((x) => x.node === b.node),
      () => false,
    );
    const place = places && chosenPlace(index, places);
    if (place === undefined) return refused(`there is no place ${index} for it after its producers`); // prettier-ignore
    const made = new Set(producers.flatMap((b) => [...accessesOf(b.node).writes]));
    const parts = madeParts(
      state,
      node,
      loop,
      producers,
      [...reads].filter((b) => made.has(b)),
    );
    if (parts === undefined)
      return refused("an iteration is not proved to make just what some of its iterations read");
    const nest = nestOver(node, parts, { keepUnit });
    const func = replaceAt(funcOf(state), site, undefined);
    const target = findLoop(func, loop.node.var)!;
    return changed(withFunc(state, replaceAt(func, target, withPart(target.node, place, nest))));
  },
});

/** Whether a block writes a buffer without going on with what is in it. */
const startsOf = ({ node }: BlockSite, buffer: Buffer): boolean =>
  accessesOf(node).writes.has(buffer) && !accessesOf(node).reads.has(buffer);

const meet = (a: ReadonlySet<Buffer>, b: ReadonlySet<Buffer>): boolean =>
  [...a].some((x) => b.has(x));

/** Of each axis of the consumer the part that an iteration of the loop makes possible, read off one of the buffers. */
function madeParts(
  state: ScheduleState,
  node: Block,
  loop: LoopSite,
  producers: readonly BlockSite[],
  buffers: readonly Buffer[],
): readonly Part[] | undefined {
  const analyzer = analyzerAt(state, loop);
  enter(analyzer, loop.node);
  const depth = loop.path.length + 1;
  const madeOf = (buffer: Buffer): readonly IntSet[] | undefined => {
    // The last writer completes the values; all of them run over one box.
    const writer = producers.findLast((b) => accessesOf(b.node).writes.has(buffer))!;
    const write = writer.node.writes.find((w) => w.buffer === buffer);
    if (write === undefined) return undefined;
    const loops = loopsBelow(writer.path, depth);
    const isPoint = write.region.every((r) => isPointExtent(r.extent));
    const indices = write.region.map((r) => outside(writer.node, r.min));
    if (!isPoint || !fillsBox(analyzer, indices, loops)) return undefined;
    return sweep(analyzer, regionOutside(writer.node, write), loops);
  };
  const made = new Map(buffers.map((b) => [b, madeOf(b)]));
  for (const primary of buffers) {
    const sets = made.get(primary);
    const read = node.reads.find((r) => r.buffer === primary);
    if (sets === undefined || read === undefined || !isAlwaysRead(node, primary)) continue;
    const back = throughLayout(analyzer, node, read, sets);
    const parts = node.iters.map(({ var: v, dom }) => {
      const d = read.region.findIndex((r) => r.min === v && isPointExtent(r.extent));
      const set = d < 0 ? back?.get(v) : sets[d]!;
      return set === undefined ? wholePart(dom!) : partOf(analyzer, set, dom!);
    });
    const isSound = buffers.every((buffer) => {
      const swept = node.reads.filter((r) => r.buffer === buffer);
      const whole = made.get(buffer);
      return (
        whole !== undefined &&
        swept.length > 0 &&
        swept.every((r) => readsInside(analyzer, node, r, parts, whole))
      );
    });
    if (isSound) return parts;
  }
  return undefined;
}

const isPointExtent = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 1;

/** Whether every run of the block reads an element of the buffer. */
function isAlwaysRead(node: Block, buffer: Buffer): boolean {
  const stmts = node.body.kind === "tir.Seq" ? node.body.body : [node.body];
  let found = false;
  for (const s of stmts) {
    if (s.kind !== "tir.Store" && s.kind !== "tir.Bind") continue;
    eachLoad(s, false, (load, guarded) => void (found ||= load.buffer === buffer && !guarded));
  }
  return found;
}

/** Whether what the block reads over the parts of its axes lies inside the sets. */
function readsInside(
  analyzer: Analyzer,
  node: Block,
  { region }: BufferRegion,
  parts: readonly Part[],
  sets: readonly IntSet[],
): boolean {
  const domain = new Map<Var, IntSet>(
    node.iters.map(({ var: v }, k) => [v, setOfRange(analyzer, parts[k]!.over)]),
  );
  return region.every((r, d) => {
    const last = binary("sub", binary("add", r.min, r.extent), intImm(1, r.min.dtype));
    const swept = {
      min: evalSet(analyzer, r.min, domain).min,
      max: evalSet(analyzer, last, domain).max,
    };
    return isProvedInside(analyzer, swept, sets[d]!);
  });
}

/** The values of the axes with which the block reads elements of a box, where they follow from the element. */
function throughLayout(
  analyzer: Analyzer,
  { iters }: Block,
  { region }: BufferRegion,
  sets: readonly IntSet[],
): ReadonlyMap<Var, IntSet> | undefined {
  if (
    region.every((r) => r.min.kind === "tir.Var") ||
    !region.every((r) => isPointExtent(r.extent))
  )
    return undefined;
  const at = region.map((r, d) => makeVar(`e${d}`, r.min.dtype));
  const domain = new Map<Var, IntSet>(at.map((v, d) => [v, sets[d]!]));
  const axes = axesFrom(analyzer, iters, region.map((r) => r.min), at); // prettier-ignore
  return axes && new Map([...axes].map(([v, e]) => [v, evalSet(analyzer, e, domain)]));
}
