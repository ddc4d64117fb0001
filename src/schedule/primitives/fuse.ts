import { exprText } from "../../arith/index.js";
import { range } from "../../ir/tir/buffer.js";
import { binary, intImm, makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import { forLoop } from "../../ir/tir/stmt.js";
import { addIndex, castIndex, mulIndex } from "../../transform/tir/strides.js";
import { loopCodes } from "../loop-codes.js";
import { bound, boundsMention, isConstant, outgrows, requirePlain } from "../loops.js";
import { p } from "../params.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { loopRef } from "../reference.js";
import type { LoopSite } from "../site.js";
import { replaceAt } from "../site.js";
import { analyzerAt, funcOf, withFunc } from "../state.js";

/**
 * Precondition: plain serial loops, each directly inside the one before, with bounds that do not depend on each other.
 * Result: one loop over all their iterations. Sound because these run in the same order.
 */
export const fuse = definePrimitive({
  name: "fuse",
  summary: "Makes nested loops one loop.",
  params: {
    loops: p.loops("The loops, outermost first."),
    preserve_unit_iters: p.bool({ help: "Keep loops that run once in bindings.", default: true }),
  },
  outputs: "one",
  run(state, { loops, preserve_unit_iters }) {
    requireNest("fuse", loops);
    for (const loop of loops) requirePlain("fuse", loop);
    loops.forEach(({ node: inner }, k) => {
      const outer = loops.slice(0, k).find(({ node }) => boundsMention(inner, node.var));
      if (outer !== undefined)
        refuse(loopCodes.dependentBounds({ primitive: "fuse", inner: inner.var.name, outer: outer.node.var.name, action: "make them one loop", at: inner.span })); // prettier-ignore
    });
    const [outermost] = loops;
    const analyzer = analyzerAt(state, outermost!);
    const { span } = outermost!.node.var;
    const name = `${loops.map((l) => l.node.var.name).join("_")}_fused`;
    const extent = analyzer.simplify(
      loops.map((l) => l.node.extent).reduce((all, e) => mulIndex(all, e)),
    );
    const { dtype } = extent;
    if (outgrows(extent))
      refuse(loopCodes.uncountable({ what: `all loops together run ${exprText(extent)} times`, dtype: dtype.name, at: outermost!.node.span })); // prettier-ignore
    const v = makeVar(name, dtype, span);
    analyzer.bind(v, range(intImm(0, dtype), extent));
    const values = new Map<Var, PrimExpr>();
    let below: PrimExpr = intImm(1, dtype);
    for (const [k, { node }] of [...loops].reverse().entries()) {
      const isOutermost = k === loops.length - 1;
      const quotient = isConstant(below, 1) ? v : binary("floordiv", v, below);
      const part = isOutermost
        ? quotient
        : binary("floormod", quotient, castIndex(node.extent, dtype));
      const isUnit = isConstant(node.extent, 1) && !preserve_unit_iters;
      const own = isUnit ? intImm(0, dtype) : analyzer.simplify(part);
      values.set(node.var, castIndex(addIndex(node.min, own), node.var.dtype));
      below = analyzer.simplify(mulIndex(below, castIndex(node.extent, dtype)));
    }
    const innermost = loops[loops.length - 1]!.node;
    const body = bound(innermost.body, values, analyzer);
    const fused = forLoop({ var: v, min: intImm(0, dtype), extent, body, span: outermost!.node.span }); // prettier-ignore
    const func = replaceAt(funcOf(state), outermost!, fused);
    return giving(withFunc(state, func), loopRef(fused));
  },
});

/** Refuses loops that are not each the only statement of the one before. */
export function requireNest(primitive: string, loops: readonly LoopSite[]): void {
  if (loops.length === 0) refuse(loopCodes.notNested({ primitive, what: "there are none" }));
  loops.forEach(({ node }, k) => {
    const outer = loops[k - 1]?.node;
    if (outer === undefined || outer.body === node) return;
    const what = `\`${node.var.name}\` is not the only statement of \`${outer.var.name}\``;
    refuse(loopCodes.notNested({ primitive, what, at: node.span }));
  });
}
