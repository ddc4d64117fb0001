/** Buffers as columns, with what all methods of placement need. */
import { roundUp, unitsOf, type Units } from "../../support/placement/units.js";
import { sectionsOf, sectionTotals, type Sections } from "../../support/placement/sections.js";
import type { Shelf } from "../../support/placement/first-fit.js";
import type { StaticBuffer } from "./problem.js";

/** A problem ready for placement. */
export interface Columns {
  readonly buffers: readonly StaticBuffer[];
  readonly sections: Sections;
  /** Length of each life in program points. */
  readonly span: Float64Array;
  readonly size: Float64Array;
  readonly align: Float64Array;
  /** Given offsets, −1 where free; absent when all are free. */
  readonly fixed?: Float64Array;
  readonly units: Units;
  /** The same in units. */
  readonly shelf: Shelf;
  /** Bytes that no placement can do without. */
  readonly lowerBound: number;
  /** Whether sizes in units stand for sizes in bytes exactly, so that proofs about units are proofs about bytes. */
  readonly exact: boolean;
}

/** Prepares a problem. */
export function columnsOf(buffers: readonly StaticBuffer[]): Columns {
  const column = (of: (b: StaticBuffer) => number): Float64Array => Float64Array.from(buffers, of);
  const sections = sectionsOf({ lower: column((b) => b.lower), upper: column((b) => b.upper) });
  const size = column((b) => b.size);
  const align = column((b) => b.align ?? 1);
  const given = column((b) => b.fixed ?? -1);
  const fixed = given.some((y) => y >= 0) ? given : undefined;
  const units = unitsOf(size, align, fixed);
  const inUnits = fixed?.map((y) => (y < 0 ? -1 : y / units.unit));
  return {
    buffers,
    sections,
    span: column((b) => b.upper - b.lower),
    size,
    align,
    ...(fixed === undefined ? {} : { fixed }),
    units,
    shelf: { sections, size: units.size, align: units.align, fixed: inUnits },
    lowerBound: boundInBytes(sections, size, align, fixed),
    exact: units.align === undefined && units.size.every((z, b) => z * units.unit === size[b]),
  };
}

/**
 * The most live bytes at once. With one alignment for all, each buffer takes whole multiples of it, except the one on
 * top; a fixed buffer needs the arena to reach its end.
 */
function boundInBytes(
  sections: Sections,
  size: Float64Array,
  align: Float64Array,
  fixed: Float64Array | undefined,
): number {
  const common = align.every((a) => a === align[0]) ? (align[0] ?? 1) : 1;
  const whole = size.map((z) => roundUp(z, common));
  const totals = sectionTotals(sections, whole);
  const padding = new Float64Array(sections.count);
  let bound = 0;
  for (let b = 0; b < size.length; b++) {
    const pad = whole[b]! - size[b]!;
    if (pad > 0) {
      for (let s = sections.first[b]!; s < sections.end[b]!; s++) {
        if (padding[s]! < pad) padding[s] = pad;
      }
    }
    if (fixed !== undefined && fixed[b]! >= 0) bound = Math.max(bound, fixed[b]! + size[b]!);
  }
  for (let s = 0; s < totals.length; s++) bound = Math.max(bound, totals[s]! - padding[s]!);
  return bound;
}

/** Bytes up to the end of the highest buffer. */
export function peakOf(columns: Columns, offset: ArrayLike<number>): number {
  let peak = 0;
  for (let b = 0; b < columns.size.length; b++) {
    if (columns.size[b]! > 0) peak = Math.max(peak, offset[b]! + columns.size[b]!);
  }
  return peak;
}
