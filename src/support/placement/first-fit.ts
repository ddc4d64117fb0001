/** Placement in a given order: each buffer goes into a gap between the buffers already placed. */
import { sectionTotals, type Sections } from "./sections.js";

/** What placement decides on. Sizes are in any unit. */
export interface Shelf {
  readonly sections: Sections;
  readonly size: ArrayLike<number>;
  /** Alignment of offsets, in the unit of sizes; 1 when absent. */
  readonly align?: ArrayLike<number> | undefined;
  /** Offsets that are given, −1 where free. */
  readonly fixed?: ArrayLike<number> | undefined;
}

/** Offsets of all buffers, and where the highest ends. */
export interface Placement {
  readonly offset: Float64Array;
  readonly peak: number;
}

/** Which gap a buffer takes: the lowest that is large enough, or the smallest. */
export type Fit = "first" | "best";

/** Places the buffers in the order given; those with fixed offsets are there from the start. */
export function placeInOrder(shelf: Shelf, order: Int32Array, fit: Fit): Placement {
  const { sections, size, align, fixed } = shelf;
  const { first, end } = sections;
  const offset = new Float64Array(order.length);
  const placed: number[] = [];
  let peak = 0;
  const put = (b: number, y: number): void => {
    offset[b] = y;
    if (size[b]! === 0) return;
    peak = Math.max(peak, y + size[b]!);
    let at = placed.length;
    while (at > 0 && offset[placed[at - 1]!]! > y) at--;
    placed.splice(at, 0, b);
  };
  if (fixed !== undefined) for (const b of order) if (fixed[b]! >= 0) put(b, fixed[b]!);
  for (const b of order) {
    if (fixed !== undefined && fixed[b]! >= 0) continue;
    const need = size[b]!;
    const step = align?.[b] ?? 1;
    const from = first[b]!;
    const to = end[b]!;
    let y = 0;
    let chosen = -1;
    let least = Infinity;
    for (const other of placed) {
      if (first[other]! >= to || end[other]! <= from) continue;
      const base = offset[other]!;
      if (y + need <= base && base - y < least) {
        chosen = y;
        least = base - y;
        if (fit === "first") break;
      }
      const top = base + size[other]!;
      if (top > y) y = step === 1 ? top : Math.ceil(top / step) * step;
    }
    put(b, need === 0 ? 0 : chosen >= 0 ? chosen : y);
  }
  return { offset, peak };
}

/** Orders of placement that are worth trying, best first. */
export const ORDERS = [
  "size",
  "life",
  "sectionTotal",
  "sectionArea",
  "area",
  "sections",
  "start",
  "end",
] as const;

export type Order = (typeof ORDERS)[number];

/**
 * Indices sorted by a key: size, length of life (in points, in sections), greatest live total over the life, their
 * products, descending; or start and end of life, ascending. `span` is the length of each life in program points.
 */
export function orderBy(kind: Order, shelf: Shelf, span: ArrayLike<number>): Int32Array {
  const { sections, size } = shelf;
  const { first, end } = sections;
  const n = first.length;
  const key = new Float64Array(n);
  const totals = kind === "sectionTotal" ? sectionTotals(sections, size) : undefined;
  for (let b = 0; b < n; b++) {
    key[b] = -keyOf(b);
  }
  const order = new Int32Array(n);
  for (let b = 0; b < n; b++) order[b] = b;
  return order.sort((a, b) => key[a]! - key[b]! || size[b]! - size[a]! || a - b);

  function keyOf(b: number): number {
    switch (kind) {
      case "size":
        return size[b]!;
      case "life":
        return span[b]!;
      case "sections":
        return end[b]! - first[b]!;
      case "area":
        return span[b]! * size[b]!;
      case "sectionArea":
        return (end[b]! - first[b]!) * size[b]!;
      case "start":
        return -first[b]!;
      case "end":
        return -end[b]!;
      case "sectionTotal": {
        let most = 0;
        for (let s = first[b]!; s < end[b]!; s++) most = Math.max(most, totals![s]!);
        return most;
      }
    }
  }
}
