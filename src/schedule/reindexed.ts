/** Caches indexed by the axes of the block that uses them. */
import { eachLoad, sameIndices } from "../analysis/tir-pattern/index.js";
import { evalSet, setOfRange, type Analyzer, type IntSet } from "../arith/index.js";
import { varsOf } from "../ir/core/free-vars.js";
import { rewrite, substitute } from "../ir/core/rewrite.js";
import { makeBuffer, range, type Buffer } from "../ir/tir/buffer.js";
import { compare, intImm, load, type PrimExpr, type Var } from "../ir/tir/expr.js";
import type { IndexMap, PrimFunc } from "../ir/tir/function.js";
import { block, store, type Block, type IterVar } from "../ir/tir/stmt.js";
import { blockCodes } from "./block-codes.js";
import { isReducedAbove, placeApart, writesParts } from "./cache-place.js";
import { allocateIn, insertBeside, mapBlock, withRegions } from "./edit.js";
import { accessesOf, childrenOf, scopeAround } from "./facts.js";
import { fillsBox, notWhole } from "./iterations.js";
import { mappedShape, typedMap, undone } from "./layout-map.js";
import { freshIters, isZero, nestOver, partOf, type Part } from "./nest.js";
import { refuse } from "./primitive.js";
import { loopsBelow, setsOf } from "./regions.js";
import { isOpaque, POINTER, usesPointer } from "./relayout.js";
import type { BlockSite } from "./site.js";
import { analyzerOf, enter, freshBlockName, funcOf, type ScheduleState } from "./state.js";

export interface ReindexRequest {
  readonly primitive: string;
  readonly side: "read" | "write";
  readonly buffer: Buffer;
  /** Where the cache lives. */
  readonly scope: string;
  /** From all axes of the block to indices of the cache; absent: the axes that select the element, in order. */
  readonly map: IndexMap | undefined;
}

/** The function with the cache and the block that copies between it and the buffer. */
export function reindexed(
  state: ScheduleState,
  site: BlockSite,
  { primitive, side, buffer, scope: memory, map: given }: ReindexRequest,
): { readonly func: PrimFunc; readonly name: string } {
  const { node } = site;
  const refused = (reason: string): never =>
    refuse(blockCodes.reindexRefused({ primitive, buffer: buffer.name, block: node.name, reason, at: node.span })); // prettier-ignore
  const whole = notWhole(state, site);
  if (whole !== undefined) refused(whole);
  if (isOpaque({ ...node, values: undefined }, buffer)) refused("it uses the memory as a whole");
  if (side === "write" && usesPointer(funcOf(state).body, buffer)) refused(POINTER);
  const indices = elementOf(node, buffer, side);
  if (typeof indices === "string") return refused(indices);
  if (node.iters.some((i) => i.dom === undefined || !isZero(i.dom.min))) refused("an axis does not start at 0"); // prettier-ignore
  const analyzer = analyzerOf(state);
  const bound = analyzer.scope(() => isInside(analyzer, node, buffer, indices));
  if (!bound) refused("an index is not proved to be inside the buffer for all values of the axes");
  const used = node.iters.filter((i) => indices.some((e) => varsOf(e).includes(i.var)));
  const map = mapOver(node, used, given);
  if (typeof map === "string") return refused(map);
  const extents = used.map((i) => i.dom!.extent);
  const shape = mappedShape(analyzer, map, extents);
  if (shape === undefined) return refused("the map gives indices that are not proved to start at 0"); // prettier-ignore
  const back = undone(analyzer, map, extents);
  if ("reason" in back) return refused(`the map is not proved one to one: ${back.reason}`);
  if (side === "write") {
    const own: IndexMap = { ...map, results: indices };
    const there = undone(analyzer, own, extents);
    if ("reason" in there) return refused(`several of its runs store one element: ${there.reason}`);
  }
  const cache = makeBuffer({
    ...buffer,
    name: `${buffer.name}_${given === undefined ? "reindex" : memory}`,
    data: undefined,
    shape,
    strides: [],
    elemOffset: undefined,
    offsetFactor: 0,
    scope: memory,
  });
  const scope = scopeAround(state, site);
  const all = childrenOf(scope);
  const at = all.findIndex((b) => b.node === node);
  const uses = (b: BlockSite, which: "reads" | "writes"): boolean => accessesOf(b.node)[which].has(buffer); // prettier-ignore
  const others = all.filter((b) => b.node !== node && (uses(b, "writes") || (side === "write" && uses(b, "reads")))); // prettier-ignore
  const wrong = others.find((b) => (side === "read" ? all.indexOf(b) > at : all.indexOf(b) < at || uses(b, "writes"))); // prettier-ignore
  if (wrong !== undefined) refused(`block \`${wrong.node.name}\` uses it out of order`);
  const place = placeApart(site, scope, others);
  const reduced = isReducedAbove(site, place.depth);
  if (side === "write" && reduced !== undefined)
    refused(`the loop \`${reduced.name}\` around both it and a reader is reduced`);
  const parts = partsAt(state, site, used, place.depth);
  if (side === "write" && !writesJust(state, site, used, place.depth))
    refused(
      "it is not proved to store just what is copied in each iteration of the loops around both",
    );
  const writer = others[others.length - 1];
  if (side === "read" && writer !== undefined) {
    const region = regionOver(state, site, buffer, indices, used, parts, place.depth);
    if (region === undefined || !writesParts(state, writer, buffer, place.depth, region))
      refused(`block \`${writer.node.name}\` is not proved to write all of it before`);
  }
  const name = freshBlockName(funcOf(state), cache.name);
  const copy = copyNestOver(name, used, side === "read" ? [buffer, indices, cache, map.results] : [cache, map.results, buffer, indices], parts); // prettier-ignore
  let func = insertBeside(funcOf(state), place.at, side === "read" ? "before" : "after", copy);
  func = mapBlock(func, node.name, (b) => withRegions(onCache(b, buffer, cache, map.results)));
  return { func: allocateIn(func, scope, cache), name };
}

