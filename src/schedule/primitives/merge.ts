import { exprText } from "../../arith/index.js";
import { commonDepth } from "../regions.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import { seq, type Stmt } from "../../ir/tir/stmt.js";
import { substitute } from "../../ir/core/rewrite.js";
import { mayNotInterleave } from "../independence.js";
import { loopCodes } from "../loop-codes.js";
import { requirePlain } from "../loops.js";
import { inType } from "../nest.js";
import { p } from "../params.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { loopRef } from "../reference.js";
import { blocksBelow, findLoop, replaceAt, type LoopSite, type Site } from "../site.js";
import { analyzerAt, funcOf, withFunc } from "../state.js";

/**
 * Precondition: plain serial nests side by side, of equal depth and extents. Result: one nest that runs their bodies
 * one after the other in every iteration. Sound because no iteration of a later one needs more of an earlier one than
 * its own iteration, nor stores what another one still uses.
 */
export const merge = definePrimitive({
  name: "merge",
  summary: "Makes loops side by side one loop.",
  params: { loops: p.loops("Loops of equal depth in nests side by side, in their order.") },
  outputs: "one",
  run(state, { loops }) {
    const refused = (what: string, site?: LoopSite): never =>
      refuse(loopCodes.notSiblings({ what, at: site?.node.span }));
    if (loops.length < 2) refused("there are fewer than two");
    const { sequence, nests } = nestsOf(loops, refused);
    const places = nests.map((nest) => sequence.node.body.indexOf(nest[0]!.node));
    if (places.some((at, k) => k > 0 && at !== places[k - 1]! + 1))
      refused("they do not follow one another directly");
    const [first, ...others] = nests;
    const analyzer = analyzerAt(state, sequence);
    const values = new Map<Var, PrimExpr>();
    for (const [depth, { node: a }] of first!.entries()) {
      for (const { node: b } of others.map((nest) => nest[depth]!)) {
        const [min, extent] = [substitute(b.min, values), substitute(b.extent, values)];
        if (analyzer.equal(a.min, min) !== true || analyzer.equal(a.extent, extent) !== true)
          refuse(loopCodes.differentExtents({ a: a.var.name, b: b.var.name, first: exprText(a.extent), second: exprText(b.extent), at: b.span })); // prettier-ignore
        values.set(b.var, inType(a.var, b.var.dtype));
      }
    }
    const innermost = nests.map((nest) => nest[nest.length - 1]!.node);
    const body = seq(innermost.map((f, k) => (k === 0 ? f.body : substitute(f.body, values))));
    const merged = first!.reduceRight<Stmt>((inner, { node }) => ({ ...node, body: inner }), body);
    const rest = sequence.node.body.flatMap((s, k) =>
      k === places[0] ? [merged] : places.includes(k) ? [] : [s],
    );
    const func = replaceAt(funcOf(state), sequence, seq(rest, sequence.node.span));
    const after = withFunc(state, func);
    const chain = first!.map(({ node }) => findLoop(funcOf(after), node.var)!);
    const parts = nests.map((nest) => blocksBelow(nest[nest.length - 1]!));
    const reason = mayNotInterleave(after, chain, parts);
    if (reason !== undefined) refused(reason, loops[1]);
    return giving(after, loopRef(loops[0]!.node));
  },
});

/** The sequence that the nests stand in, and each nest from there down to its given loop. */
function nestsOf(
  loops: readonly LoopSite[],
  refused: (what: string, site?: LoopSite) => never,
): {
  readonly sequence: Site<Extract<Stmt, { kind: "tir.Seq" }>>;
  readonly nests: readonly (readonly LoopSite[])[];
} {
  const [first] = loops;
  const depth = loops.reduce((d, l) => Math.min(d, commonDepth(first!.path, l.path)), Infinity);
  const at = first!.path[depth - 1];
  if (at?.kind !== "tir.Seq") return refused("one is inside another");
  const nests = loops.map((loop) => {
    const line = [...loop.path, loop.node].slice(depth);
    return line.map((node, k) => {
      if (node.kind !== "tir.For") return refused(`there are other statements around \`${loop.node.var.name}\``, loop); // prettier-ignore
      const site: LoopSite = { node, path: [...loop.path, loop.node].slice(0, depth + k) };
      requirePlain("merge", site);
      return site;
    });
  });
  if (nests.some((nest) => nest.length !== nests[0]!.length)) refused("they are not equally deep");
  return { sequence: { node: at, path: first!.path.slice(0, depth - 1) }, nests };
}
