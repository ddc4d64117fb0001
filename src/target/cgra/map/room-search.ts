/** The search by clauses at an interval, with several rooms in time side by side. */
import type { SatSolver } from "../../../sat/index.js";
import type { Attempt } from "./attempt.js";
import { clauseSearch, type ClauseSearch } from "./clause-search.js";
import type { Problem } from "./places.js";

/** More room in time finds more and refutes more slowly, so that several are tried side by side. */
const ROOMS = [0, 2, 3, 4, 8] as const;
/** Large graphs need little room: there is much to choose from in the same cycles. */
const LARGE = 40;
const ROOMS_OF_LARGE = [0, 2, 3] as const;

/** Cycles beyond the critical path that schedules of the graph are given. */
export const roomsOf = ({ graph }: Problem): readonly number[] =>
  graph.nodes.length > LARGE ? ROOMS_OF_LARGE : ROOMS;

export interface RoomSearch extends ClauseSearch {
  hasRun(): boolean;
  attempt(): Attempt;
}

export function roomSearch(
  problem: Problem,
  ii: number,
  slack: number,
  newSolver: () => SatSolver,
  now: () => number,
): RoomSearch {
  const solver = newSolver();
  const search = clauseSearch(problem, ii, slack, solver);
  let hasRun = false;
  let ms = 0;
  return {
    run(conflicts, stop) {
      hasRun = true;
      const started = now();
      const mapping = search.run(conflicts, stop);
      ms += now() - started;
      return mapping;
    },
    hasRun: () => hasRun,
    result: search.result,
    isExact: search.isExact,
    attempt() {
      const { variables, clauses, conflicts } = solver.statistics();
      const result = search.result();
      return { method: "clauses", ii, slack, result, variables, clauses, conflicts, ms };
    },
  };
}
