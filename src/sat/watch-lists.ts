/** For each literal the clauses to look at when it becomes true: pairs of clause and blocking literal. */
import type { ClauseRef } from "./clause-store.js";
import type { Memory } from "./memory.js";

export interface WatchLists {
  /** Room for literals below the number. */
  reserve(literals: number): void;
  add(literal: number, clause: ClauseRef, blocker: number): void;
  /** Pairs; only the first `size` words count. The array is replaced when it grows. */
  of(literal: number): Int32Array;
  size(literal: number): number;
  truncate(literal: number, size: number): void;
  filter(keep: (clause: ClauseRef) => boolean): void;
  rename(to: (clause: ClauseRef) => ClauseRef): void;
  /** Gives back the unused ends of lists. */
  shrink(): void;
}

const FIRST_WORDS = 8;
/** Bytes of an array besides its words. */
const ARRAY_BYTES = 128;

export function watchLists(memory: Memory): WatchLists {
  const lists: Int32Array[] = [];
  const sizes: number[] = [];
  return {
    reserve(literals) {
      while (lists.length < literals) {
        lists.push(new Int32Array(FIRST_WORDS));
        sizes.push(0);
        memory.take(ARRAY_BYTES + 4 * FIRST_WORDS);
      }
    },
    add(literal, clause, blocker) {
      const size = sizes[literal]!;
      let list = lists[literal]!;
      if (size + 2 > list.length) {
        const wider = new Int32Array(2 * list.length);
        wider.set(list);
        memory.take(wider.byteLength - list.byteLength);
        lists[literal] = list = wider;
      }
      list[size] = clause;
      list[size + 1] = blocker;
      sizes[literal] = size + 2;
    },
    of: (literal) => lists[literal]!,
    size: (literal) => sizes[literal]!,
    truncate(literal, size) {
      sizes[literal] = size;
    },
    filter(keep) {
      for (let l = 0; l < lists.length; l++) {
        const list = lists[l]!;
        let kept = 0;
        for (let i = 0; i < sizes[l]!; i += 2) {
          if (!keep(list[i]!)) continue;
          list[kept++] = list[i]!;
          list[kept++] = list[i + 1]!;
        }
        sizes[l] = kept;
      }
    },
    rename(to) {
      for (let l = 0; l < lists.length; l++) {
        const list = lists[l]!;
        for (let i = 0; i < sizes[l]!; i += 2) list[i] = to(list[i]!);
      }
    },
    shrink() {
      lists.forEach((list, l) => {
        const narrower = list.slice(0, Math.max(FIRST_WORDS, sizes[l]!));
        memory.take(narrower.byteLength - list.byteLength);
        lists[l] = narrower;
      });
    },
  };
}
