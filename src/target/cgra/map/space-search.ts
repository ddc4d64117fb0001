/** Refutation of an interval for schedules of any length: by placement without time. */
import type { SatSolver } from "../../../sat/index.js";
import type { Budget } from "./budget.js";
import { asking, type ClauseSearch } from "./clause-search.js";
import { clausesFor, NEVER } from "./clauses.js";
import type { Problem } from "./places.js";
import { placeLiterals } from "./schedule-literals.js";
import { spaceClauses } from "./space-clauses.js";
import { representatives } from "./symmetry.js";

/** Finds no mapping: a placement without time may have no times. */
export function spaceSearch(problem: Problem, ii: number, solver: SatSolver): ClauseSearch {
  const ask = asking(solver);
  let hasBegun = false;
  let answer: ReturnType<SatSolver["solve"]> = "unknown";
  return {
    run(conflicts: number, budget: Budget) {
      if (!hasBegun) {
        const clauses = clausesFor(solver);
        const on = placeLiterals(problem, clauses);
        const literalOf = (v: number, p: number): number => on[v]!.get(p) ?? NEVER;
        const space = spaceClauses(problem, ii, literalOf, clauses, true);
        // Without time, what is made at an element need not come back to it.
        problem.places.forEach((places, v) => {
          for (const p of places) clauses.add(-space.carried(v, p), -literalOf(v, p));
        });
        const first = representatives(problem);
        if (first !== undefined)
          clauses.add(...first.elements.map((p) => literalOf(first.node, p)));
        hasBegun = true;
      }
      answer = ask(conflicts, budget);
      return undefined;
    },
    result: () => (answer === "unsat" ? "refuted" : "unknown"),
    isDone: () => answer !== "unknown",
    isExact: () => true,
  };
}
