import { exprText, type Analyzer } from "../../arith/index.js";
import { structuralEqual } from "../../ir/core/equal.js";
import { rewrite } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import { binary, compare, intImm, makeVar, type IfThenElse, type Load, type PrimExpr } from "../../ir/tir/expr.js"; // prettier-ignore
import type { IndexMap } from "../../ir/tir/function.js";
import { seq, type Block } from "../../ir/tir/stmt.js";
import { blockCodes } from "../block-codes.js";
import { placeApart } from "../cache-place.js";
import { insertBeside, mapBlock, withRegions } from "../edit.js";
import { childrenOf, scopeAround, touches } from "../facts.js";
import { bordered, bordersOf, fillsOf, type Border } from "../halo.js";
import { loopCodes } from "../loop-codes.js";
import { conjuncts, inType, plainCondition } from "../nest.js";
import { p } from "../params.js";
import { pickBuffer } from "../pick-buffer.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { blockRef } from "../reference.js";
import { isOpaque, relaid } from "../relayout.js";
import { findBlock } from "../site.js";
import { analyzerOf, freshBlockName, funcOf, withFunc } from "../state.js";

/**
 * Precondition: a block that reads elements of an allocated buffer where they are inside, and a constant elsewhere.
 * Result: the buffer has a border with the constant, filled once, and the block reads without a condition. Sound because
 * the condition is proved to hold wherever the element is inside, and nothing else touches the border.
 */
export const padHalo = definePrimitive({
  name: "pad_halo",
  summary: "Gives a buffer a border of a constant, which a block then reads without a condition.",
  params: {
    block: p.inner("The block that reads `if_then_else(inside, element, constant)`."),
    read_buffer_index: p.buffer({ help: "Number or name of the buffer it reads.", default: 0 }),
  },
  outputs: "list",
  run(state, { block: site, read_buffer_index: pick }) {
    const { node } = site;
    const buffer = pickBuffer(node, "read", pick);
    const refused = (reason: string): never =>
      refuse(blockCodes.haloRefused({ buffer: buffer.name, block: node.name, reason, at: node.span })); // prettier-ignore
    const scope = scopeAround(state, site);
    if (!scope.node.allocs.includes(buffer))
      refuse(loopCodes.notAllocated({ primitive: "pad_halo", buffer: buffer.name, at: node.span }));
    if (buffer.strides.length > 0 || buffer.axisSeparators.length > 0 || buffer.scalar)
      refused("it has a form of its own");
    let func = funcOf(state);
    if (isOpaque(func.body, buffer)) refused("something uses its memory as a whole");
    const guards = guardsOf(node, buffer);
    const [first] = guards;
    if (first === undefined) return refused("it does not read it under such a condition");
    const fill = first.otherwise;
    const other = guards.find((g) => !structuralEqual(g.otherwise, fill));
    if (other !== undefined)
      refused(`it reads ${exprText(other.otherwise)} beyond its ends as well as ${exprText(fill)}`);
    const analyzer = analyzerOf(state);
    for (const { var: v, dom } of node.iters) if (dom !== undefined) analyzer.bind(v, dom);
    if (!guards.every((g) => analyzer.scope(() => holdsInside(analyzer, g))))
      refused("its condition is not proved to hold wherever the element is inside");
    const reads = guards.map((g) => g.then.indices);
    const borders = bordersOf(analyzer, node, buffer, reads);
    if (borders === undefined) return refused("how far it reads beyond the ends is no number");
    const to = bordered(buffer, borders);
    func = { ...func, body: relaid(func, analyzerOf(state), buffer, to, shift(buffer, borders)) };
    func = mapBlock(func, node.name, (b) => unguarded(b, to));
    const names: string[] = [];
    const nameOf = (): string => {
      for (let k = names.length; ; k++) {
        const name = freshBlockName(func, k === 0 ? `${buffer.name}_halo` : `${buffer.name}_halo_${k}`); // prettier-ignore
        if (names.includes(name)) continue;
        names.push(name);
        return name;
      }
    };
    const fills = fillsOf(to, buffer, borders, fill, nameOf);
    const inside = findBlock(func, scope.node.name)!;
    const user = childrenOf(inside).find(({ node: b }) => touches(b, to))!;
    if (fills.length > 0) func = insertBeside(func, placeApart(user, inside, []).at, "before", seq(fills)); // prettier-ignore
    return giving(withFunc(state, func), ...names.map((n) => blockRef(findBlock(func, n)!.node)));
  },
});

interface Guard extends IfThenElse {
  readonly then: Load;
}

const isGuard = (e: PrimExpr, buffer: Buffer): e is Guard =>
  e.kind === "tir.IfThenElse" &&
  e.then.kind === "tir.Load" &&
  e.then.buffer === buffer &&
  (e.otherwise.kind === "tir.IntImm" || e.otherwise.kind === "tir.FloatImm");

/** The reads of a buffer that are a constant beyond its ends. */
function guardsOf(node: Block, buffer: Buffer): readonly Guard[] {
  const found: Guard[] = [];
  visit(node.body, {
    enter: (n) => void (n.kind === "tir.IfThenElse" && isGuard(n, buffer) && found.push(n)),
  });
  return found;
}

/** Whether the condition is proved where the element is inside the buffer. */
function holdsInside(analyzer: Analyzer, { cond, then }: Guard): boolean {
  then.indices.forEach((e, d) => {
    analyzer.assume(compare("ge", e, intImm(0, e.dtype)));
    analyzer.assume(compare("lt", e, inType(then.buffer.shape[d]!, e.dtype)));
  });
  return conjuncts(cond).every((c) => analyzer.prove(plainCondition(c)) === true);
}

/** Elements behind the border. */
function shift(buffer: Buffer, borders: readonly Border[]): IndexMap {
  const params = buffer.shape.map((d, k) => makeVar(`i${k}`, d.dtype));
  const results = params.map((v, k) => binary("add", v, intImm(borders[k]!.before, v.dtype)));
  return { kind: "tir.IndexMap", params, results, separators: [] };
}

const unguarded = (b: Block, to: Buffer): Block =>
  withRegions({ ...b, body: rewrite(b.body, (n) => (n.kind === "tir.IfThenElse" && isGuard(n, to) ? n.then : n)) }); // prettier-ignore
