/** The skyline search over a problem's columns, at any capacity. */
import { LOOSE, NEAR_BOUND, searchWithRestarts } from "../../support/placement/restarts.js";
import type { Verdict } from "../../support/placement/skyline-search.js";
import { SkylineState, UNIT_LIMIT } from "../../support/placement/skyline-state.js";
import type { Columns } from "./columns.js";

/** A search that can be asked again and again. */
export interface ExactSearch {
  /** Whether `none` proves that there is no placement in so many units. */
  readonly complete: boolean;
  /** Searches for a placement in so many units. */
  below(capacity: number, nodes: number): Probe;
}

/** One answer; offsets are in bytes. */
export interface Probe {
  readonly verdict: Verdict;
  readonly offset?: Float64Array;
  readonly nodes: number;
}

/** Room to spare above which the lowest cell is a better choice than the tightest. */
const LOOSE_RATIO = 1.05;

/** Prepares the search; none when sizes are too large for it. */
export function exactSearch(columns: Columns): ExactSearch | undefined {
  const { shelf, units } = columns;
  const bound = columns.lowerBound / units.unit;
  if (bound * 2 >= UNIT_LIMIT) return undefined;
  const free: number[] = [];
  for (let b = 0; b < columns.size.length; b++) {
    if (units.size[b]! > 0 && !(shelf.fixed !== undefined && shelf.fixed[b]! >= 0)) free.push(b);
  }
  const { floors, solid } = floorsOf(columns);
  const state = new SkylineState(
    {
      count: columns.sections.count,
      first: Int32Array.from(free, (b) => columns.sections.first[b]!),
      end: Int32Array.from(free, (b) => columns.sections.end[b]!),
    },
    free.map((b) => units.size[b]!),
    units.align === undefined ? undefined : free.map((b) => units.align![b]!),
    floors,
  );
  const root = state.mark();
  return {
    complete: columns.exact && solid,
    below(capacity, nodes) {
      if (capacity >= UNIT_LIMIT) return { verdict: "limit", nodes: 0 };
      state.undo(root.changes, root.placements);
      state.capacity = capacity;
      state.weight.fill(1);
      const cells = capacity > bound * LOOSE_RATIO ? LOOSE : NEAR_BOUND;
      const { verdict, nodes: used } = searchWithRestarts(state, { nodes, cells });
      if (verdict !== "found") return { verdict, nodes: used };
      const offset = new Float64Array(columns.size.length);
      for (let b = 0; b < offset.length; b++) offset[b] = Math.max(0, columns.fixed?.[b] ?? 0);
      for (let i = 0; i < state.count; i++) {
        offset[free[state.original[i]!]!] = state.least[i]! * units.unit;
      }
      return { verdict, offset, nodes: used };
    },
  };
}

/** Tops of the fixed buffers per section; `solid` when there is no room below them. */
function floorsOf({ sections, shelf }: Columns): { floors?: Float64Array; solid: boolean } {
  const { fixed, size } = shelf;
  if (fixed === undefined) return { solid: true };
  const floors = new Float64Array(sections.count);
  const filled = new Float64Array(sections.count);
  for (let b = 0; b < sections.first.length; b++) {
    if (fixed[b]! < 0) continue;
    for (let s = sections.first[b]!; s < sections.end[b]!; s++) {
      floors[s] = Math.max(floors[s]!, fixed[b]! + size[b]!);
      filled[s]! += size[b]!;
    }
  }
  return { floors, solid: floors.every((top, s) => top === filled[s]) };
}
