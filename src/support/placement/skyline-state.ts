/**
 * The state of the skyline search: per section a floor that no unplaced buffer may start below, and what still has to
 * stand on it; per buffer the least offset. Changes are undone in reverse order.
 */
import type { Sections } from "./sections.js";

/** A whole number of units below which 32-bit arithmetic on offsets cannot overflow. */
export const UNIT_LIMIT = 2 ** 30;

/** Where to return to. */
export interface Mark {
  readonly changes: number;
  readonly placements: number;
}

/**
 * Buffers are renumbered by the first section of their life; `original` leads back. `capacity` may be set between
 * searches, when nothing is placed.
 */
export class SkylineState {
  readonly count: number;
  readonly sectionCount: number;
  readonly original: Int32Array;
  readonly first: Int32Array;
  readonly end: Int32Array;
  readonly size: Int32Array;
  readonly align: Int32Array | undefined;
  /** Buffers that start in section s: `startRow[s] … startRow[s + 1] - 1`. */
  readonly startRow: Int32Array;
  /** The buffer before of the same life, size and alignment, or −1: the two are interchangeable. */
  readonly twin: Int32Array;

  readonly floor: Int32Array;
  /** Sum of the sizes of unplaced buffers over each section. */
  readonly rest: Int32Array;
  /** Number of unplaced buffers over each section: the first so many of its members. */
  readonly live: Int32Array;
  /** Number of unplaced buffers over both s − 1 and s. */
  readonly crossing: Int32Array;
  readonly memberRow: Int32Array;
  readonly members: Int32Array;
  readonly least: Int32Array;
  readonly placed: Uint8Array;
  /** How often each section was the reason of a failure. */
  readonly weight: Float64Array;
  /** Two hashes of the unplaced buffers that start in each section. */
  readonly sumA: Int32Array;
  readonly sumB: Int32Array;

  capacity = 0;
  readonly #slotRow: Int32Array;
  readonly #slots: Int32Array;
  readonly #keyA: Int32Array;
  readonly #keyB: Int32Array;
  #changed = new Int32Array(1024);
  #old = new Int32Array(1024);
  #changes = 0;
  readonly #order: Int32Array;
  #placements = 0;
  #low = 0;
  #high = 0;

  constructor(
    sections: Sections,
    size: ArrayLike<number>,
    align?: ArrayLike<number>,
    floors?: ArrayLike<number>,
  ) {
    const n = sections.first.length;
    const m = sections.count;
    this.count = n;
    this.sectionCount = m;
    this.original = renumber(sections, size, align);
    const take = (from: ArrayLike<number>): Int32Array =>
      Int32Array.from(this.original, (b) => from[b]!);
    this.first = take(sections.first);
    this.end = take(sections.end);
    this.size = take(size);
    this.align = align === undefined ? undefined : take(align);
    this.startRow = new Int32Array(m + 1);
    this.rest = new Int32Array(m);
    this.live = new Int32Array(m);
    this.crossing = new Int32Array(m + 1);
    this.floor = floors === undefined ? new Int32Array(m) : Int32Array.from(floors);
    this.least = new Int32Array(n);
    this.placed = new Uint8Array(n);
    this.weight = new Float64Array(m).fill(1);
    this.sumA = new Int32Array(m);
    this.sumB = new Int32Array(m);
    this.twin = new Int32Array(n).fill(-1);
    this.memberRow = new Int32Array(m + 1);
    this.#slotRow = new Int32Array(n + 1);
    this.#order = new Int32Array(n);
    this.#keyA = new Int32Array(n);
    this.#keyB = new Int32Array(n);
    this.#fill();
    const { first, end, memberRow } = this;
    this.members = new Int32Array(memberRow[m]!);
    this.#slots = new Int32Array(memberRow[m]!);
    const next = memberRow.slice();
    for (let b = 0; b < n; b++) {
      for (let s = first[b]!; s < end[b]!; s++) {
        this.#slots[this.#slotRow[b]! + s - first[b]!] = next[s]!;
        this.members[next[s]!++] = b;
      }
    }
  }

