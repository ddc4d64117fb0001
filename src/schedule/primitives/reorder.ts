import { loopCodes } from "../loop-codes.js";
import { boundsMention } from "../loops.js";
import { orderMatters } from "../independence.js";
import { p } from "../params.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { blocksBelow, replaceAt, type LoopSite } from "../site.js";
import { axesBoundBy } from "../facts.js";
import { funcOf, withFunc, type ScheduleState } from "../state.js";
import type { For, Stmt } from "../../ir/tir/stmt.js";

/**
 * Precondition: loops of one chain without other statements; the blocks inside are affine, with spatial and reduced
 * axes only, and no block depends on other iterations of another. Result: the given loops stand in the given order, at
 * the places that they had together. Sound because instances of a block may run in any order.
 */
export const reorder = definePrimitive({
  name: "reorder",
  summary: "Puts loops of one nest in another order.",
  params: { ordered_loops: p.loops("The loops in their new order.") },
  outputs: "none",
  run(state, { ordered_loops: wanted }) {
    if (wanted.length < 2) return changed(state);
    const seen = new Set<For>();
    for (const { node } of wanted) {
      if (seen.has(node))
        refuse(loopCodes.sameLoop({ primitive: "reorder", loop: node.var.name, at: node.span }));
      seen.add(node);
    }
    const chain = chainOf(wanted);
    const given = [...wanted];
    const after = chain.map(({ node }) => (seen.has(node) ? given.shift()!.node : node));
    if (after.every((node, k) => node === chain[k]!.node)) return changed(state);
    after.forEach((inner, k) => {
      const later = after.slice(k + 1).find((other) => boundsMention(inner, other.var));
      if (later !== undefined)
        refuse(loopCodes.dependentBounds({ primitive: "reorder", inner: inner.var.name, outer: later.var.name, action: `put it outside of \`${later.var.name}\``, at: inner.span })); // prettier-ignore
    });
    requireFree(state, chain);
    requireInits(chain, after);
    const { body } = chain[chain.length - 1]!.node;
    const nest = after.reduceRight<Stmt>((inner, node) => ({ ...node, body: inner }), body);
    return changed(withFunc(state, replaceAt(funcOf(state), chain[0]!, nest)));
  },
});

/** The loops from the outermost of the given ones to the innermost; refuses other statements between them. */
function chainOf(wanted: readonly LoopSite[]): readonly LoopSite[] {
  const innermost = wanted.reduce((a, b) => (b.path.length > a.path.length ? b : a));
  const outermost = wanted.reduce((a, b) => (b.path.length < a.path.length ? b : a));
  const line = [...innermost.path, innermost.node];
  for (const { node } of wanted) {
    if (line.includes(node)) continue;
    const what = `\`${node.var.name}\` and \`${innermost.node.var.name}\` are not in one nest`;
    refuse(loopCodes.notNested({ primitive: "reorder", what, at: node.span }));
  }
  return line.slice(outermost.path.length).map((node, k) => {
    if (node.kind === "tir.For") return { node, path: line.slice(0, outermost.path.length + k) };
    const what = `there are other statements between \`${outermost.node.var.name}\` and \`${innermost.node.var.name}\``;
    return refuse(loopCodes.notNested({ primitive: "reorder", what, at: node.span }));
  });
}

function requireFree(state: ScheduleState, chain: readonly LoopSite[]): void {
  const reason = orderMatters(state, chain);
  if (reason !== undefined)
    refuse(loopCodes.notOrderFree({ primitive: "reorder", loop: chain[0]!.node.var.name, reason, at: chain[0]!.node.span })); // prettier-ignore
}

/**
 * A reduction starts at its first instance. Where a loop runs over reduced and spatial axes at once, only the order of
 * the text is known to begin with it for every result.
 */
function requireInits(chain: readonly LoopSite[], after: readonly For[]): void {
  for (const { node } of blocksBelow(chain[chain.length - 1]!)) {
    if (node.init === undefined) continue;
    const kinds = (f: For): readonly string[] => axesBoundBy(node, f.var).map((i) => i.iterKind);
    const reduces = (f: For): boolean => kinds(f).includes("reduce");
    const mixed = after.find((f) => reduces(f) && kinds(f).includes("spatial"));
    const before = chain.map((l) => l.node).filter(reduces);
    if (mixed === undefined || after.filter(reduces).every((f, k) => f === before[k])) continue;
    const reason = `\`${mixed.var.name}\` runs over spatial and reduced axes of block \`${node.name}\` at once`;
    refuse(loopCodes.notOrderFree({ primitive: "reorder", loop: mixed.var.name, reason, at: mixed.span })); // prettier-ignore
  }
}
