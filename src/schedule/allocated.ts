/** Buffers that the function allocates, and a schedule may change. */
import type { Buffer } from "../ir/tir/buffer.js";
import { loopCodes } from "./loop-codes.js";
import type { BufferPick } from "./params.js";
import { pickSided } from "./pick-buffer.js";
import { refuse } from "./primitive.js";
import { eachSite, type BlockSite } from "./site.js";
import { rootOf, type ScheduleState } from "./state.js";

/** The picked buffer (of the writes, unless the pick says otherwise); refuses parameters. */
export function allocatedBuffer(
  state: ScheduleState,
  primitive: string,
  { node }: BlockSite,
  pick: BufferPick,
): Buffer {
  const { buffer } = pickSided(node, pick, "write");
  let isAllocated = false;
  eachSite(rootOf(state), (site) => {
    if (site.node.kind === "tir.Block") isAllocated ||= site.node.allocs.includes(buffer);
  });
  if (!isAllocated)
    refuse(loopCodes.notAllocated({ primitive, buffer: buffer.name, at: node.span }));
  return buffer;
}
