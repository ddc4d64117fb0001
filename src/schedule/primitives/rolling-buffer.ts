import { exprText, rangeOfSet, type Analyzer } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { substitute } from "../../ir/core/rewrite.js";
import { makeBuffer, type Buffer, type Range } from "../../ir/tir/buffer.js";
import { binary, compare, intImm, logic, makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js"; // prettier-ignore
import type { IndexMap } from "../../ir/tir/function.js";
import type { Block, For } from "../../ir/tir/stmt.js";
import { blockCodes } from "../block-codes.js";
import { mapBlock } from "../edit.js";
import { accessesOf, childrenOf, incomplete, readersOf, scopeAround } from "../facts.js";
import { fillsBox, hasCondition } from "../iterations.js";
import { both, inType, isOne } from "../nest.js";
import { p } from "../params.js";
import { pickBuffer } from "../pick-buffer.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { commonDepth, isCovered, loopsBelow, regionOutside, sweep } from "../regions.js";
import { isOpaque, relaid } from "../relayout.js";
import type { BlockSite } from "../site.js";
import { analyzerOf, enter, funcOf, withFunc, type ScheduleState } from "../state.js";

/**
 * Precondition: a producer that fills, in each iteration of a loop around its consumers, a window that overlaps the one
 * before. Result: the buffer has room for one window, in which elements go round; an iteration computes only those that
 * the one before did not. Sound because iterations run in order and read inside their window, whose elements all have
 * places of their own.
 */
export const rollingBuffer = definePrimitive({
  name: "rolling_buffer",
  summary: "Keeps of a moving window what the next iteration needs again, in a buffer that goes round.", // prettier-ignore
  params: {
    block: p.inner("The producer, computed inside the loop that moves the window."),
    write_buffer_index: p.buffer({ help: "Number or name of the buffer it writes.", default: 0 }),
  },
  outputs: "none",
  run(state, { block: site, write_buffer_index: pick }) {
    const { node } = site;
    const buffer = pickBuffer(node, "write", pick);
    const refused = (reason: string): never =>
      refuse(blockCodes.windowRefused({ buffer: buffer.name, reason, at: node.span }));
    const scope = scopeAround(state, site);
    if (!scope.node.allocs.includes(buffer)) refused(`\`${scope.node.name}\` does not allocate it`);
    if (buffer.strides.length > 0 || buffer.axisSeparators.length > 0 || buffer.scalar)
      refused("it has a form of its own");
    const reason = incomplete(childrenOf(scope), site) ?? hasCondition(state, site);
    if (reason !== undefined) refused(`of block \`${node.name}\`: ${reason}`);
    if (accessesOf(node).writes.size > 1) refused(`block \`${node.name}\` writes others too`);
    const func = funcOf(state);
    if (isOpaque(func.body, buffer)) refused("something uses its memory as a whole");
    const readers = readersOf(scope, buffer);
    const loop = movingLoop(site, readers);
    if (loop === undefined) return refused("no loop is around its producer and all its consumers");
    if (loop.loopKind !== "serial" && loop.loopKind !== "unrolled")
      refused(`the iterations of \`${loop.var.name}\` do not run in order`);
    const write = node.writes.find((w) => w.buffer === buffer)!;
    for (const reader of readers)
      for (const read of reader.node.reads.filter((r) => r.buffer === buffer))
        if (!isCovered(state, site, write, reader, read))
          refused(`block \`${reader.node.name}\` is not proved to read only what \`${node.name}\` writes in the same iteration`); // prettier-ignore
    const window = windowOf(state, site, loop, write.region.map((r) => r.min)); // prettier-ignore
    if (typeof window === "string") return refused(window);
    const size = intImm(window.size, buffer.shape[window.dim]!.dtype);
    const to = makeBuffer({ ...buffer, data: undefined, shape: buffer.shape.with(window.dim, size) }); // prettier-ignore
    const analyzer = analyzerOf(state);
    const body = relaid(func, analyzer, buffer, to, roundMap(buffer, window));
    const after = mapBlock({ ...func, body }, node.name, (b) => onlyNew(analyzer, b, loop, window));
    return changed(withFunc(state, after));
  },
});

/** The innermost loop around a block and all others. */
function movingLoop(site: BlockSite, others: readonly BlockSite[]): For | undefined {
  if (others.length === 0) return undefined;
  const depth = Math.min(...others.map((o) => commonDepth(site.path, o.path)));
  const found = site.path.slice(0, depth).findLast((s) => s.kind === "tir.For" || s.kind === "tir.Block"); // prettier-ignore
  return found?.kind === "tir.For" ? found : undefined;
}

/** What an iteration writes along the dimension in which the window moves. */
interface Window {
  readonly dim: number;
  /** The axis of the producer that selects the element. */
  readonly axis: Var;
  readonly min: PrimExpr;
  readonly size: number;
  /** How far the window moves in an iteration. */
  readonly step: number;
}

function windowOf(
  state: ScheduleState,
  site: BlockSite,
  loop: For,
  indices: readonly PrimExpr[],
): Window | string {
  const { node, path } = site;
  const depth = path.indexOf(loop) + 1;
  const analyzer = analyzerOf(state);
  for (const s of path.slice(0, depth)) enter(analyzer, s);
  const region = regionOutside(node, node.writes[0]!);
  const loops = loopsBelow(path, depth);
  if (
    !region.region.every((r) => isOne(r.extent)) ||
    !fillsBox(
      analyzer,
      region.region.map((r) => r.min),
      loops,
    )
  )
    // prettier-ignore
    return `block \`${node.name}\` is not proved to write all of a box in an iteration`;
  const swept = sweep(analyzer, region, loops).map((set, d) =>
    rangeOfSet(analyzer, set, region.region[d]!.min.dtype),
  );
  const moving = swept.flatMap((r, d) => (r !== undefined && !movesWith(r, loop.var) ? [] : [d]));
  const [dim, ...more] = moving;
  if (dim === undefined) return `it does not move with the loop \`${loop.var.name}\``;
  if (more.length > 0) return `it moves along several dimensions with \`${loop.var.name}\``;
  const axis = indices[dim]!;
  const isAxis = axis.kind === "tir.Var" && node.iters.some((i) => i.var === axis);
  if (!isAxis) return `block \`${node.name}\` does not write along it by an axis`;
  const range = swept[dim];
  const size = range && analyzer.simplify(range.extent);
  if (range === undefined || size?.kind !== "tir.IntImm") return "its window has no constant size";
  const step = stepOf(analyzer, range.min, loop.var);
  if (step.kind !== "tir.IntImm" || step.value < 1)
    return `its window moves by ${exprText(step)}, which is no positive number`;
  if (step.value >= size.value) return "its windows do not overlap";
  return { dim, axis: axis as Var, min: range.min, size: Number(size.value), step: Number(step.value) }; // prettier-ignore
}

const movesWith = ({ min, extent }: Range, v: Var): boolean =>
  varsOf(min).includes(v) || varsOf(extent).includes(v);

/** How much an expression grows from one iteration to the next. */
function stepOf(analyzer: Analyzer, e: PrimExpr, v: Var): PrimExpr {
  const next = substitute(e, new Map([[v, binary("add", v, intImm(1, v.dtype))]]));
  return analyzer.simplify(binary("sub", next, e));
}

/** Elements along the window's dimension at their number modulo its size. */
function roundMap(buffer: Buffer, { dim, size }: Window): IndexMap {
  const params = buffer.shape.map((d, k) => makeVar(`i${k}`, d.dtype));
  const results = params.map((v, k) => (k === dim ? binary("floormod", v, intImm(size, v.dtype)) : v)); // prettier-ignore
  return { kind: "tir.IndexMap", params, results, separators: [] };
}

/** The producer, whose axis along the window has an order: all of the first window, then what is beyond the last one. */
function onlyNew(
  analyzer: Analyzer,
  b: Block,
  loop: For,
  { axis, min, size, step }: Window,
): Block {
  const at = b.iters.findIndex((i) => i.var === axis);
  const place = analyzer.simplify(binary("sub", inType(b.values![at]!, min.dtype), min));
  const isNew = compare("ge", place, intImm(size - step, place.dtype));
  const isFirst = compare("eq", loop.var, inType(loop.min, loop.var.dtype));
  const iters = b.iters.with(at, { ...b.iters[at]!, iterKind: "opaque" });
  return { ...b, iters, predicate: both(b.predicate, logic("or", isFirst, isNew)) };
}
