/** Placement in program order, as an allocator would: a list of free ranges by address, best fit. */
import type { Shelf } from "../../support/placement/first-fit.js";
import { sortedBy } from "../../support/placement/sections.js";
import type { StaticBuffer } from "./problem.js";

/** Offsets in units; lives end before others start at the same point. */
export function placeBySweep(
  { size, align }: Shelf,
  buffers: readonly StaticBuffer[],
): Float64Array {
  const starts = sortedBy(buffers.map((b) => b.lower));
  const ends = sortedBy(buffers.map((b) => b.upper));
  const offset = new Float64Array(buffers.length);
  const free = new FreeRanges();
  let j = 0;
  for (const b of starts) {
    while (buffers[ends[j]!]!.upper <= buffers[b]!.lower) {
      const gone = ends[j++]!;
      if (size[gone]! > 0) free.give(offset[gone]!, size[gone]!);
    }
    if (size[b]! > 0) offset[b] = free.take(size[b]!, align?.[b] ?? 1);
  }
  return offset;
}

/** Free ranges in order of address; above the last everything is free. */
class FreeRanges {
  readonly #start: number[] = [];
  readonly #end: number[] = [];
  #top = 0;

  /** Takes a range from the smallest free one that is large enough. */
  take(size: number, align: number): number {
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < this.#start.length; i++) {
      const room = this.#end[i]! - this.#start[i]!;
      if (room < least && Math.ceil(this.#start[i]! / align) * align + size <= this.#end[i]!) {
        best = i;
        least = room;
      }
    }
    if (best < 0) {
      const y = Math.ceil(this.#top / align) * align;
      const below = this.#top;
      this.#top = y + size;
      if (y > below) this.give(below, y - below);
      return y;
    }
    const start = this.#start[best]!;
    const end = this.#end[best]!;
    const y = Math.ceil(start / align) * align;
    const rests = [[start, y] as const, [y + size, end] as const].filter(([a, b]) => b > a);
    this.#start.splice(best, 1, ...rests.map(([a]) => a));
    this.#end.splice(best, 1, ...rests.map(([, b]) => b));
    return y;
  }

  /** Gives a range back; it joins its neighbours, and the free room at the top. */
  give(start: number, size: number): void {
    let end = start + size;
    let at = this.#start.length;
    while (at > 0 && this.#start[at - 1]! > start) at--;
    let until = at;
    if (this.#start[until] === end) end = this.#end[until++]!;
    let from = at;
    if (from > 0 && this.#end[from - 1] === start) start = this.#start[--from]!;
    if (end === this.#top) {
      this.#top = start;
      this.#start.splice(from, until - from);
      this.#end.splice(from, until - from);
      return;
    }
    this.#start.splice(from, until - from, start);
    this.#end.splice(from, until - from, end);
  }
}
