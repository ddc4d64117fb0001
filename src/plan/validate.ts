/**
 * Checks placements without sharing code with the planner: ranges, alignment, overlaps by a sweep over time, and the
 * claims about bounds.
 */

/** A buffer with its place. */
export interface PlacedRange {
  readonly id: string;
  readonly lower: number;
  readonly upper: number;
  readonly size: number;
  readonly align?: number;
  readonly offset: number;
}

/** What is wrong with a placement. */
export interface Violation {
  readonly rule: "identity" | "life" | "range" | "alignment" | "overlap" | "claim";
  /** Ids of the buffers concerned. */
  readonly buffers: readonly string[];
  readonly message: string;
}

/** The first violations of a placement in an arena of so many bytes; none when it is valid. */
export function checkPlacement(
  ranges: readonly PlacedRange[],
  arena: number,
  limit = 20,
): Violation[] {
  const found: Violation[] = [];
  const ids = new Set<string>();
  for (const range of ranges) {
    const problem = rangeProblem(range, arena);
    if (problem !== undefined) found.push(problem);
    if (ids.has(range.id)) {
      found.push({
        rule: "identity",
        buffers: [range.id],
        message: `two buffers are named ${range.id}`,
      });
    }
    ids.add(range.id);
    if (found.length >= limit) return found;
  }
  return found.length > 0 ? found : overlaps(ranges, limit);
}

function rangeProblem(range: PlacedRange, arena: number): Violation | undefined {
  const { id, lower, upper, size, align = 1, offset } = range;
  const buffers = [id];
  if (!(lower < upper)) {
    return { rule: "life", buffers, message: `the life of ${id} is empty: [${lower}, ${upper})` };
  }
  const sound = [size, offset, offset + size].every((x) => Number.isSafeInteger(x) && x >= 0);
  if (!sound || offset + size > arena) {
    const text = `${id} takes ${size} bytes at ${offset}, outside the arena of ${arena}`;
    return { rule: "range", buffers, message: text };
  }
  if (size > 0 && offset % align !== 0) {
    return {
      rule: "alignment",
      buffers,
      message: `${id} lies at ${offset}, not a multiple of ${align}`,
    };
  }
  return undefined;
}

/** Pairs that live at the same time in common bytes. Live buffers are kept in order of offset; neighbours are compared. */
function overlaps(ranges: readonly PlacedRange[], limit: number): Violation[] {
  const used = ranges.filter((r) => r.size > 0);
  const starts = [...used].sort((a, b) => a.lower - b.lower);
  const ends = [...used].sort((a, b) => a.upper - b.upper);
  const live: PlacedRange[] = [];
  const found: Violation[] = [];
  let next = 0;
  for (const range of starts) {
    while (ends[next]!.upper <= range.lower) {
      const gone = ends[next++]!;
      let at = positionOf(live, gone.offset);
      while (live[at] !== gone && at < live.length) at++;
      if (at < live.length) live.splice(at, 1);
    }
    const at = positionOf(live, range.offset);
    const below = live[at - 1];
    const above = live[at];
    if (below !== undefined && below.offset + below.size > range.offset)
      found.push(overlap(below, range));
    else if (above !== undefined && range.offset + range.size > above.offset)
      found.push(overlap(above, range));
    if (found.length >= limit) break;
    live.splice(at, 0, range);
  }
  return found;
}

/** The first index whose offset is at least this. */
function positionOf(live: readonly PlacedRange[], offset: number): number {
  let low = 0;
  let high = live.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (live[middle]!.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

const textOf = ({ id, offset, size, lower, upper }: PlacedRange): string =>
  `${id} (bytes ${offset} to ${offset + size}, live ${lower} to ${upper})`;

const overlap = (a: PlacedRange, b: PlacedRange): Violation => ({
  rule: "overlap",
  buffers: [a.id, b.id],
  message: `${textOf(a)} and ${textOf(b)} share bytes while both are live`,
});

/** The most bytes live at once, from the lives alone. */
export function mostLiveBytes(ranges: readonly Omit<PlacedRange, "offset">[]): number {
  const events = ranges.flatMap(({ lower, upper, size }) => [
    [lower, size] as const,
    [upper, -size] as const,
  ]);
  events.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let live = 0;
  let most = 0;
  for (const [, change] of events) {
    live += change;
    most = Math.max(most, live);
  }
  return most;
}
