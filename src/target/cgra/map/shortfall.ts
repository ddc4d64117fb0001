/** What keeps a mapping from being executed: too few of something, or registers that cannot be given out. */
import { allocate } from "../machine/allocate.js";
import { excessesOf, type Excess } from "./excess.js";
import type { Mapping } from "./mapping.js";
import type { Problem } from "./places.js";

export interface Shortfall {
  readonly excesses: readonly Excess[];
  /** Nothing is forbidden by these that some mapping may need: each is a count, not an overlap of lives. */
  readonly isCounted: boolean;
}

export function shortfallOf(problem: Problem, mapping: Mapping): Shortfall {
  const counted = excessesOf(problem, mapping);
  if (counted.length > 0) return { excesses: counted, isCounted: true };
  const allocation = allocate(problem, mapping);
  const overlaps = "excesses" in allocation ? allocation.excesses : [];
  return { excesses: overlaps, isCounted: overlaps.length === 0 };
}
