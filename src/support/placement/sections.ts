/**
 * Time, reduced to what placement needs. A *section* is a program point where the set of live buffers is maximal; two
 * lives meet exactly when their ranges of sections do.
 */

/** Half-open lives of buffers; `lower[b] < upper[b]`. */
export interface Lives {
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
}

/** Buffer `b` is live in the sections `first[b] … end[b] - 1`, at least one. */
export interface Sections {
  readonly count: number;
  readonly first: Int32Array;
  readonly end: Int32Array;
}

/** Finds the sections by one sweep over the sorted ends of lives. */
export function sectionsOf({ lower, upper }: Lives): Sections {
  const n = lower.length;
  const byLower = sortedBy(lower);
  const byUpper = sortedBy(upper);
  const first = new Int32Array(n);
  const end = new Int32Array(n);
  let count = 0;
  let started = false;
  let i = 0;
  for (let j = 0; j < n; j++) {
    const ending = byUpper[j]!;
    while (i < n && lower[byLower[i]!]! < upper[ending]!) {
      first[byLower[i++]!] = count;
      started = true;
    }
    if (started) {
      count++;
      started = false;
    }
    end[ending] = count;
  }
  return { count, first, end };
}

/** Indices in ascending order of their keys; equal keys keep their order. */
export function sortedBy(keys: ArrayLike<number>): Int32Array {
  const order = new Int32Array(keys.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => keys[a]! - keys[b]! || a - b);
}

/** Live bytes of every section. */
export function sectionTotals(sections: Sections, size: ArrayLike<number>): Float64Array {
  const { count, first, end } = sections;
  const change = new Float64Array(count + 1);
  for (let b = 0; b < first.length; b++) {
    change[first[b]!]! += size[b]!;
    change[end[b]!]! -= size[b]!;
  }
  for (let s = 1; s <= count; s++) change[s]! += change[s - 1]!;
  return change.subarray(0, count);
}

/** The most live bytes at once: no placement needs less. */
export function lowerBound(sections: Sections, size: ArrayLike<number>): number {
  const totals = sectionTotals(sections, size);
  let most = 0;
  for (let s = 0; s < totals.length; s++) if (totals[s]! > most) most = totals[s]!;
  return most;
}
