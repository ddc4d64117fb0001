/** The search for the smallest interval: from the lower bound up, each by satisfiability with growing room in time. */
import { satSolver } from "../../../sat/index.js";
import { boundsOf, type Bounds } from "./bounds.js";
import { encode, type Encoding } from "./encode.js";
import type { Mapping } from "./mapping.js";
import { problemOf, type Problem } from "./places.js";
import { overfull } from "./verify.js";
import type { Dfg } from "../dfg/dfg.js";
import type { Fabric } from "../fabric/fabric.js";

export interface SearchOptions {
  /** Time of the whole search. */
  readonly timeLimitMs?: number;
  /** Largest interval tried. */
  readonly maxIi?: number;
  readonly now?: () => number;
  readonly progress?: (attempt: Attempt) => void;
}

/** One call of the solver. */
export interface Attempt {
  readonly ii: number;
  /** Cycles beyond the critical path. */
  readonly slack: number;
  readonly result: "mapped" | "refuted" | "unknown";
  readonly variables: number;
  readonly clauses: number;
  readonly conflicts: number;
  readonly ms: number;
}

export interface SearchResult extends Bounds {
  readonly mapping?: Mapping | undefined;
  /** Every smaller interval is below the bound or refuted, within the room in time that was tried. */
  readonly proved: boolean;
  readonly attempts: readonly Attempt[];
  readonly ms: number;
  /** A node no element executes. */
  readonly unsupported?: number | undefined;
}

/** More room in time finds more and refutes more slowly, so that several are tried side by side. */
const SLACKS = [0, 2, 4, 8] as const;
const FIRST_CONFLICTS = 1000;

export function mapGraph(graph: Dfg, fabric: Fabric, options: SearchOptions = {}): SearchResult {
  const now = options.now ?? (() => performance.now());
  const started = now();
  const deadline = started + (options.timeLimitMs ?? 60_000);
  const problem = problemOf(graph, fabric);
  const bounds = boundsOf(problem);
  const attempts: Attempt[] = [];
  const done = (more: Partial<SearchResult>): SearchResult => ({
    ...bounds,
    proved: false,
    attempts,
    ms: now() - started,
    ...more,
  });
  const unsupported = problem.places.findIndex((places) => places.length === 0);
  if (unsupported >= 0) return done({ unsupported });
  let proved = true;
  const maxIi = Math.min(options.maxIi ?? Infinity, fabric.configuration.depth);
  for (let ii = bounds.mii; ii <= maxIi; ii++) {
    const left = deadline - now();
    if (left <= 0) return done({});
    // Half of what is left, so that there is time for larger intervals, which are easier.
    const until = ii === maxIi ? deadline : now() + left / 2;
    const { tried, mapping } = mapAt(problem, ii, until, now);
    for (const attempt of tried) {
      attempts.push(attempt);
      options.progress?.(attempt);
    }
    if (mapping !== undefined) return done({ mapping, proved });
    proved &&= tried.every(({ result }) => result === "refuted");
  }
  return done({});
}

/** All amounts of room at one interval, by turns, each turn twice as long as the one before. */
function mapAt(
  problem: Problem,
  ii: number,
  until: number,
  now: () => number,
): { readonly tried: readonly Attempt[]; readonly mapping?: Mapping | undefined } {
  const searches = SLACKS.map((slack) => roomSearch(problem, ii, slack, now));
  let mapping: Mapping | undefined;
  for (let conflicts = FIRST_CONFLICTS; mapping === undefined; conflicts *= 2) {
    const open = searches.filter((s) => s.result() === "unknown");
    if (open.length === 0 || now() >= until) break;
    for (const search of open) {
      mapping = search.run(conflicts, () => now() >= until);
      if (mapping !== undefined || now() >= until) break;
    }
  }
  return { tried: searches.filter((s) => s.hasRun()).map((s) => s.attempt()), mapping };
}

interface RoomSearch {
  /** Goes on for so many conflicts. */
  run(conflicts: number, stop: () => boolean): Mapping | undefined;
  hasRun(): boolean;
  result(): Attempt["result"];
  attempt(): Attempt;
}

function roomSearch(problem: Problem, ii: number, slack: number, now: () => number): RoomSearch {
  const solver = satSolver();
  let encoding: Encoding | undefined;
  let result: Attempt["result"] = "unknown";
  let hasRun = false;
  let ms = 0;

  function advance(conflicts: number, stop: () => boolean): Mapping | undefined {
    hasRun = true;
    encoding ??= encode(problem, ii, slack, solver);
    if (encoding === undefined) {
      result = "refuted";
      return undefined;
    }
    const last = solver.statistics().conflicts + conflicts;
    for (;;) {
      const left = last - solver.statistics().conflicts;
      const answer = left > 0 ? solver.solve([], { conflicts: left, stop }) : "unknown";
      if (answer === "unsat") result = "refuted";
      if (answer !== "sat") return undefined;
      const mapping = encoding.mapping();
      // Limits on registers are added where a solution breaks them.
      const broken = overfull(problem, mapping);
      if (broken.length === 0) {
        result = "mapped";
        return mapping;
      }
      for (const { element, slot } of broken) encoding.limitRegisters(element, slot);
    }
  }

  return {
    run(conflicts, stop) {
      const started = now();
      const mapping = advance(conflicts, stop);
      ms += now() - started;
      return mapping;
    },
    hasRun: () => hasRun,
    result: () => result,
    attempt() {
      const { variables, clauses, conflicts } = solver.statistics();
      return { ii, slack, result, variables, clauses, conflicts, ms };
    },
  };
}
