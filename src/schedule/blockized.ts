/** A nest with one block as a block of its own. */
import { accessRegions, subspaceDivide, type Analyzer, type DividedIndex } from "../arith/index.js";
import { varsOf } from "../ir/core/free-vars.js";
import { refresh, substitute } from "../ir/core/rewrite.js";
import { visit } from "../ir/core/visit.js";
import type { Node } from "../ir/nodes.js";
import { range, type Range } from "../ir/tir/buffer.js";
import { binary, compare, intImm, makeVar, type PrimExpr, type Var } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { block, forLoop, iterVar, type Block, type For, type IterVar, type Stmt } from "../ir/tir/stmt.js"; // prettier-ignore
import { blockCodes } from "./block-codes.js";
import { notInjective, notWhole } from "./iterations.js";
import { allOf, conjuncts, endOf, inType, isOne, isZero, plus } from "./nest.js";
import { refuse } from "./primitive.js";
import { blocksBelow, loopsAround, replaceAt, type BlockSite, type LoopSite } from "./site.js";
import { analyzerAt, enter, freshBlockName, funcOf, type ScheduleState } from "./state.js";

/** One axis of the nest's block, cut into that of the new block and that of the inner one. */
interface Cut {
  readonly iter: IterVar;
  /** Axis of the new block; absent where it has one value and those are left out. */
  readonly outer: IterVar | undefined;
  readonly outerValue: PrimExpr;
  readonly inner: IterVar;
  readonly innerValue: PrimExpr;
  /** The axis as both together. */
  readonly whole: PrimExpr;
}

/** The function with the nest below the loop made a block; and the name of that. */
export function blockized(
  state: ScheduleState,
  loop: LoopSite,
  keepUnit: boolean,
): { readonly func: PrimFunc; readonly name: string } {
  const refused = (reason: string): never =>
    refuse(blockCodes.blockizeRefused({ what: `loop \`${loop.node.var.name}\``, reason, at: loop.node.span })); // prettier-ignore
  const [site, ...more] = blocksBelow(loop);
  if (site === undefined) return refused("there is no block");
  if (more.length > 0) return refused("there are several blocks");
  const loops = loopsAround(site).map((l) => l.node);
  const inner = loops.slice(loops.indexOf(loop.node));
  if (!isChain(inner, site.node)) refused("its loops hold more than the block");
  const reason = notWhole(state, site);
  if (reason !== undefined) refused(reason);
  const { node } = site;
  const analyzer = analyzerAt(state, loop);
  const domain = new Map<Var, Range>(loops.map((f) => [f.var, range(f.min, f.extent)]));
  const indices = node.values ?? [];
  const divided = indices.length === 0 ? undefined : subspaceDivide({ indices, domain, level: "any", analyzer }, new Set(inner.map((f) => f.var))); // prettier-ignore
  if (divided?.ok === false) return refused(divided.reason);
  for (const f of inner) enter(analyzer, f);
  const isOff = divided?.indices.some(({ outer, inner: low, innerExtent }, k) => {
    const value = indices[k]!;
    const sum = binary("add", binary("mul", inType(outer, value.dtype), inType(innerExtent, value.dtype)), inType(low, value.dtype)); // prettier-ignore
    return analyzer.equal(value, sum) !== true;
  });
  if (isOff === true) refused("an axis does not start with a whole part");
  const repeated = node.init === undefined ? undefined : notInjective(analyzer, node, inner);
  if (repeated !== undefined) refused(repeated);
  const cuts = node.iters.map((iter, k) => {
    const index = divided!.indices[k]!;
    const outerExtent = reach(analyzer, index) ?? refused("an axis does not start at zero");
    return cut(iter, { ...index, outerExtent }, keepUnit);
  });
  const isInside = divided?.indices.every((d) => isWithin(analyzer, d.inner, d.innerExtent));
  if (isInside === false) refused("an axis does not start with a whole part");
  const outerVars = new Set(loops.slice(0, loops.length - inner.length).map((f) => f.var));
  if (inner.some((f) => [...varsOf(f.min), ...varsOf(f.extent)].some((v) => outerVars.has(v))))
    refused("the range of a loop inside depends on one outside");
  const name = freshBlockName(funcOf(state), `${node.name}_o`);
  for (const { outer } of cuts) if (outer?.dom !== undefined) analyzer.bind(outer.var, outer.dom);
  const predicate = allOf(
    cuts.flatMap(({ iter, innerValue, inner: part, whole }) => {
      const at = substitute(whole, new Map([[part.var, innerValue]]));
      const dtype = iter.var.dtype;
      const conds = [
        compare("le", inType(iter.dom!.min, dtype), at),
        compare("lt", at, inType(endOf(iter.dom!), dtype)),
      ];
      return conds.filter((c) => analyzer.prove(c) !== true);
    }),
  );
  const replaced = new Map<Var, PrimExpr>(cuts.map((c) => [c.iter.var, c.whole]));
  const body: Block = {
    ...node,
    iters: cuts.map((c) => c.inner),
    values: cuts.map((c) => c.innerValue),
    predicate,
    init: undefined,
    body: substitute(node.body, replaced),
    matches: node.matches.map((m) => substitute(m, replaced)),
  };
  const outers = cuts.filter((c) => c.outer !== undefined);
  const outer = block({
    name,
    iters: outers.map((c) => c.outer!),
    values: outers.map((c) => c.outerValue),
    init: node.init && initNest(state, site, cuts, inner, substitute(node.init, replaced), predicate), // prettier-ignore
    body: nest(inner, { ...body, ...accessRegions(body) }),
  });
  return { func: replaceAt(funcOf(state), loop, { ...outer, ...accessRegions(outer) }), name };
}