/** The indices of the one element that each run of the block uses. */
function elementOf(
  node: Block,
  buffer: Buffer,
  side: "read" | "write",
): readonly PrimExpr[] | string {
  const found: (readonly PrimExpr[])[] = [];
  const isUpdate = accessesOf(node).reads.has(buffer);
  let [isGuarded, isStoredUnder] = [false, false];
  for (const part of node.init === undefined ? [node.body] : [node.init, node.body]) {
    rewrite(part, (n) => {
      if (n.kind === "tir.Store" && n.buffer === buffer) {
        found.push(n.indices);
        isStoredUnder ||= n.predicate !== undefined;
      }
      if (n.kind === "tir.If" || n.kind === "tir.While") isGuarded = isStoredUnder = true;
      return n;
    });
    eachLoad(part, false, (l, guarded) => {
      if (l.buffer !== buffer) return;
      found.push(l.indices);
      isGuarded ||= guarded;
    });
  }
  const [first] = found;
  if (first === undefined) return "it does not use it";
  if (side === "read" && accessesOf(node).writes.has(buffer)) return "it writes it too";
  if (side === "write" && isUpdate) return "it goes on with what is in it";
  if (side === "write" && isStoredUnder) return "it stores it under a condition";
  if (found.some((i) => !sameIndices(i, first))) return "it uses several elements of it";
  const axes = new Set(node.iters.map((i) => i.var));
  const inner = new Set<Var>();
  rewrite(node.body, (n) => {
    if (n.kind === "tir.For" || n.kind === "tir.Bind" || n.kind === "tir.Let") inner.add(n.var);
    return n;
  });
  if (first.some((e) => varsOf(e).some((v) => inner.has(v)))) return "an index is computed inside the block"; // prettier-ignore
  if (side === "read" && isGuarded) return "it reads it under a condition";
  return first.some((e) => varsOf(e).some((v) => axes.has(v))) ? first : "its axes do not select an element"; // prettier-ignore
}

function isInside(
  analyzer: Analyzer,
  { iters }: Block,
  buffer: Buffer,
  indices: readonly PrimExpr[],
): boolean {
  for (const { var: v, dom } of iters) analyzer.bind(v, dom!);
  return indices.every(
    (e, k) =>
      analyzer.prove(compare("ge", e, intImm(0, e.dtype))) === true &&
      analyzer.prove(compare("lt", e, buffer.shape[k]!)) === true,
  );
}

