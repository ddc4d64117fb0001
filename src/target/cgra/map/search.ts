/** The search for the smallest interval: from the lower bound up, each by satisfiability with growing room in time. */
import { satSolver } from "../../../sat/index.js";
import { allocate } from "../machine/allocate.js";
import { boundsOf, type Bounds } from "./bounds.js";
import { encode, type Encoding } from "./encode.js";
import { excessesOf, type Excess } from "./excess.js";
import type { Mapping } from "./mapping.js";
import { problemOf, type Problem } from "./places.js";
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
const SLACKS = [0, 2, 3, 4, 8] as const;
/** Large graphs need little room: there is much to choose from in the same cycles. */
const LARGE = 40;
const SLACKS_OF_LARGE = [0, 2, 3] as const;
const FIRST_CONFLICTS = 1000;

/**
 * Rounds over the intervals, each with twice the work a search: the first goes up from the bound until something is
 * mapped, the next ones come down from there. So there is soon some mapping, and time goes where it may improve it.
 */
export function mapGraph(graph: Dfg, fabric: Fabric, options: SearchOptions = {}): SearchResult {
  const now = options.now ?? (() => performance.now());
  const started = now();
  const deadline = started + (options.timeLimitMs ?? 60_000);
  const isOver = (): boolean => now() >= deadline;
  const problem = problemOf(graph, fabric);
  const bounds = boundsOf(problem);
  const rows: RoomSearch[][] = [];
  const done = (more: Partial<SearchResult>): SearchResult => ({
    ...bounds,
    proved: false,
    attempts: rows.flat().flatMap((s) => (s.hasRun() ? [s.attempt()] : [])),
    ms: now() - started,
    ...more,
  });
  const unsupported = problem.places.findIndex((places) => places.length === 0);
  if (unsupported >= 0) return done({ unsupported });
  const maxIi = Math.min(options.maxIi ?? Infinity, fabric.configuration.depth);
  const slacks = graph.nodes.length > LARGE ? SLACKS_OF_LARGE : SLACKS;
  /** Searches at the interval `mii + i`. */
  const rowOf = (i: number): RoomSearch[] =>
    (rows[i] ??= slacks.map((slack) => roomSearch(problem, bounds.mii + i, slack, now)));

  let best: Mapping | undefined;
  /** Intervals from here on need not be tried. */
  let end = maxIi - bounds.mii + 1;
  const tryRow = (i: number, conflicts: number): boolean => {
    for (const search of rowOf(i)) {
      if (isOver()) return false;
      if (search.result() !== "unknown") continue;
      const mapping = search.run(conflicts, isOver);
      options.progress?.(search.attempt());
      if (mapping === undefined) continue;
      best = mapping;
      end = i;
      return true;
    }
    return false;
  };
  const isRefuted = (i: number): boolean => rowOf(i).every((s) => s.result() === "refuted");
  for (let i = 0; i < end && !isOver(); i++) if (tryRow(i, FIRST_CONFLICTS)) break;
  for (let conflicts = 2 * FIRST_CONFLICTS; !isOver(); conflicts *= 2) {
    const open = Array.from({ length: Math.max(0, end) }, (_, i) => end - 1 - i).filter(
      (i) => !isRefuted(i),
    );
    if (open.length === 0) break;
    for (const i of open) if (i < end && !isOver()) tryRow(i, conflicts);
  }
  const proved =
    best !== undefined &&
    rows.slice(0, end).every((row, i) => isRefuted(i) && row.every((s) => s.isExact()));
  return done({ mapping: best, proved });
}

function overlapsOf(problem: Problem, mapping: Mapping): readonly Excess[] {
  const allocation = allocate(problem, mapping);
  return "excesses" in allocation ? allocation.excesses : [];
}

interface RoomSearch {
  /** Goes on for so many conflicts. */
  run(conflicts: number, stop: () => boolean): Mapping | undefined;
  hasRun(): boolean;
  result(): Attempt["result"];
  /** Nothing was forbidden that some mapping may need. */
  isExact(): boolean;
  attempt(): Attempt;
}

function roomSearch(problem: Problem, ii: number, slack: number, now: () => number): RoomSearch {
  const solver = satSolver();
  let encoding: Encoding | undefined;
  let result: Attempt["result"] = "unknown";
  let hasRun = false;
  let isExact = true;
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
      const counted = excessesOf(problem, mapping);
      // What is enough by number may still not fit without overlap.
      const overlaps = counted.length > 0 ? [] : overlapsOf(problem, mapping);
      if (overlaps.length > 0) isExact = false;
      const excesses = [...counted, ...overlaps];
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

  return {
    run(conflicts, stop) {
      const started = now();
      const mapping = advance(conflicts, stop);
      ms += now() - started;
      return mapping;
    },
    hasRun: () => hasRun,
    result: () => result,
    isExact: () => isExact,
    attempt() {
      const { variables, clauses, conflicts } = solver.statistics();
      return { ii, slack, result, variables, clauses, conflicts, ms };
    },
  };
}
