/** Finding the buffer of a block that an argument speaks of. */
import type { Buffer } from "../ir/tir/buffer.js";
import type { Block } from "../ir/tir/stmt.js";
import { blockCodes } from "./block-codes.js";
import { accessesOf } from "./facts.js";
import type { BufferPick } from "./params.js";
import { refuse } from "./primitive.js";

type Side = "read" | "write";

/** The buffers that a block reads or writes: in the order of its declared regions, then others that its body names. */
export function buffersOf(block: Block, side: Side): readonly Buffer[] {
  const { reads, writes } = accessesOf(block);
  const declared = (side === "read" ? block.reads : block.writes).map((r) => r.buffer);
  return [...new Set([...declared, ...(side === "read" ? reads : writes)])];
}

/** The buffer with this number or name among the reads or writes of a block. */
export function pickBuffer(block: Block, side: Side, { which }: BufferPick): Buffer {
  const all = buffersOf(block, side);
  const found = typeof which === "number" ? all[which] : all.find((b) => b.name === which);
  return found ?? refuse(missing(block, side, which, all));
}

/** The same where the argument may say the side: `("read", 0)`, else the name is looked for on both. */
export function pickSided(
  block: Block,
  pick: BufferPick,
  fallback: Side = "read",
): { readonly side: Side; readonly buffer: Buffer } {
  if (pick.side !== undefined)
    return { side: pick.side, buffer: pickBuffer(block, pick.side, pick) };
  const isNamed = (side: Side): boolean =>
    buffersOf(block, side).some((b) => b.name === pick.which);
  const side = typeof pick.which === "number" ? fallback : isNamed("read") ? "read" : isNamed("write") ? "write" : fallback; // prettier-ignore
  return { side, buffer: pickBuffer(block, side, pick) };
}

function missing(block: Block, verb: Side, which: number | string, all: readonly Buffer[]) {
  const buffer = typeof which === "number" ? `a buffer number ${which}` : `\`${which}\``;
  const known = all.map((b, k) => `\`${b.name}\` (${k})`).join(", ") || "nothing";
  return blockCodes.noBuffer({ block: block.name, verb, buffer, known, at: block.span });
}
