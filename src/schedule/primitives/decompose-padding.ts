import { refresh, substitute } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import { makeVar, unary, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import { forLoop, store, type Block, type For, type Stmt } from "../../ir/tir/stmt.js";
import { blockCodes } from "../block-codes.js";
import { insertBeside, mapBlock, withRegions } from "../edit.js";
import { incomplete, childrenOf, scopeAround } from "../facts.js";
import { notWhole } from "../iterations.js";
import { both, freshIters, outside } from "../nest.js";
import { p } from "../params.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { blockRef } from "../reference.js";
import { findBlock, loopsAround } from "../site.js";
import { freshBlockName, funcOf, withFunc } from "../state.js";
import { isSymbolic } from "../../transform/tir/bounded-walk.js";

/** A padded copy becomes a block that fills with the constant, and one that copies only what there is. */
export const decomposePadding = definePrimitive({
  name: "decompose_padding",
  summary: "Splits a padded copy into filling with the constant and copying what there is.",
  params: {
    block: p.inner("The block, whose value is `if_then_else(inside, element, constant)`."),
    loop: p.loop("The loop before which the constant is filled in."),
  },
  outputs: "one",
  run(state, { block: site, loop }) {
    const { node } = site;
    const refused = (reason: string): never =>
      refuse(blockCodes.padRefused({ block: node.name, reason, at: node.span }));
    const kind = incomplete(childrenOf(scopeAround(state, site)), site) ?? notWhole(state, site);
    if (kind !== undefined) refused(kind);
    const loops = loopsAround(site).map((l) => l.node);
    const at = loops.indexOf(loop.node);
    if (at < 0) return refused(`the loop \`${loop.node.var.name}\` is not around it`);
    const { body } = node;
    if (body.kind !== "tir.Store" || body.value.kind !== "tir.IfThenElse")
      return refused("its value is no choice between an element and a constant");
    const { cond, then, otherwise } = body.value;
    const isConstant = (e: PrimExpr): boolean => e.kind === "tir.IntImm" || e.kind === "tir.FloatImm"; // prettier-ignore
    if (!isConstant(otherwise) || !isSymbolic(cond))
      return refused("its value is no choice between an element and a constant");
    const name = freshBlockName(funcOf(state), `${node.name}_fill`);
    const below = loops.slice(at);
    const fill = copied(below, {
      ...node,
      name,
      predicate: both(node.predicate, outside(node, unary("not", cond))),
      body: store(body.buffer, body.indices, otherwise),
    });
    let func = insertBeside(funcOf(state), loop, "before", fill);
    func = mapBlock(func, node.name, (b) =>
      withRegions({
        ...b,
        predicate: both(b.predicate, outside(b, cond)),
        body: store(body.buffer, body.indices, then, body.span),
      }),
    );
    return giving(withFunc(state, func), blockRef(findBlock(func, name)!.node));
  },
});

/** The block under copies of the loops, with axes of its own. */
function copied(loops: readonly For[], node: Block): Stmt {
  const { iters, map } = freshIters(node.iters);
  const names = new Map<Var, PrimExpr>();
  const fresh = loops.map((f) => {
    const v = makeVar(f.var.name, f.var.dtype, f.var.span);
    const next = { ...f, var: v, min: substitute(f.min, names), extent: substitute(f.extent, names) }; // prettier-ignore
    names.set(f.var, v);
    return next;
  });
  const own = new Set<Node>();
  visit(node.body, {
    enter(n) {
      if (n.kind === "tir.Let" || n.kind === "tir.Bind") own.add(n.var);
    },
  });
  const inner = withRegions<Block>({
    ...node,
    iters,
    values: node.values!.map((v) => substitute(v, names)),
    predicate: substitute(node.predicate, names),
    body: substitute(own.size === 0 ? node.body : refresh(node.body, own), map),
  });
  return fresh.reduceRight<Stmt>((body, f) => forLoop({ ...f, body }), inner);
}
