import type { Analyzer } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { substitute } from "../../ir/core/rewrite.js";
import { makeBuffer, range, type Buffer } from "../../ir/tir/buffer.js";
import { ifThenElse, intImm, load, makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import { forLoop, iterVar, seq, store, type Block, type For, type IterVar, type Stmt } from "../../ir/tir/stmt.js"; // prettier-ignore
import { blockCodes } from "../block-codes.js";
import { combinerOf, type Combiner } from "../combiner.js";
import { allocateIn, withRegions } from "../edit.js";
import { isBoundTo, notReduction, childrenOf, scopeAround } from "../facts.js";
import { allOf, conjuncts, freshIters, plainCondition } from "../nest.js";
import { p } from "../params.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { blockRef } from "../reference.js";
import { blocksBelow, findBlock, loopsAround, replaceAt, type BlockSite } from "../site.js";
import { analyzerAt, freshBlockName, funcOf, withFunc } from "../state.js";

/**
 * Precondition: a reduction by one operator whose operands may be taken in any order. Result: a block that reduces
 * separately for each iteration of the loop, and the reduction over those results; outer spatial loops are shared.
 * Every partial result is initialised, also where a condition leaves iterations out. The order of the operations
 * changes, so that floats round differently.
 */
export const rfactor = definePrimitive({
  name: "rfactor",
  summary: "Reduces separately for each iteration of a reduced loop, then over those results.",
  params: {
    loop: p.loop("The loop whose iterations are kept apart."),
    factor_axis: p.int(
      "Where its axis goes in the buffer of partial results; negative from the end.",
    ),
  },
  outputs: "one",
  run(state, { loop, factor_axis }) {
    const refused = (reason: string): never =>
      refuse(blockCodes.rfactorRefused({ loop: loop.node.var.name, reason, at: loop.node.span }));
    const [site, ...others] = blocksBelow(loop);
    if (site === undefined || others.length > 0) return refused("it is not around one block alone");
    const { node } = site;
    const scope = scopeAround(state, site);
    const reason = notReduction(state, childrenOf(scope), site);
    if (reason !== undefined) return refused(`block \`${node.name}\` is no reduction: ${reason}`);
    const open = isBoundTo(site, loopsAround(site).map((l) => l.node.var)); // prettier-ignore
    if (open !== undefined) return refused(open);
    const combiner = combinerOf(node);
    if (combiner === undefined)
      return refused(`block \`${node.name}\` does not combine by one operator in any order`);
    const parts = apart(site, loop.node, refused);
    const { buffer } = combiner.update;
    const axis = factor_axis < 0 ? factor_axis + buffer.shape.length + 1 : factor_axis;
    if (axis < 0 || axis > buffer.shape.length) refused(`the buffer has no place ${factor_axis}`);
    const partial = partialBuffer(buffer, loop.node.extent, axis);
    const name = freshBlockName(funcOf(state), `${node.name}_rf`);
    const analyzer = analyzerAt(state, site);
    const first = partialBlock(analyzer, site, name, partial, axis, combiner, parts, refused);
    const last = finalBlock(node, partial, axis, combiner, parts);
    const inner = parts.inner.reduceRight<Stmt>((body, f) => forLoop({ ...f, body }), first);
    const both = seq([inner, finalNest(last, parts)]);
    const outermost = parts.inner[0]!;
    const at = loopsAround(site).find((l) => l.node === outermost)!;
    let func = replaceAt(funcOf(state), at, both);
    func = allocateIn(func, scope, partial);
    return giving(withFunc(state, func), blockRef(findBlock(func, name)!.node));
  },
});

/** The loops of a reduction by their part in it. */
interface Parts {
  /** From the first that is reduced, or that does not hold the block alone, to the block. */
  readonly inner: readonly For[];
  /** Variables of loops that are reduced, the factored one among them. */
  readonly reduced: ReadonlySet<Var>;
  readonly factored: For;
}

function apart(site: BlockSite, factored: For, refused: (reason: string) => never): Parts {
  const { node, path } = site;
  const loops = loopsAround(site).map((l) => l.node);
  const reduced = new Set<Var>();
  const spatial = new Set<Var>();
  node.iters.forEach(({ iterKind }, k) => {
    const used = new Set(varsOf(node.values![k]!));
    for (const f of loops) if (used.has(f.var)) (iterKind === "reduce" ? reduced : spatial).add(f.var); // prettier-ignore
  });
  if (!reduced.has(factored.var)) refused("it is not reduced");
  if (spatial.has(factored.var)) refused("a spatial axis runs over it too");
  // Statements beside the block stay outside.
  const branching = path.findLastIndex((s) => s.kind === "tir.Seq" || s.kind === "tir.If");
  const alone = path.slice(branching + 1).filter((s): s is For => s.kind === "tir.For");
  const start = alone.findIndex((f) => reduced.has(f.var));
  const inner = start < 0 ? [] : alone.slice(start);
  if (!inner.includes(factored)) refused("other statements stand below it");
  const above = loops.slice(0, loops.length - inner.length).find((f) => reduced.has(f.var));
  if (above !== undefined)
    refused(`the loop \`${above.var.name}\` around other statements is reduced`);
  const both = inner.find((f) => reduced.has(f.var) && spatial.has(f.var));
  if (both !== undefined) refused(`a spatial axis runs over the reduced loop \`${both.var.name}\``);
  const isLoose = inner.some((f) => [...varsOf(f.min), ...varsOf(f.extent)].some((v) => inner.some((o) => o.var === v))); // prettier-ignore
  if (isLoose) refused("the range of a loop depends on another one");
  const isSerial = (f: For): boolean => f.loopKind === "serial";
  if (!inner.every(isSerial)) refused("a loop below is not serial");
  return { inner, reduced, factored };
}

function partialBuffer(buffer: Buffer, extent: PrimExpr, axis: number): Buffer {
  const size = buffer.shape[0]?.dtype ?? extent.dtype;
  const own = extent.kind === "tir.IntImm" ? intImm(extent.value, size) : extent;
  const { name, dtype, shape } = buffer;
  return makeBuffer({ name: `${name}_rf`, dtype, shape: [...shape.slice(0, axis), own, ...shape.slice(axis)] }); // prettier-ignore
}

const inserted = <T>(list: readonly T[], axis: number, item: T): readonly T[] => [...list.slice(0, axis), item, ...list.slice(axis)]; // prettier-ignore

/** The reduction of what belongs to one iteration of the loop. */
function partialBlock(
  analyzer: Analyzer,
  site: BlockSite,
  name: string,
  partial: Buffer,
  axis: number,
  { update, element, identity, combine }: Combiner,
  { inner, reduced, factored }: Parts,
  refused: (reason: string) => never,
): Block {
  const { node } = site;
  const axes: { iter: IterVar; value: PrimExpr }[] = [];
  const images = new Map<Var, PrimExpr>();
  // Loop variables as the block may name them.
  const own = new Map<Var, PrimExpr>();
  node.iters.forEach((iter, k) => {
    if (iter.iterKind === "reduce") return;
    const value = node.values![k]!;
    axes.push({ iter, value });
    if (value.kind === "tir.Var") own.set(value, iter.var);
  });
  const axisOf = (f: For, kind: IterVar["iterKind"]): Var => {
    const v = makeVar(`v${f.var.name}`, f.var.dtype);
    const iter = iterVar(v, kind, range(f.min, f.extent));
    axes.push({ iter, value: f.var });
    own.set(f.var, v);
    return v;
  };
  const slot = axisOf(factored, "spatial");
  for (const f of inner) if (f !== factored && reduced.has(f.var)) axisOf(f, "reduce");
  node.iters.forEach((iter, k) => {
    if (iter.iterKind === "reduce") images.set(iter.var, substitute(node.values![k]!, own));
  });
  const loops = new Set(loopsAround(site).map((l) => l.node.var));
  const conditions = conjuncts(node.predicate);
  const isReduced = (c: PrimExpr): boolean => varsOf(c).some((v) => reduced.has(v));
  const inside = conditions.filter(isReduced).map((c) => {
    const loose = varsOf(c).find((v) => loops.has(v) && !own.has(v));
    if (loose !== undefined) refused(`its condition depends on the loop \`${loose.name}\` too`);
    return substitute(plainCondition(c), own);
  });
  for (const { iter } of axes) if (iter.dom !== undefined) analyzer.bind(iter.var, iter.dom);
  const guard = analyzer.simplify(allOf(inside));
  const { iters, map } = freshIters(axes.map((a) => a.iter));
  const inBlock = <E extends PrimExpr>(e: E): E => substitute(substitute(e, images), map);
  const at = inserted(update.indices.map(inBlock), axis, inBlock(slot));
  const guarded = inside.length === 0 ? inBlock(element) : ifThenElse(substitute(guard, map), inBlock(element), identity); // prettier-ignore
  return withRegions({
    ...node,
    name,
    iters,
    values: axes.map((a) => a.value),
    predicate: allOf(conditions.filter((c) => !isReduced(c))),
    init: store(partial, at, identity),
    body: store(partial, at, combine(load(partial, at), guarded)),
  });
}

/** The reduction over the partial results; it starts as the whole one did. */
function finalBlock(
  node: Block,
  partial: Buffer,
  axis: number,
  { update, combine }: Combiner,
  { reduced, factored }: Parts,
): Block {
  const spatial = node.iters.flatMap((iter, k) =>
    iter.iterKind === "reduce" ? [] : [{ iter, value: node.values![k]! }],
  );
  const slot = makeVar(`v${factored.var.name}`, factored.var.dtype);
  const last = iterVar(slot, "reduce", range(factored.min, factored.extent));
  const { iters, map } = freshIters([...spatial.map((a) => a.iter), last]);
  const indices = update.indices.map((i) => substitute(i, map));
  const element = load(partial, inserted(indices, axis, substitute(slot as PrimExpr, map)));
  const isReduced = (c: PrimExpr): boolean => varsOf(c).some((v) => reduced.has(v));
  return withRegions({
    ...node,
    iters,
    values: [...spatial.map((a) => a.value), factored.var],
    predicate: allOf(conjuncts(node.predicate).filter((c) => !isReduced(c))),
    init: node.init && substitute(node.init, map),
    body: store(update.buffer, indices, combine(load(update.buffer, indices), element)),
  });
}

/** The final block under its spatial loops and the factored one, each with a variable of its own. */
function finalNest(block: Block, { inner, reduced, factored }: Parts): Stmt {
  const kept = [...inner.filter((f) => !reduced.has(f.var)), factored];
  const map = new Map<Var, PrimExpr>();
  const loops = kept.map((f) => {
    const v = makeVar(f.var.name, f.var.dtype, f.var.span);
    map.set(f.var, v);
    return { ...f, var: v };
  });
  const placed: Stmt = {
    ...block,
    values: block.values!.map((v) => substitute(v, map)),
    predicate: substitute(block.predicate, map),
  };
  return loops.reduceRight<Stmt>((body, f) => forLoop({ ...f, body }), placed);
}