const isWithin = (analyzer: Analyzer, e: PrimExpr, extent: PrimExpr): boolean =>
  analyzer.prove(compare("ge", e, intImm(0, e.dtype))) === true &&
  analyzer.prove(compare("lt", e, inType(extent, e.dtype))) === true;

/** How far the outer part of an axis goes, from zero: one that does not start there goes beyond its own extent. */
function reach(analyzer: Analyzer, { outer, outerExtent }: DividedIndex): PrimExpr | undefined {
  if (isWithin(analyzer, outer, outerExtent)) return outerExtent;
  const { min, max } = analyzer.constBound(outer);
  if (min < 0 || max === Infinity) return undefined;
  return analyzer.simplify(binary("add", intImm(max, outer.dtype), intImm(1, outer.dtype)));
}

const isChain = (loops: readonly For[], inner: Block): boolean =>
  loops.every((f, k) => f.body === (loops[k + 1] ?? inner));

const nest = (loops: readonly For[], inner: Stmt): Stmt =>
  loops.reduceRight<Stmt>((body, f) => forLoop({ ...f, body }), inner);

function cut(
  iter: IterVar,
  { outer, outerExtent, inner, innerExtent }: DividedIndex,
  keepUnit: boolean,
): Cut {
  // prettier-ignore
  const { dtype, name } = iter.var;
  const axis = (suffix: string, extent: PrimExpr): IterVar =>
    iterVar(makeVar(`${name}_${suffix}`, dtype), iter.iterKind, range(intImm(0, dtype), inType(extent, dtype))); // prettier-ignore
  const high = keepUnit || !isOne(outerExtent) ? axis("o", outerExtent) : undefined;
  const low = axis("i", innerExtent);
  const base = high === undefined || isZero(outer) ? undefined : high.var;
  const start =
    base === undefined ? intImm(0, dtype) : isOne(innerExtent) ? base : binary("mul", base, inType(innerExtent, dtype)); // prettier-ignore
  return {
    iter,
    outer: high,
    outerValue: inType(outer, dtype),
    inner: low,
    innerValue: inType(inner, dtype),
    whole: isOne(innerExtent) && base !== undefined ? start : plus(start, low.var),
  };
}

/** The init over the spatial axes inside. */
function initNest(
  state: ScheduleState,
  { node }: BlockSite,
  cuts: readonly Cut[],
  loops: readonly For[],
  init: Stmt,
  predicate: PrimExpr,
): Stmt {
  const spatial = cuts.filter((c) => c.iter.iterKind === "spatial");
  const used = new Set(spatial.flatMap((c) => varsOf(c.innerValue)));
  const kept = loops.filter((f) => used.has(f.var));
  const keptVars = new Set(kept.map((f) => f.var));
  const dropped = loops.filter((f) => !keptVars.has(f.var)).map((f) => f.var);
  const conds = conjuncts(predicate).filter((c) => !varsOf(c).some((v) => dropped.includes(v)));
  const inner = block({
    name: freshBlockName(funcOf(state), `${node.name}_init`),
    iters: spatial.map((c) => c.inner),
    values: spatial.map((c) => c.innerValue),
    predicate: allOf(conds),
    body: init,
  });
  const made = nest(kept, { ...inner, ...accessRegions(inner) });
  const own = new Set<Node>();
  visit(made, {
    enter(n) {
      if (n.kind === "tir.For" || n.kind === "tir.IterVar" || n.kind === "tir.Bind") own.add(n.var);
    },
  });
  return refresh(made, own);
}
