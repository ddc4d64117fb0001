/** Compares the exact placement of small tight sets of buffers with an enumeration of all placements. */
import { checkPlacement, placeStatic, type StaticBuffer } from "../../plan/index.js";
import { tightBuffers } from "../generate/buffers.js";
import { makeRandom } from "../generate/random.js";
import type { Campaign, Failure } from "./campaign.js";

export const placementCampaign: Campaign = {
  name: "placement",
  summary: "Exact placement against an enumeration, on small sets of buffers without slack.",
  full: 250_000,
  run(count, seed, progress) {
    const failures: Failure[] = [];
    let interlocked = 0;
    for (let index = 0; index < count; index++) {
      const { buffers, capacity } = tightBuffers(makeRandom(seed * 1_000_003 + index));
      const reason = mismatch(buffers, capacity);
      if (reason !== undefined) {
        failures.push({ index, reason, input: JSON.stringify(buffers) });
      }
      if (reason === undefined && !fitsSomehow(buffers, capacity)) interlocked++;
      if (index % 1000 === 999) progress(index + 1);
    }
    return {
      done: count,
      failures,
      coverage: { "bound cannot be met": (100 * interlocked) / Math.max(1, count) },
    };
  },
};

/** Where exact placement and the enumeration disagree. */
export function mismatch(buffers: readonly StaticBuffer[], capacity: number): string | undefined {
  const placed = placeStatic(buffers);
  const ranges = buffers.map((b, i) => ({ ...b, offset: placed.offsets[i]! }));
  const [violation] = checkPlacement(ranges, placed.peak);
  if (violation !== undefined) return violation.message;
  if (placed.lowerBound !== capacity)
    return `lower bound ${placed.lowerBound}, expected ${capacity}`;
  let optimum = capacity;
  while (!fitsSomehow(buffers, optimum)) optimum++;
  if (placed.peak !== optimum) return `peak ${placed.peak}, but the optimum is ${optimum}`;
  return placed.proof === undefined ? "no proof of the optimum" : undefined;
}

/**
 * Whether any placement fits: buffers in order of offset, each on the floor or on an earlier one. Every placement can
 * be pushed down to such a one.
 */
export function fitsSomehow(buffers: readonly StaticBuffer[], capacity: number): boolean {
  const offset = new Array<number>(buffers.length).fill(-1);
  const meets = (a: StaticBuffer, b: StaticBuffer): boolean =>
    a.lower < b.upper && b.lower < a.upper;
  const extend = (placed: number, from: number): boolean => {
    if (placed === buffers.length) return true;
    for (const [i, b] of buffers.entries()) {
      if (offset[i]! >= 0) continue;
      let y = 0;
      for (const [j, other] of buffers.entries()) {
        if (offset[j]! >= 0 && meets(b, other)) y = Math.max(y, offset[j]! + other.size);
      }
      if (y < from || y + b.size > capacity) continue;
      offset[i] = y;
      if (extend(placed + 1, y)) return true;
      offset[i] = -1;
    }
    return false;
  };
  return extend(0, 0);
}
