/**
 * Exact placement below a capacity, as a cover of the skyline: take one cell just above the floors and decide which
 * buffer covers it, or that it stays empty. The most constrained cell comes first; parts of time that no unplaced
 * buffer connects are solved apart; failed states are remembered.
 *
 * Why complete: a solution can be pushed down until every buffer rests on the floor or on another buffer. The cell
 * lies in a valley, so that a buffer covering it from the floor cannot leave the valley, and all else over its life is
 * above it. If none covers it from the floor, the lowest buffer over the cell rests on a higher floor or on a buffer
 * beside the cell, and the cell may be raised to the least such height.
 */
import { FailureMemo } from "./failure-memo.js";
import type { SkylineState } from "./skyline-state.js";

/** `limit`: nothing is known, the search ran out of nodes. */
export type Verdict = "found" | "none" | "limit";

/** Which cell of the valleys is decided next. */
export type CellChoice = "constrained" | "unweighted" | "tight" | "lowest";

/** How one run of the search goes. */
export interface SearchOptions {
  readonly cell: CellChoice;
  /** Buffers with greater values are tried first; by renumbered index. */
  readonly value: Float64Array;
  /** States that may be opened. */
  readonly nodes: number;
}

/** A search over one state; its memory of failures lasts while the capacity does not grow. */
export class SkylineSearch {
  nodes = 0;
  readonly #state: SkylineState;
  readonly #memo: FailureMemo | undefined;
  #keyA = 0;
  #keyB = 0;
  /** Stack of candidate lists and component lists; frames point into it. */
  readonly #pool: number[] = [];
  readonly #frames: Frame[] = [];
  #depth = 0;
  readonly #count: Int32Array;
  readonly #valley: Uint8Array;
  #options: SearchOptions = { cell: "constrained", value: new Float64Array(0), nodes: 0 };
  #limit = 0;

  /** `memoBits` is the logarithm of the room for failed states; 0 remembers nothing. */
  constructor(state: SkylineState, memoBits = 16) {
    this.#state = state;
    this.#memo = memoBits === 0 ? undefined : new FailureMemo(memoBits);
    this.#count = new Int32Array(state.sectionCount + 1);
    this.#valley = new Uint8Array(state.sectionCount);
  }

  /** Searches below the state's capacity. When found, the state holds the placement; otherwise it is as before. */
  run(options: SearchOptions): Verdict {
    const state = this.#state;
    this.#options = options;
    this.#limit = this.nodes + options.nodes;
    this.#depth = 0;
    this.#pool.length = 0;
    const { changes, placements } = state;
    const root = this.#push(0, state.sectionCount, changes, placements);
    this.#findComponents(root);
    const verdict = state.propagate(0, state.sectionCount) ? this.#loop() : "none";
    if (verdict !== "found") state.undo(changes, placements);
    return verdict;
  }

