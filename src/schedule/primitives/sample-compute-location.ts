import { DiagnosticError } from "../../support/diagnostic.js";
import { blockCodes } from "../block-codes.js";
import { loopCodes } from "../loop-codes.js";
import { consumersOf } from "../facts.js";
import { p } from "../params.js";
import { definePrimitive, refuse } from "../primitive.js";
import { loopRef } from "../reference.js";
import { commonDepth } from "../regions.js";
import { draw, pickWeighted } from "../sampling.js";
import { loopsAround, type BlockSite, type LoopSite } from "../site.js";
import type { ScheduleState } from "../state.js";
import { computeAt } from "./compute-at.js";

/**
 * Result: a loop that `compute_at` takes for the block. The decision is its position among the loops around all
 * consumers, outermost first; one that is no such loop is drawn again.
 */
export const sampleComputeLocation = definePrimitive({
  name: "sample_compute_location",
  summary: "Draws a loop at which a producer can be computed.",
  params: {
    block: p.inner("The producer."),
    decision: p.optional(p.int("Position of the loop to take.")),
  },
  outputs: "one",
  pure: true,
  run(state, { block: site, decision }) {
    const { node } = site;
    const loops = loopsAroundAll(consumersOf(state, site));
    if (loops.length === 0)
      refuse(blockCodes.placeRefused({ block: node.name, reason: "no loop is around all its consumers", at: node.span })); // prettier-ignore
    if (decision !== null && loops[decision] === undefined)
      refuse(loopCodes.badDecision({ decision, primitive: "sample_compute_location", reason: `there are ${loops.length} loops`, at: node.span })); // prettier-ignore
    const reasons = loops.map((loop) => refusalAt(state, site, loop));
    const weights = reasons.map((r) => (r === undefined ? 1 : 0));
    if (weights.every((w) => w === 0))
      refuse(blockCodes.placeRefused({ block: node.name, reason: reasons[0]!, at: node.span }));
    const drawn = draw(state);
    const isFit = decision !== null && weights[decision] === 1;
    const at = isFit ? decision : pickWeighted(weights, drawn.number);
    return { state: drawn.next, outputs: [loopRef(loops[at]!.node)], decision: at };
  },
});

/** The loops around all blocks, outermost first. */
function loopsAroundAll([first, ...others]: readonly BlockSite[]): readonly LoopSite[] {
  if (first === undefined) return [];
  return loopsAround(first).filter(({ node, path }) =>
    others.every((o) => commonDepth([...path, node], o.path) === path.length + 1),
  );
}

/** Why `compute_at` does not take the loop. */
function refusalAt(state: ScheduleState, block: BlockSite, loop: LoopSite): string | undefined {
  try {
    computeAt.run(state, { block, loop, preserve_unit_loops: false, index: -1 });
    return undefined;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostic.message;
    throw error;
  }
}
