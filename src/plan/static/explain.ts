/** Why a placement is not there, in words. */
import type { Diagnostic } from "../../support/diagnostic.js";
import { codes } from "../codes.js";
import type { StaticBuffer, StaticPlacement } from "./problem.js";

/** Names shown of a long list. */
const SHOWN = 12;

/** What to tell about a placement that does not fit the capacity; nothing when it does. */
export function explainFailure(
  buffers: readonly StaticBuffer[],
  placement: StaticPlacement,
  capacity: number,
): Diagnostic | undefined {
  const { status, peak, lowerBound: bound, nodes } = placement;
  if (status === "placed") return undefined;
  if (status === "unknown") return codes.notFound({ capacity, peak, more: moreNodes(nodes) });
  const witness = (placement.witness ?? []).map((b) => buffers[b]!);
  const names = witness.slice(0, SHOWN).map(({ id, size }) => `\`${id}\` (${size})`);
  const rest = witness.length > SHOWN ? `, and ${witness.length - SHOWN} more` : "";
  const notes = [`${names.join(", ")}${rest}`];
  if (bound <= capacity) return codes.noPlacement({ capacity, bound, peak });
  const needed = witness.reduce((sum, b) => sum + b.size, 0);
  return codes.overCapacity({ count: witness.length, needed, capacity, bound, notes });
}

/** Ten times as many, as a round number. */
const moreNodes = (nodes: number): number =>
  10 ** Math.max(6, Math.ceil(Math.log10(nodes + 1)) + 1);
