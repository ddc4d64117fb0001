/**
 * Mapping by negotiation: operations are placed where their values travel cheaply, resources may be taken twice for a
 * while, and what is overused is placed and routed anew at rising prices until nothing is (iterative modulo scheduling,
 * Rau 1994, with the congestion of PathFinder). It refutes nothing, but maps what is too large for clauses.
 */
import type { Budget } from "../budget.js";
import type { Mapping } from "../mapping.js";
import type { Problem } from "../places.js";
import { shortfallOf } from "../shortfall.js";
import { Negotiation } from "./negotiation.js";
import type { Shortage } from "./resources.js";
import { toMapping } from "./to-mapping.js";

export interface NegotiateOptions {
  /** Rounds of each stage. */
  readonly rounds: number;
  readonly seed: number;
  readonly budget: Budget;
  /** The problem with fewer places and ways at first, then more; as it is when absent. */
  readonly stages?: readonly Problem[];
  /** Told how far it came when it finds no mapping. */
  readonly failed?: (partial: PartialMapping) => void;
}

/** Where operations are when a negotiation is over without a mapping. */
export interface PartialMapping {
  readonly ii: number;
  /** By node; undefined for those that have no place, or one that others need. */
  readonly places: readonly ({ readonly element: number; readonly time: number } | undefined)[];
  /** How much is missing of what. */
  readonly shortages: ReadonlyMap<Shortage, number>;
}

/** When only so many nodes are in conflict, those that stay so need room: prices alone no longer move them. */
const FEW = 8;

/** A mapping at the interval, if one is found in so many rounds. */
export function negotiate(
  problem: Problem,
  ii: number,
  { rounds, seed, budget, stages = [problem], failed }: NegotiateOptions,
): Mapping | undefined {
  const state = new Negotiation(stages[0]!, problem, ii, { seed, budget });
  if (!state.isPossible) return undefined;
  let fewest = Infinity;
  let partial: PartialMapping | undefined;
  const fail = (): undefined => {
    if (partial !== undefined) failed?.(partial);
    return undefined;
  };
  for (const [k, stage] of stages.entries()) {
    if (k > 0) state.widen(stage);
    for (let round = 0; round < rounds; round++) {
      const open = state.conflicted();
      if (open.length === 0) {
        const mapping = toMapping(problem.graph, state.placement());
        const { excesses } = shortfallOf(problem, mapping);
        if (excesses.length === 0) return mapping;
        state.limit(excesses);
        continue;
      }
      // At first nothing has a place.
      if (k + round > 0 && open.length < fewest) {
        fewest = open.length;
        partial = state.partial(open);
      }
      for (const v of open) {
        if (budget.isOver()) return fail();
        state.place(v, open.length <= FEW);
      }
      state.endRound();
    }
  }
  return fail();
}
