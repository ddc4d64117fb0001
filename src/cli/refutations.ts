/** Proofs of what a search for intervals refuted, as files for checkers of other makers. */
import {
  proofText,
  recordingSolver,
  refutedText,
  satSolver,
  type Memory,
  type RecordingSolver,
  type SatSolver,
} from "../sat/index.js";
import type { SearchResult } from "../target/cgra/index.js";

interface Schedules {
  readonly ii: number;
  /** Cycles beyond the critical path; infinite for all schedules. */
  readonly room: number;
}

export class Refutations {
  private readonly recorded: (Schedules & { readonly solver: RecordingSolver })[] = [];

  /** A solver that is remembered when it is for all mappings at an interval. */
  solver(memory: Memory, of?: Schedules): SatSolver {
    if (of === undefined) return satSolver({ memory });
    const solver = recordingSolver(memory);
    this.recorded.push({ ...of, solver });
    return solver;
  }

  /**
   * Clauses and proof, by the ends of their names: of the interval just below the mapping, for the longest schedules
   * that are refuted. Undefined when that is below the bound, or open.
   */
  filesOf({ mapping, attempts }: SearchResult, about: string): Map<string, string> | undefined {
    const refuted = attempts.flatMap((a) =>
      a.method === "clauses" && a.result === "refuted" && a.ii + 1 === mapping?.ii ? [a] : [],
    );
    const last = refuted.sort((a, b) => a.slack - b.slack).at(-1);
    const found = this.recorded.find((r) => r.ii === last?.ii && r.room === last.slack);
    if (found === undefined) return undefined;
    const refutation = found.solver.refutation();
    const schedules =
      found.room === Infinity
        ? "schedules of any length, by placement alone"
        : `schedules up to ${found.room} cycles beyond the critical path`;
    const comments = [`${about}: interval ${found.ii}, ${schedules}`];
    return new Map([
      ["cnf", refutedText(refutation, comments)],
      ["drat", proofText(refutation)],
    ]);
  }
}