  #loop(): Verdict {
    const pool = this.#pool;
    for (;;) {
      let frame = this.#frames[this.#depth - 1]!;
      if (frame.next < frame.agendaEnd) {
        const left = pool[frame.next]!;
        const right = pool[frame.next + 1]!;
        frame.next += 2;
        if (this.nodes >= this.#limit) return "limit";
        this.nodes++;
        const opened = this.#open(left, right);
        if (opened !== undefined) frame = opened;
      } else {
        if (this.#depth === 1) return "found";
        this.#depth--;
        continue;
      }
      while (!this.#advance(frame)) {
        if (this.#depth === 1) return "none";
        if (frame.memoized) this.#memo?.add(frame.keyA, frame.keyB);
        this.#depth--;
        frame = this.#frames[this.#depth - 1]!;
      }
    }
  }

  /** A frame for the component; none when it is known to fail. */
  #open(left: number, right: number): Frame | undefined {
    const state = this.#state;
    if (this.#memo !== undefined) {
      this.#hash(left, right);
      if (this.#memo.has(this.#keyA, this.#keyB)) return undefined;
    }
    const frame = this.#push(left, right, state.changes, state.placements);
    frame.keyA = this.#keyA;
    frame.keyB = this.#keyB;
    frame.memoized = true;
    const cell = this.#chooseCell(left, right);
    frame.cell = cell;
    frame.height = state.floor[cell]!;
    this.#gather(frame);
    return frame;
  }

  #push(left: number, right: number, changes: number, placements: number): Frame {
    const below = this.#frames[this.#depth - 1];
    const base = below === undefined || this.#depth === 0 ? 0 : below.agendaEnd;
    let frame = this.#frames[this.#depth];
    if (frame === undefined) this.#frames.push((frame = newFrame()));
    this.#depth++;
    frame.left = left;
    frame.right = right;
    frame.changes = changes;
    frame.placements = placements;
    frame.candidate = frame.candidates = frame.candidatesEnd = base;
    frame.next = frame.agendaEnd = base;
    frame.wasted = false;
    frame.memoized = false;
    frame.cell = -1;
    return frame;
  }

  /** Takes the next alternative of a frame that holds; false when there is none left. */
  #advance(frame: Frame): boolean {
    const state = this.#state;
    state.undo(frame.changes, frame.placements);
    if (frame.cell < 0) return false;
    while (frame.candidate < frame.candidatesEnd) {
      const b = this.#pool[frame.candidate++]!;
      if (state.place(b)) {
        this.#findComponents(frame);
        return true;
      }
      state.undo(frame.changes, frame.placements);
    }
    if (frame.wasted) return false;
    frame.wasted = true;
    const slack = state.capacity - frame.height - state.rest[frame.cell]!;
    if (slack <= 0) return false;
    const height = this.#nextHeight(frame);
    if (height - frame.height > slack) return false;
    if (!state.waste(frame.cell, height)) {
      state.undo(frame.changes, frame.placements);
      return false;
    }
    const pool = this.#pool;
    frame.next = frame.candidatesEnd;
    pool[frame.next] = frame.left;
    pool[frame.next + 1] = frame.right;
    frame.agendaEnd = frame.next + 2;
    return true;
  }

