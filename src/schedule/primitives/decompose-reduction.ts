import type { Analyzer } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { refresh, substitute } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { compare, makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import { forLoop, type Block, type For, type Stmt } from "../../ir/tir/stmt.js";
import { blockCodes } from "../block-codes.js";
import { insertBeside, mapBlock, withRegions } from "../edit.js";
import { isBoundTo } from "../facts.js";
import { allOf, conjuncts, endOf, freshIters, inType, plainCondition } from "../nest.js";
import { branchAround, notInjective } from "../iterations.js";
import { p } from "../params.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { blockRef } from "../reference.js";
import { findBlock, loopsAround, occursIn } from "../site.js";
import { analyzerAt, enter, freshBlockName, funcOf, withFunc } from "../state.js";

/** The init of a reduction becomes a block of its own before a loop; the reduction only updates. */
export const decomposeReduction = definePrimitive({
  name: "decompose_reduction",
  summary: "Takes the init of a reduction out into a block before a loop.",
  params: {
    block: p.inner("The reduction."),
    loop: p.loop("The loop before which the init runs."),
  },
  outputs: "one",
  run(state, { block: site, loop }) {
    const { node } = site;
    const refused = (reason: string): never =>
      refuse(blockCodes.initRefused({ block: node.name, loop: loop.node.var.name, reason, at: node.span })); // prettier-ignore
    if (node.init === undefined) return refused("the block has no init");
    const loops = loopsAround(site).map((l) => l.node);
    const at = loops.indexOf(loop.node);
    if (at < 0) return refused("the loop is not around the block");
    const branch = branchAround(site);
    if (branch !== undefined && !loop.path.includes(branch))
      return refused("a statement between the loop and the block says whether it runs");
    const open = isBoundTo(site, loops.slice(at).map((f) => f.var)); // prettier-ignore
    if (open !== undefined) return refused(open);
    const local = node.allocs.find((b) => occursIn(node.init!, b));
    if (local !== undefined) return refused(`it uses \`${local.name}\`, which the block allocates`);
    const reduced = new Set<Var>();
    node.iters.forEach((iter, k) => {
      if (iter.iterKind === "reduce") for (const v of varsOf(node.values![k]!)) reduced.add(v);
    });
    const above = loops.slice(0, at).find((f) => reduced.has(f.var));
    if (above !== undefined)
      return refused(`the loop \`${above.var.name}\` outside it is reduced too, so the sum goes on over it`); // prettier-ignore
    const spatial = node.iters.flatMap((iter, k) => (iter.iterKind === "spatial" ? [k] : []));
    const used = new Set(spatial.flatMap((k) => varsOf(node.values![k]!)));
    const kept = loops.slice(at).filter((f) => used.has(f.var));
    const loose = kept.flatMap((f) => [...varsOf(f.min), ...varsOf(f.extent)]);
    if (loops.slice(at).some((f) => loose.includes(f.var) && !kept.includes(f)))
      return refused("the range of a loop depends on a reduced one");
    const name = freshBlockName(funcOf(state), `${node.name}_init`);
    const analyzer = analyzerAt(state, { node: loop.node, path: loop.path });
    // A run that is repeated would add its part again.
    const repeated = notInjective(analyzer, node, loops.slice(at));
    if (repeated !== undefined) return refused(repeated);
    const dropped = new Set(loops.slice(at).flatMap((f) => (kept.includes(f) ? [] : [f.var])));
    // Where an iteration of a loop that repeats the sum does not run at all, its init would undo the one before.
    const repeating = loops.slice(0, at).filter((f) => !used.has(f.var));
    for (const c of conjuncts(node.predicate).map(varsOf)) {
      const again = repeating.find((f) => c.includes(f.var));
      if (again !== undefined && c.some((v) => dropped.has(v)))
        return refused(`whether the sum runs depends on the loop \`${again.var.name}\` outside it together with a loop inside`); // prettier-ignore
    }
    const predicate = predicateOf(analyzer, node, spatial, kept, dropped);
    const init = initBlock(node, name, spatial, predicate);
    let func = insertBeside(funcOf(state), loop, "before", nest(kept, init));
    func = mapBlock(func, node.name, (b) => withRegions({ ...b, init: undefined }));
    return giving(withFunc(state, func), blockRef(findBlock(func, name)!.node));
  },
});

/** The init as a block over the spatial axes. */
function initBlock(
  node: Block,
  name: string,
  spatial: readonly number[],
  predicate: PrimExpr,
): Block {
  const { iters, map } = freshIters(spatial.map((k) => node.iters[k]!));
  const own = new Set<Node>();
  visit(node.init!, {
    enter(n) {
      if (n.kind === "tir.Bind" || n.kind === "tir.Let" || n.kind === "tir.For") own.add(n.var);
    },
  });
  const body = substitute(own.size === 0 ? node.init! : refresh(node.init!, own), map);
  return withRegions({
    ...node,
    name,
    iters,
    values: spatial.map((k) => node.values![k]!),
    predicate,
    reads: [],
    writes: [],
    annotations: new Map(),
    allocs: [],
    matches: node.matches.filter((m) => occursIn(body, m.buffer)),
    init: undefined,
    body,
  });
}

/**
 * Where the init runs: at all values of the spatial axes that the update may run at. What the predicate says of loops
 * that are dropped is left out; that the values stay in their domains is said again where it is not proved.
 */
function predicateOf(
  analyzer: Analyzer,
  node: Block,
  spatial: readonly number[],
  kept: readonly For[],
  dropped: ReadonlySet<Var>,
): PrimExpr {
  const stay = conjuncts(node.predicate).filter((c) => !varsOf(c).some((v) => dropped.has(v)));
  return analyzer.scope(() => {
    for (const f of kept) enter(analyzer, f);
    for (const c of stay) analyzer.assume(plainCondition(c));
    const bounds = spatial.flatMap((k) => {
      const { var: v, dom } = node.iters[k]!;
      const value = node.values![k]!;
      return [
        compare("le", inType(dom!.min, v.dtype), value),
        compare("lt", value, inType(endOf(dom!), v.dtype)),
      ];
    });
    return allOf([...stay, ...bounds.filter((c) => analyzer.prove(c) !== true)]);
  });
}

/** Copies of loops, with their kinds and annotations, around a block. */
function nest(loops: readonly For[], inner: Block): Stmt {
  const map = new Map<Var, PrimExpr>();
  const fresh = loops.map((f) => {
    const v = makeVar(f.var.name, f.var.dtype, f.var.span);
    const copy = { ...f, var: v, min: substitute(f.min, map), extent: substitute(f.extent, map) };
    map.set(f.var, v);
    return copy;
  });
  const placed: Block = {
    ...inner,
    values: inner.values!.map((v) => substitute(v, map)),
    predicate: substitute(inner.predicate, map),
  };
  return fresh.reduceRight<Stmt>((body, f) => forLoop({ ...f, body }), placed);
}
