/** Mapping at an interval by clauses: what a solver finds is limited further until the fabric can execute it. */
import type { SatResult, SatSolver } from "../../../sat/index.js";
import type { Budget } from "./budget.js";
import { encode, type Encoding } from "./encode.js";
import type { Mapping } from "./mapping.js";
import type { Problem } from "./places.js";
import { shortfallOf } from "./shortfall.js";

export interface ClauseSearch {
  /** Goes on for so many conflicts. */
  run(conflicts: number, budget: Budget): Mapping | undefined;
  result(): "mapped" | "refuted" | "unknown";
  /** Going on would not help. */
  isDone(): boolean;
  /** Nothing was forbidden that some mapping may need. */
  isExact(): boolean;
}

/** Asks a solver, and spends the steps it takes, those of clauses added since the last time included. */
export function asking(solver: SatSolver): (conflicts: number, budget: Budget) => SatResult {
  let before = 0;
  return (conflicts, budget) => {
    const stop = (): boolean => {
      const { steps } = solver.statistics();
      budget.spend(steps - before);
      before = steps;
      return budget.isOver();
    };
    const answer = stop() ? "unknown" : solver.solve([], { conflicts, stop });
    stop();
    return answer;
  };
}

/** A search with so many cycles beyond the critical path. */
export function clauseSearch(
  problem: Problem,
  ii: number,
  slack: number,
  solver: SatSolver,
): ClauseSearch {
  let encoding: Encoding | undefined;
  let result: ReturnType<ClauseSearch["result"]> = "unknown";
  let isExact = true;
  let isDone = false;
  const ask = asking(solver);

  function run(conflicts: number, budget: Budget): Mapping | undefined {
    encoding ??= encode(problem, ii, slack, solver);
    if (encoding === undefined) {
      result = "refuted";
      return undefined;
    }
    const last = solver.statistics().conflicts + conflicts;
    for (;;) {
      const left = last - solver.statistics().conflicts;
      const answer = left > 0 ? ask(left, budget) : "unknown";
      if (answer === "unsat") result = "refuted";
      if (answer !== "sat") return undefined;
      const mapping = encoding.mapping();
      const { excesses, isCounted } = shortfallOf(problem, mapping);
      // Ports for reading are counted for values that could have come over a link as well.
      if (!isCounted || excesses.some(({ kind }) => kind === "reads")) isExact = false;
      if (excesses.length === 0) {
        result = "mapped";
        return mapping;
      }
      let isNew = false;
      for (const excess of excesses) isNew = encoding.limit(excess) || isNew;
      // Each limit is added once; a solution that breaks one all the same is no mapping.
      isDone = !isNew;
      if (isDone) return undefined;
    }
  }
  return { run, result: () => result, isDone: () => isDone, isExact: () => isExact };
}