  /** Splits the frame's part of time where no unplaced buffer crosses; shorter parts come first. */
  #findComponents(frame: Frame): void {
    const { live, crossing } = this.#state;
    const pool = this.#pool;
    const base = frame.candidatesEnd;
    let at = base;
    for (let s = frame.left; s < frame.right;) {
      let to = s + 1;
      while (to < frame.right && crossing[to]! > 0) to++;
      if (live[s]! > 0) {
        let i = at;
        while (i > base && pool[i - 1]! - pool[i - 2]! > to - s) {
          pool[i] = pool[i - 2]!;
          pool[i + 1] = pool[i - 1]!;
          i -= 2;
        }
        pool[i] = s;
        pool[i + 1] = to;
        at += 2;
      }
      s = to;
    }
    frame.next = base;
    frame.agendaEnd = at;
  }

  /** The floors and unplaced buffers of a component, as two hashes. */
  #hash(left: number, right: number): void {
    const { floor, sumA, sumB, capacity } = this.#state;
    let a = Math.imul(left ^ 0x2545f491, 0x9e3779b1) ^ capacity;
    let b = Math.imul(right ^ 0x1b873593, 0x85ebca6b) ^ capacity;
    for (let s = left; s < right; s++) {
      const f = floor[s]!;
      a = Math.imul(a ^ f, 0x01000193) + sumA[s]!;
      a ^= a >>> 15;
      b = Math.imul(b + f, 0x2c1b3c6d) ^ sumB[s]!;
      b ^= b >>> 13;
    }
    this.#keyA = Math.imul(a, 0x85ebca6b) | 0;
    this.#keyB = Math.imul(b, 0xc2b2ae35) | 0;
  }

  /** The section whose lowest cell has the fewest ways to go on, among the valleys of the skyline. */
  #chooseCell(left: number, right: number): number {
    const { floor, rest, weight, capacity } = this.#state;
    const { cell } = this.#options;
    const count = this.#count;
    this.#countCandidates(left, right);
    const scale = 1024 / capacity;
    let best = -1;
    let bestScore = Infinity;
    for (let s = left; s < right; s++) {
      if (this.#valley[s] === 0) continue;
      const c = count[s]!;
      const slack = (capacity - floor[s]! - rest[s]!) * scale;
      let score: number;
      switch (cell) {
        case "constrained":
          score = slack > 0 ? (c + 0.5) / weight[s]! + 1e-6 * slack : c / weight[s]!;
          break;
        case "unweighted":
          score = slack > 0 ? c + 0.5 + 1e-6 * slack : c;
          break;
        case "tight":
          score = (c + 1) * (slack + 8);
          break;
        case "lowest":
          score = floor[s]! + c / 4096;
          break;
      }
      if (score < bestScore) {
        bestScore = score;
        best = s;
      }
    }
    return best;
  }

  /** Marks the valleys; counts for each of their sections the buffers that could stand on its floor. */
  #countCandidates(left: number, right: number): void {
    const { floor, first, end, least, placed, twin, startRow } = this.#state;
    const count = this.#count;
    const valley = this.#valley;
    let before = Infinity;
    for (let s = left; s < right;) {
      const f = floor[s]!;
      let to = s + 1;
      while (to < right && floor[to] === f) to++;
      const low = before > f && (to === right || floor[to]! > f) ? 1 : 0;
      for (; s < to; s++) {
        valley[s] = low;
        count[s] = 0;
      }
      before = f;
    }
    count[right] = 0;
    const { align } = this.#state;
    for (let b = startRow[left]!, stop = startRow[right]!; b < stop; b++) {
      if (placed[b] !== 0) continue;
      const s = first[b]!;
      if (valley[s] === 0 || least[b]! - floor[s]! >= (align === undefined ? 1 : align[b]!))
        continue;
      const front = twin[b]!;
      if (front >= 0 && placed[front] === 0) continue;
      count[s]!++;
      count[end[b]!]!--;
    }
    for (let s = left + 1; s < right; s++) count[s]! += count[s - 1]!;
  }

  /** Lists the buffers that could stand on the frame's cell, the most promising first. */
  #gather(frame: Frame): void {
    const { live, members, memberRow, least, placed, twin, align } = this.#state;
    const { value } = this.#options;
    const pool = this.#pool;
    const base = frame.candidates;
    let at = base;
    const start = memberRow[frame.cell]!;
    for (let i = start; i < start + live[frame.cell]!; i++) {
      const b = members[i]!;
      if (least[b]! - frame.height >= (align === undefined ? 1 : align[b]!)) continue;
      const front = twin[b]!;
      if (front >= 0 && placed[front] === 0) continue;
      let j = at++;
      while (j > base && isBefore(value, b, pool[j - 1]!)) {
        pool[j] = pool[j - 1]!;
        j--;
      }
      pool[j] = b;
    }
    frame.candidatesEnd = frame.next = frame.agendaEnd = at;
  }

  /** The least height that a buffer over the frame's cell can have when none stands on its floor. */
  #nextHeight({ cell, height }: Frame): number {
    const { live, members, memberRow, least, first, end, size, placed, startRow } = this.#state;
    const start = memberRow[cell]!;
    const stop = start + live[cell]!;
    let next = Infinity;
    let low = cell;
    let high = cell + 1;
    for (let i = start; i < stop; i++) {
      const b = members[i]!;
      if (least[b]! > height) {
        next = Math.min(next, least[b]!);
      } else {
        low = Math.min(low, first[b]!);
        high = Math.max(high, end[b]!);
      }
    }
    const meets = (u: number): void => {
      if (first[u]! <= cell && end[u]! > cell) return;
      const top = least[u]! + size[u]!;
      if (top > height && top < next) next = top;
    };
    for (let i = memberRow[low]!, to = i + live[low]!; i < to; i++) meets(members[i]!);
    for (let u = startRow[low + 1]!; u < startRow[high]!; u++) if (placed[u] === 0) meets(u);
    return next;
  }
}

/** One open decision. */
interface Frame {
  left: number;
  right: number;
  cell: number;
  height: number;
  candidates: number;
  candidate: number;
  candidatesEnd: number;
  wasted: boolean;
  memoized: boolean;
  /** Components that the taken alternative leaves, as pairs in the pool. */
  next: number;
  agendaEnd: number;
  changes: number;
  placements: number;
  keyA: number;
  keyB: number;
}

const newFrame = (): Frame => ({
  left: 0,
  right: 0,
  cell: -1,
  height: 0,
  candidates: 0,
  candidate: 0,
  candidatesEnd: 0,
  wasted: false,
  memoized: false,
  next: 0,
  agendaEnd: 0,
  changes: 0,
  placements: 0,
  keyA: 0,
  keyB: 0,
});

const isBefore = (value: Float64Array, a: number, b: number): boolean =>
  value[a]! > value[b]! || (value[a] === value[b] && a < b);
