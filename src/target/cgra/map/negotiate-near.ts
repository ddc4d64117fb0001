/**
 * Mapping of large graphs: places by annealing, then negotiation about times and ways, at first with these places and
 * then with more and more of those around them. Negotiation alone spreads operations before it knows who they talk to.
 */
import { anneal } from "./anneal.js";
import type { Budget } from "./budget.js";
import type { Mapping } from "./mapping.js";
import { negotiate } from "./negotiate/index.js";
import { withPlacesNear, type Problem } from "./places.js";

export interface NegotiateNearOptions {
  readonly seed: number;
  /** Changes of places tried at each temperature, for each node. */
  readonly effort: number;
  /** Rounds of negotiation with the places of each reach. */
  readonly rounds: number;
  readonly budget: Budget;
}

/** Links from where annealing puts an operation. */
const REACHES = [0, 1, 2] as const;

export function negotiateNear(
  problem: Problem,
  ii: number,
  options: NegotiateNearOptions,
): Mapping | undefined {
  const { elements, carriers } = anneal(problem, ii, options);
  if (options.budget.isOver()) return undefined;
  const stages = REACHES.map((reach) => withPlacesNear(problem, elements, carriers, reach));
  return negotiate(problem, ii, { ...options, stages });
}
