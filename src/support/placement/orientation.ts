/**
 * A placement without numbers: for every two buffers that conflict, which lies below the other. Offsets follow from
 * sizes, as the heaviest way down; so one orientation is a valid placement for all sizes.
 */
import { sortedBy, type Sections } from "./sections.js";

/** Buffers from the bottom up, with those that each one rests on. Plain data. */
export interface Orientation {
  readonly order: readonly number[];
  /** Buffer `order[k]` lies above `below[row[k]] … below[row[k + 1] - 1]`. */
  readonly row: readonly number[];
  readonly below: readonly number[];
}

/** The orientation of a placement; edges that follow from others are left out. */
export function orientationOf(sections: Sections, offset: ArrayLike<number>): Orientation {
  return reduced(sections, sortedBy(offset));
}

/** The orientation in which buffers are stacked in the given order, the first at the bottom. */
export function reduced({ count, first, end }: Sections, order: ArrayLike<number>): Orientation {
  // What can be seen from above in each section: of two buffers, the later one hides the earlier.
  const top = new Int32Array(count).fill(-1);
  const seen = new Int32Array(order.length).fill(-1);
  const row = [0];
  const below: number[] = [];
  for (let k = 0; k < order.length; k++) {
    const b = order[k]!;
    for (let s = first[b]!; s < end[b]!; s++) {
      const under = top[s]!;
      if (under >= 0 && seen[under] !== k) {
        seen[under] = k;
        below.push(under);
      }
      top[s] = b;
    }
    row.push(below.length);
  }
  return { order: Array.from(order), row, below };
}

/** An orientation ready for many evaluations. */
export interface Stack {
  /** Fills the offsets for these sizes; gives where the highest buffer ends. */
  place(size: ArrayLike<number>, offset: Float64Array): number;
}

/** Prepares an orientation. */
export function stackOf(orientation: Orientation): Stack {
  const order = Int32Array.from(orientation.order);
  const row = Int32Array.from(orientation.row);
  const below = Int32Array.from(orientation.below);
  return {
    place(size, offset) {
      let peak = 0;
      for (let k = 0; k < order.length; k++) {
        let y = 0;
        for (let i = row[k]!, to = row[k + 1]!; i < to; i++) {
          const under = below[i]!;
          const top = offset[under]! + size[under]!;
          if (top > y) y = top;
        }
        const b = order[k]!;
        offset[b] = y;
        if (y + size[b]! > peak) peak = y + size[b]!;
      }
      return peak;
    },
  };
}
