/** The search by clauses at an interval, with several rooms in time side by side. */
import type { Memory, SatSolver } from "../../../sat/index.js";
import type { Attempt } from "./attempt.js";
import type { Budget } from "./budget.js";
import type { ClauseSearch } from "./clause-search.js";
import type { Mapping } from "./mapping.js";
import type { Problem } from "./places.js";

/** More room in time finds more and refutes more slowly, so that several are tried side by side. */
const ROOMS = [0, 2, 3, 4, 8] as const;
/** Large graphs need little room: there is much to choose from in the same cycles. */
const LARGE = 40;
const ROOMS_OF_LARGE = [0, 2, 3] as const;

/** Cycles beyond the critical path that schedules of the graph are given. */
export const roomsOf = ({ graph }: Problem): readonly number[] =>
  graph.nodes.length > LARGE ? ROOMS_OF_LARGE : ROOMS;

export interface RoomSearch extends Omit<ClauseSearch, "isDone"> {
  readonly ii: number;
  readonly room: number;
  hasRun(): boolean;
  /** It may still find or refute something. */
  isOpen(): boolean;
  isShortOfMemory(): boolean;
  /** Gives its memory back. */
  end(): void;
  attempt(): Attempt;
}

export interface RoomSearchOptions {
  readonly ii: number;
  /** Cycles beyond the critical path; infinite for placement without time. */
  readonly room: number;
  /** What the clauses take. */
  readonly memory: Memory;
  readonly now: () => number;
}

/** Begins with the first run; its clauses are dropped as soon as there is a result. */
export function roomSearch(
  { ii, room, memory, now }: RoomSearchOptions,
  begin: () => { readonly solver: SatSolver; readonly search: ClauseSearch },
): RoomSearch {
  let at: ReturnType<typeof begin> | undefined;
  let isEnded = false;
  let isExact = true;
  let isShortOfMemory = false;
  let result: ReturnType<ClauseSearch["result"]> = "unknown";
  let size = { variables: 0, clauses: 0, conflicts: 0 };
  let ms = 0;

  function end(): void {
    isEnded = true;
    at = undefined;
    memory.release();
  }
  function run(conflicts: number, budget: Budget): Mapping | undefined {
    if (isEnded) return undefined;
    const started = now();
    const { solver, search } = (at ??= begin());
    const mapping = search.run(conflicts, budget);
    const { isFull, ...statistics } = solver.statistics();
    ms += now() - started;
    size = statistics;
    result = search.result();
    isExact = search.isExact();
    isShortOfMemory = isFull;
    if (isFull || result !== "unknown" || search.isDone()) end();
    return mapping;
  }
  return {
    ii,
    room,
    run,
    end,
    hasRun: () => ms > 0 || size.variables > 0,
    isOpen: () => !isEnded,
    isShortOfMemory: () => isShortOfMemory,
    result: () => result,
    isExact: () => isExact,
    attempt() {
      const { variables, clauses, conflicts } = size;
      const short = isShortOfMemory ? { isShortOfMemory } : {};
      return { method: "clauses", ii, slack: room, result, variables, clauses, conflicts, ms, ...short }; // prettier-ignore
    },
  };
}