  #fill(): void {
    const { count: n, sectionCount: m, first, end, size } = this;
    for (let b = 0, random = 0x9e3779b9; b < n; b++) {
      const s0 = first[b]!;
      this.startRow[s0 + 1]!++;
      this.#slotRow[b + 1] = this.#slotRow[b]! + end[b]! - s0;
      let floor = 0;
      for (let s = s0; s < end[b]!; s++) {
        this.rest[s]! += size[b]!;
        this.live[s]!++;
        if (s > s0) this.crossing[s]!++;
        floor = Math.max(floor, this.floor[s]!);
      }
      this.least[b] = this.#aligned(b, floor);
      if (this.#sameAsBefore(b)) {
        this.twin[b] = b - 1;
        this.#keyA[b] = this.#keyA[b - 1]!;
        this.#keyB[b] = this.#keyB[b - 1]!;
      } else {
        this.#keyA[b] = random = xorshift(random);
        this.#keyB[b] = random = xorshift(random);
      }
      this.sumA[s0]! += this.#keyA[b]!;
      this.sumB[s0]! += this.#keyB[b]!;
    }
    for (let s = 0; s < m; s++) {
      this.startRow[s + 1]! += this.startRow[s]!;
      this.memberRow[s + 1] = this.memberRow[s]! + this.live[s]!;
    }
  }

  #sameAsBefore(b: number): boolean {
    const a = b - 1;
    return (
      b > 0 &&
      this.first[a] === this.first[b] &&
      this.end[a] === this.end[b] &&
      this.size[a] === this.size[b] &&
      this.align?.[a] === this.align?.[b]
    );
  }

  #aligned(b: number, offset: number): number {
    const step = this.align?.[b] ?? 1;
    return step === 1 ? offset : Math.ceil(offset / step) * step;
  }

  mark(): Mark {
    return { changes: this.#changes, placements: this.#placements };
  }

  get changes(): number {
    return this.#changes;
  }

  get placements(): number {
    return this.#placements;
  }

  /** Takes back all that happened since there were so many changes and placements. */
  undo(changes: number, placements: number): void {
    while (this.#placements > placements) this.#unplace(this.#order[--this.#placements]!);
    const { least, floor, count } = this;
    while (this.#changes > changes) {
      const index = this.#changed[--this.#changes]!;
      if (index < count) least[index] = this.#old[this.#changes]!;
      else floor[index - count] = this.#old[this.#changes]!;
    }
  }

  #unplace(b: number): void {
    const from = this.first[b]!;
    const to = this.end[b]!;
    const z = this.size[b]!;
    for (let s = from; s < to; s++) {
      this.rest[s]! += z;
      this.live[s]!++;
    }
    for (let s = from + 1; s < to; s++) this.crossing[s]!++;
    this.placed[b] = 0;
    this.sumA[from]! += this.#keyA[b]!;
    this.sumB[from]! += this.#keyB[b]!;
  }

  #record(index: number, old: number): void {
    if (this.#changes === this.#changed.length) {
      this.#changed = doubled(this.#changed);
      this.#old = doubled(this.#old);
    }
    this.#changed[this.#changes] = index;
    this.#old[this.#changes++] = old;
  }

  /** Puts a buffer at its least offset; false when something no longer fits. */
  place(b: number): boolean {
    const { count, first, end, floor, rest, live, crossing, members, memberRow, placed } = this;
    const slots = this.#slots;
    const from = first[b]!;
    const to = end[b]!;
    const z = this.size[b]!;
    const top = this.least[b]! + z;
    for (let s = from; s < to; s++) {
      const last = memberRow[s]! + --live[s]!;
      const slotAt = this.#slotRow[b]! + s - from;
      const slot = slots[slotAt]!;
      const moved = members[last]!;
      members[slot] = moved;
      slots[this.#slotRow[moved]! + s - first[moved]!] = slot;
      members[last] = b;
      slots[slotAt] = last;
      rest[s]! -= z;
      this.#record(count + s, floor[s]!);
      floor[s] = top;
    }
    for (let s = from + 1; s < to; s++) crossing[s]!--;
    placed[b] = 1;
    this.sumA[from]! -= this.#keyA[b]!;
    this.sumB[from]! -= this.#keyB[b]!;
    this.#order[this.#placements++] = b;
    this.#low = from;
    this.#high = to;
    this.#raiseMembers(from, top);
    for (let u = this.startRow[from + 1]!; u < this.startRow[to]!; u++) {
      if (placed[u] === 0) this.#raise(u, top);
    }
    return this.propagate(this.#low, this.#high);
  }

  /** Gives up the room of section `s` below `height`; false when something no longer fits. */
  waste(s: number, height: number): boolean {
    this.#record(this.count + s, this.floor[s]!);
    this.floor[s] = height;
    this.#low = s;
    this.#high = s + 1;
    this.#raiseMembers(s, height);
    return this.propagate(this.#low, this.#high);
  }

  #raiseMembers(s: number, height: number): void {
    const start = this.memberRow[s]!;
    for (let i = start + this.live[s]! - 1; i >= start; i--) this.#raise(this.members[i]!, height);
  }

  #raise(b: number, height: number): void {
    if (this.least[b]! >= height) return;
    this.#record(b, this.least[b]!);
    this.least[b] = this.#aligned(b, height);
    if (this.first[b]! < this.#low) this.#low = this.first[b]!;
    if (this.end[b]! > this.#high) this.#high = this.end[b]!;
  }

  /**
   * Raises the floors of the sections `low … high - 1` to the least offset of their members. False when the members
   * of a section cannot stand on it.
   */
  propagate(low: number, high: number): boolean {
    const { floor, rest, live, least, members, memberRow, capacity } = this;
    const slots = this.#slots;
    for (let s = low; s < high; s++) {
      const alive = live[s]!;
      if (alive === 0) continue;
      const start = memberRow[s]!;
      const now = floor[s]!;
      let lowest = least[members[start]!]!;
      if (lowest > now) {
        let at = start;
        for (let i = start + 1; i < start + alive; i++) {
          const height = least[members[i]!]!;
          if (height < lowest) {
            lowest = height;
            at = i;
            if (height === now) break;
          }
        }
        if (at !== start) {
          // The buffer that holds the floor down is looked at first next time.
          const a = members[start]!;
          const b = members[at]!;
          members[start] = b;
          members[at] = a;
          slots[this.#slotRow[b]! + s - this.first[b]!] = start;
          slots[this.#slotRow[a]! + s - this.first[a]!] = at;
        }
      }
      if (lowest + rest[s]! > capacity) {
        this.weight[s]!++;
        return false;
      }
      if (lowest > now) {
        this.#record(this.count + s, now);
        floor[s] = lowest;
      }
    }
    return true;
  }
}

/** Buffers by start of life; interchangeable ones side by side. */
function renumber(
  { first, end }: Sections,
  size: ArrayLike<number>,
  align?: ArrayLike<number>,
): Int32Array {
  const order = new Int32Array(first.length);
  for (let b = 0; b < order.length; b++) order[b] = b;
  return order.sort(
    (a, b) =>
      first[a]! - first[b]! ||
      end[a]! - end[b]! ||
      size[a]! - size[b]! ||
      (align === undefined ? 0 : align[a]! - align[b]!) ||
      a - b,
  );
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** The next of a sequence of 32-bit numbers that look random (Marsaglia 2003). */
export function xorshift(x: number): number {
  x ^= x << 13;
  x ^= x >>> 17;
  return x ^ (x << 5);
}
