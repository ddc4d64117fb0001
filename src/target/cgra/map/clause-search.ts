/** Mapping at an interval by clauses: what a solver finds is limited further until the fabric can execute it. */
import type { SatSolver } from "../../../sat/index.js";
import { encode, type Encoding } from "./encode.js";
import type { Mapping } from "./mapping.js";
import type { Problem } from "./places.js";
import { shortfallOf } from "./shortfall.js";

export interface ClauseSearch {
  /** Goes on for so many conflicts. */
  run(conflicts: number, stop?: () => boolean): Mapping | undefined;
  result(): "mapped" | "refuted" | "unknown";
  /** Nothing was forbidden that some mapping may need. */
  isExact(): boolean;
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

  function run(conflicts: number, stop?: () => boolean): Mapping | undefined {
    encoding ??= encode(problem, ii, slack, solver);
    if (encoding === undefined) {
      result = "refuted";
      return undefined;
    }
    const last = solver.statistics().conflicts + conflicts;
    for (;;) {
      const left = last - solver.statistics().conflicts;
      const limits = { conflicts: left, ...(stop && { stop }) };
      const answer = left > 0 ? solver.solve([], limits) : "unknown";
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
      if (!isNew) return undefined;
    }
  }
  return { run, result: () => result, isExact: () => isExact };
}