/** The map from the axes in use to the indices of the cache. */
function mapOver(
  node: Block,
  used: readonly IterVar[],
  given: IndexMap | undefined,
): IndexMap | string {
  const params = used.map((i) => i.var);
  if (given === undefined) return { kind: "tir.IndexMap", params, results: params, separators: [] };
  if (given.params.length !== node.iters.length)
    return `the map takes ${given.params.length} axes, the block has ${node.iters.length}`;
  const widest = node.iters.reduce((t, i) => (i.var.dtype.bits > t.bits ? i.var.dtype : t), params[0]!.dtype); // prettier-ignore
  const typed = typedMap(given, widest);
  const axes = new Map<Var, PrimExpr>(typed.params.map((v, k) => [v, node.iters[k]!.var]));
  const results = typed.results.map((r) => substitute(r, axes));
  const loose = results.flatMap(varsOf).find((v) => node.iters.some((i) => i.var === v) && !params.includes(v)); // prettier-ignore
  return loose === undefined
    ? { kind: "tir.IndexMap", params, results, separators: [] }
    : `the map uses the axis \`${loose.name}\`, which does not select the element`;
}

/** The parts of axes that the block runs over while the loops below the depth run. */
function partsAt(
  state: ScheduleState,
  { node, path }: BlockSite,
  axes: readonly IterVar[],
  depth: number,
): readonly Part[] {
  const analyzer = analyzerOf(state);
  for (const s of path.slice(0, depth)) enter(analyzer, s);
  const loops = setsOf(analyzer, loopsBelow(path, depth));
  return axes.map((axis) => {
    const value = node.values![node.iters.indexOf(axis)]!;
    return partOf(analyzer, evalSet(analyzer, value, loops), axis.dom!);
  });
}

/** Whether the block runs over all of those parts, without gaps. */
function writesJust(
  state: ScheduleState,
  { node, path }: BlockSite,
  axes: readonly IterVar[],
  depth: number,
): boolean {
  const analyzer = analyzerOf(state);
  for (const s of path.slice(0, depth)) enter(analyzer, s);
  const values = axes.map((axis) => node.values![node.iters.indexOf(axis)]!);
  return fillsBox(analyzer, values, loopsBelow(path, depth));
}

/** The elements of the buffer at the parts of the axes. */
function regionOver(
  state: ScheduleState,
  { path }: BlockSite,
  buffer: Buffer,
  indices: readonly PrimExpr[],
  axes: readonly IterVar[],
  parts: readonly Part[],
  depth: number,
): readonly Part[] | undefined {
  const analyzer = analyzerOf(state);
  for (const s of path.slice(0, depth)) enter(analyzer, s);
  const sets = new Map(axes.map((a, k): [Var, IntSet] => [a.var, setOfRange(analyzer, parts[k]!.over)])); // prettier-ignore
  return indices.map((e, k) => {
    const d = buffer.shape[k]!;
    return partOf(analyzer, evalSet(analyzer, e, sets), range(intImm(0, d.dtype), d));
  });
}

type Ends = readonly [Buffer, readonly PrimExpr[], Buffer, readonly PrimExpr[]];

/** A block over copies of the axes that copies an element to its other place. */
function copyNestOver(
  name: string,
  axes: readonly IterVar[],
  [from, source, to, target]: Ends,
  parts: readonly Part[],
) {
  const { iters, map } = freshIters(axes.map((i) => ({ ...i, iterKind: "spatial" as const })));
  const at = (e: PrimExpr): PrimExpr => substitute(e, map);
  const copy = block({ name, iters, values: iters.map((i) => i.var), body: store(to, target.map(at), load(from, source.map(at))) }); // prettier-ignore
  return nestOver(withRegions(copy), parts);
}

/** The block with its element of the buffer taken from the cache. */
const onCache = (node: Block, from: Buffer, to: Buffer, indices: readonly PrimExpr[]): Block =>
  rewrite(node, (n) => {
    if (n.kind === "tir.Load" && n.buffer === from) return load(to, indices, n.span);
    if (n.kind === "tir.Store" && n.buffer === from) return store(to, indices, n.value, n.span);
    return n;
  });
