/** Why a capacity is too small. */
import type { Columns } from "./columns.js";

/**
 * Buffers that need more than the capacity together, none of which can be left out: those live where most bytes are
 * live, without the largest that the rest can spare. All buffers, when no single point is overfull.
 */
export function crowdedBuffers(columns: Columns, capacity: number): number[] {
  const { sections, size, fixed } = columns;
  const over = size.findIndex(
    (z, b) => (fixed?.[b] ?? -1) + z > capacity && (fixed?.[b] ?? -1) >= 0,
  );
  if (over >= 0) return [over];
  const total = new Float64Array(sections.count);
  for (let b = 0; b < size.length; b++) {
    for (let s = sections.first[b]!; s < sections.end[b]!; s++) total[s]! += size[b]!;
  }
  let peak = 0;
  for (let s = 1; s < sections.count; s++) if (total[s]! > total[peak]!) peak = s;
  const all = [...size.keys()].filter((b) => size[b]! > 0);
  if (!(total[peak]! > capacity)) return all;
  const live = all.filter((b) => sections.first[b]! <= peak && peak < sections.end[b]!);
  let sum = total[peak]!;
  const kept = new Set(live);
  for (const b of [...live].sort((a, c) => size[c]! - size[a]!)) {
    if (sum - size[b]! <= capacity) continue;
    sum -= size[b]!;
    kept.delete(b);
  }
  return live.filter((b) => kept.has(b));
}
