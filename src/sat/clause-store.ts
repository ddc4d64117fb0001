/** Clauses in one array of integers: size, quality with flags, last use, then the literals. */

import { growth } from "./growth.js";
import type { Memory } from "./memory.js";

/** Position of a clause; never 0. */
export type ClauseRef = number;

const LEARNT = 1 << 30;
const REMOVED = 1 << 29;
const QUALITY = REMOVED - 1;
const HEADER = 3;

export interface ClauseStore {
  /** Words before the literals. */
  readonly HEADER: number;
  readonly data: Int32Array;
  add(literals: readonly number[], isLearnt: boolean, quality: number): ClauseRef;
  literals(ref: ClauseRef): number;
  size(ref: ClauseRef): number;
  toArray(ref: ClauseRef): number[];
  isLearnt(ref: ClauseRef): boolean;
  isRemoved(ref: ClauseRef): boolean;
  quality(ref: ClauseRef): number;
  /** Number of the conflict in which the clause last took part. */
  touched(ref: ClauseRef): number;
  touch(ref: ClauseRef, conflict: number): void;
  remove(ref: ClauseRef): void;
  wasted(): number;
  used(): number;
  /** Closes the gaps; where each clause went. */
  compact(): Map<ClauseRef, ClauseRef>;
  /** Gives back what lies behind the last clause. */
  shrink(): void;
}

const FIRST_WORDS = 1 << 14;

export function clauseStore(memory: Memory): ClauseStore {
  let data = new Int32Array(FIRST_WORDS);
  memory.take(data.byteLength);
  let end = 1;
  let gaps = 0;
  const size = (ref: ClauseRef): number => data[ref]!;
  return {
    HEADER,
    get data() {
      return data;
    },
    add(literals, isLearnt, quality) {
      const ref = end;
      end += HEADER + literals.length;
      if (end > data.length) {
        const wider = new Int32Array(Math.max(growth(data.length), end));
        wider.set(data);
        memory.take(wider.byteLength - data.byteLength);
        data = wider;
      }
      data[ref] = literals.length;
      data[ref + 1] = Math.min(quality, QUALITY) | (isLearnt ? LEARNT : 0);
      data[ref + 2] = 0;
      data.set(literals, ref + HEADER);
      return ref;
    },
    literals: (ref) => ref + HEADER,
    size,
    toArray: (ref) => [...data.subarray(ref + HEADER, ref + HEADER + size(ref))],
    isLearnt: (ref) => (data[ref + 1]! & LEARNT) !== 0,
    isRemoved: (ref) => (data[ref + 1]! & REMOVED) !== 0,
    quality: (ref) => data[ref + 1]! & QUALITY,
    touched: (ref) => data[ref + 2]!,
    touch(ref, conflict) {
      data[ref + 2] = conflict;
    },
    remove(ref) {
      data[ref + 1] = data[ref + 1]! | REMOVED;
      gaps += HEADER + size(ref);
    },
    wasted: () => gaps,
    used: () => end,
    compact() {
      const moved = new Map<ClauseRef, ClauseRef>();
      let to = 1;
      for (let from = 1; from < end;) {
        const length = HEADER + size(from);
        if ((data[from + 1]! & REMOVED) === 0) {
          data.copyWithin(to, from, from + length);
          moved.set(from, to);
          to += length;
        }
        from += length;
      }
      end = to;
      gaps = 0;
      return moved;
    },
    shrink() {
      const narrower = data.slice(0, Math.max(end, FIRST_WORDS));
      memory.take(narrower.byteLength - data.byteLength);
      data = narrower;
    },
  };
}
