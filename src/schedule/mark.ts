/** Loops that run another way than in order. */
import { exprText } from "../arith/index.js";
import type { For, LoopKind } from "../ir/tir/stmt.js";
import { notConcurrent } from "./independence.js";
import { loopCodes } from "./loop-codes.js";
import { changed, refuse, type Outcome } from "./primitive.js";
import { replaceAt, type LoopSite } from "./site.js";
import { analyzerAt, funcOf, withFunc, type ScheduleState } from "./state.js";

/** Refuses a loop whose iterations depend on their order. */
export function requireConcurrent(state: ScheduleState, loop: LoopSite, kind: LoopKind): void {
  const reason = notConcurrent(state, loop, kind);
  const { node } = loop;
  if (reason !== undefined)
    refuse(loopCodes.notConcurrent({ loop: node.var.name, reason, at: node.span }));
}

/** Refuses an extent that is not a number; the loop with a proved extent written as one otherwise. */
export function withConstantExtent(state: ScheduleState, primitive: string, site: LoopSite): For {
  const { node } = site;
  const extent = analyzerAt(state, site).simplify(node.extent);
  if (extent.kind === "tir.IntImm") return { ...node, extent };
  return refuse(
    loopCodes.symbolicExtent({
      primitive,
      loop: node.var.name,
      extent: exprText(node.extent),
      lanes: 8,
      at: node.span,
    }),
  );
}

/** The loop with another kind. */
export function marked(
  state: ScheduleState,
  site: LoopSite,
  next: Partial<Pick<For, "loopKind" | "threadTag" | "extent" | "annotations">>,
): Outcome {
  const func = replaceAt(funcOf(state), site, { ...site.node, ...next });
  return changed(withFunc(state, func));
}
