import { hasEffects, rangeOfSet } from "../../arith/index.js";
import { substitute } from "../../ir/core/rewrite.js";
import type { Buffer, Range } from "../../ir/tir/buffer.js";
import { binary, call, intImm, load, type PrimExpr } from "../../ir/tir/expr.js";
import { evaluate, seq, type Stmt } from "../../ir/tir/stmt.js";
import { bytesOf, handle, voidType } from "../../support/dtype.js";
import { blockCodes } from "../block-codes.js";
import { accessesOf, scopeAround } from "../facts.js";
import { loopCodes } from "../loop-codes.js";
import { partsOf } from "../move.js";
import { p } from "../params.js";
import { pickBuffer } from "../pick-buffer.js";
import { changed, definePrimitive, refuse } from "../primitive.js";
import { loopsBelow, regionOutside, sweep } from "../regions.js";
import { replaceAt } from "../site.js";
import { analyzerAt, enter, funcOf, rootOf, withFunc } from "../state.js";

/** Bytes of a line of the caches, and lines that an iteration may ask for. */
const LINE = 64;
const MOST = 16;

/**
 * Precondition: a block that reads a few lines of a parameter in each iteration of a loop. Result: an iteration first
 * asks for the lines of a later one. Sound because such a hint changes no value, whatever address it has.
 */
export const prefetch = definePrimitive({
  name: "prefetch",
  summary: "Brings what a block reads some iterations later near, before it is needed.",
  params: {
    block: p.inner("The block that reads."),
    read_buffer_index: p.buffer("Number or name of the buffer it reads, a parameter."),
    loop: p.loop("The loop around it."),
    distance: p.int({ help: "How many iterations later.", default: 1 }),
  },
  outputs: "none",
  run(state, { block: site, read_buffer_index: pick, loop, distance }) {
    const { node } = site;
    const buffer = pickBuffer(node, "read", pick);
    const refused = (reason: string): never =>
      refuse(blockCodes.prefetchRefused({ block: node.name, buffer: buffer.name, reason, at: node.span })); // prettier-ignore
    if (distance < 1)
      refuse(loopCodes.badAmount({ what: "`distance`", found: distance, expected: "at least 1", at: node.span })); // prettier-ignore
    const func = funcOf(state);
    if (!func.params.some((q) => q.buffer === buffer)) refused("it is no parameter");
    if (accessesOf(rootOf(state)).writes.has(buffer)) refused("the function writes it");
    if (
      !site.path.includes(loop.node) ||
      scopeAround(state, loop).node !== scopeAround(state, site).node
    )
      // prettier-ignore
      refused(`the loop \`${loop.node.var.name}\` is not around it`);
    const lanes = [...loop.path, loop.node].find((s) => s.kind === "tir.For" && s.loopKind === "vectorized"); // prettier-ignore
    if (lanes !== undefined) refused("the iterations are lanes of vectors");
    const read = node.reads.find((r) => r.buffer === buffer);
    if (read === undefined) return refused("it does not declare what it reads");
    const analyzer = analyzerAt(state, loop);
    enter(analyzer, loop.node);
    const { region } = regionOutside(node, read);
    const sets = sweep(analyzer, { ...read, region }, loopsBelow(site.path, loop.path.length + 1));
    const parts = sets.map((set, d) => rangeOfSet(analyzer, set, region[d]!.min.dtype));
    if (!parts.every((r) => r !== undefined && !hasEffects(r.min)))
      return refused("where it reads depends on values");
    const later = new Map([[loop.node.var, binary("add", loop.node.var, intImm(distance, loop.node.var.dtype))]]); // prettier-ignore
    const lines = linesOf(buffer, parts as readonly Range[]);
    if (lines === undefined)
      return refused("an iteration reads too many lines of it, or an unknown number");
    const hints = lines.map((at) => hint(buffer, at.map((e) => analyzer.simplify(substitute(e, later))))); // prettier-ignore
    const after = { ...loop.node, body: seq([...hints, ...partsOf(loop.node)]) };
    return changed(withFunc(state, replaceAt(func, loop, after)));
  },
});

/** An element of each line of a region; undefined where there are too many, or their number is not known. */
function linesOf(buffer: Buffer, parts: readonly Range[]): readonly PrimExpr[][] | undefined {
  const each = Math.max(1, Math.floor(LINE / bytesOf(buffer.dtype)));
  let found: PrimExpr[][] = [[]];
  for (const [d, { min, extent }] of parts.entries()) {
    if (extent.kind !== "tir.IntImm") return undefined;
    const step = d === parts.length - 1 ? each : 1;
    const count = Math.ceil(Number(extent.value) / step);
    if (count * found.length > MOST) return undefined;
    found = found.flatMap(
      (at) =>
      Array.from({ length: count }, (_, k) => [...at, binary("add", min, intImm(k * step, min.dtype))]), // prettier-ignore
    );
  }
  return found;
}

/** Asks for the line of an element, to be read and kept. */
function hint(buffer: Buffer, at: readonly PrimExpr[]): Stmt {
  const address = call("address_of", [load(buffer, at)], handle);
  const [forReading, kept, isData] = [0, 3, 1].map((n) => intImm(n));
  return evaluate(call("prefetch", [address, forReading!, kept!, isData!], voidType));
}
