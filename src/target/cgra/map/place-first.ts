/**
 * Mapping in two steps: places by annealing, then times and ways of values by clauses, of which few are left. Where
 * registers are plenty this finds what neither step finds alone, since times seldom stand against good places.
 */
import type { SatSolver } from "../../../sat/index.js";
import { anneal } from "./anneal.js";
import type { Budget } from "./budget.js";
import { clauseSearch } from "./clause-search.js";
import type { Mapping } from "./mapping.js";
import { withPlaces, type Problem } from "./places.js";

export interface PlaceFirstOptions {
  readonly seed: number;
  /** Changes of places tried at each temperature, for each node. */
  readonly effort: number;
  readonly newSolver: () => SatSolver;
  readonly budget: Budget;
}

/** Cycles beyond the critical path: carrying values on takes some. */
const SLACKS = [0, 2, 4, 8, 16, 24] as const;
const MOST_CONFLICTS = 1000;

export function placeFirst(
  problem: Problem,
  ii: number,
  { newSolver, ...options }: PlaceFirstOptions,
): Mapping | undefined {
  const { budget } = options;
  const { elements, carriers, excess } = anneal(problem, ii, options);
  if (excess > 0) return undefined;
  const placed = withPlaces(problem, elements, carriers);
  for (const slack of SLACKS) {
    if (budget.isOver()) return undefined;
    const mapping = clauseSearch(placed, ii, slack, newSolver()).run(MOST_CONFLICTS, budget);
    if (mapping !== undefined) return mapping;
  }
  return undefined;
}
