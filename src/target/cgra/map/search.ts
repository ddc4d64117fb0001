/**
 * The search for the smallest interval. Negotiation soon maps most graphs, and large ones at all; annealing of places
 * those that are crowded; satisfiability maps or refutes the intervals below, each with growing room in time.
 */
import { satSolver, type SatSolver } from "../../../sat/index.js";
import { boundsOf, type Bounds } from "./bounds.js";
import { clauseSearch, type ClauseSearch } from "./clause-search.js";
import { negotiate } from "./negotiate/index.js";
import type { Mapping } from "./mapping.js";
import { problemOf, type Problem } from "./places.js";
import { placeFirst } from "./place-first.js";
import type { Dfg } from "../dfg/dfg.js";
import type { Fabric } from "../fabric/fabric.js";

export interface SearchOptions {
  /** Time of the whole search. */
  readonly timeLimitMs?: number;
  /** Largest interval tried. */
  readonly maxIi?: number;
  readonly now?: () => number;
  readonly progress?: (attempt: Attempt) => void;
  /** Of what negotiation tries where it has a choice. */
  readonly seed?: number;
  /** Another solver for the clauses. */
  readonly solver?: () => SatSolver;
}

/** One search at an interval. */
export type Attempt = {
  readonly ii: number;
  readonly result: "mapped" | "refuted" | "unknown";
  readonly ms: number;
} & (
  | { readonly method: "negotiation"; readonly rounds: number }
  | { readonly method: "annealing"; readonly effort: number }
  | {
      readonly method: "clauses";
      /** Cycles beyond the critical path. */
      readonly slack: number;
      readonly variables: number;
      readonly clauses: number;
      readonly conflicts: number;
    }
);

export interface SearchResult extends Bounds {
  readonly mapping?: Mapping | undefined;
  /** Every smaller interval is below the bound, or refuted for schedules that are no longer than `room` allows. */
  readonly proved: boolean;
  /** Cycles beyond the critical path up to which clauses look for schedules. */
  readonly room: number;
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
/** More nodes times elements make more clauses than are worth solving. */
const MOST_PAIRS = 4000;
/** Rounds of the first negotiation, for any graph and for each node. */
const FIRST_ROUNDS = 30;
const ROUNDS_PER_NODE = 0.1;
/** Changes of places at each temperature, for each node. */
const FIRST_EFFORT = 100;
/** Annealings with the same effort. */
const TRIES = 4;
/** Growth of the work after which what clauses cannot refute counts as tried enough. */
const MOST_WORK = 16;
/** The share of the time in which negotiation goes up from the bound, before clauses have their turn. */
const FIRST_SHARE = 0.5;

/**
 * Negotiation goes up from the bound until something is mapped. Then rounds over the intervals below, each with twice
 * the work a search: the first upwards, the next ones down from the best. So there is soon some mapping, and time goes
 * where it may improve it.
 */
export function mapGraph(graph: Dfg, fabric: Fabric, options: SearchOptions = {}): SearchResult {
  const now = options.now ?? (() => performance.now());
  const started = now();
  const deadline = started + (options.timeLimitMs ?? 60_000);
  const isOver = (): boolean => now() >= deadline;
  const problem = problemOf(graph, fabric);
  const bounds = boundsOf(problem);
  const rows: RoomSearch[][] = [];
  const heuristic: Attempt[] = [];
  const slacks = graph.nodes.length > LARGE ? SLACKS_OF_LARGE : SLACKS;
  const done = (more: Partial<SearchResult>): SearchResult => ({
    ...bounds,
    proved: false,
    room: Math.max(...slacks),
    attempts: [...heuristic, ...rows.flat().flatMap((s) => (s.hasRun() ? [s.attempt()] : []))],
    ms: now() - started,
    ...more,
  });
  const unsupported = problem.places.findIndex((places) => places.length === 0);
  if (unsupported >= 0) return done({ unsupported });
  const maxIi = Math.min(options.maxIi ?? Infinity, fabric.configuration.depth);
  /** Searches at the interval `mii + i`. */
  const rowOf = (i: number): RoomSearch[] =>
    (rows[i] ??= slacks.map((slack) =>
      roomSearch(problem, bounds.mii + i, slack, options.solver ?? satSolver, now),
    ));

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
  const keep = (attempt: Attempt, i: number, mapping: Mapping | undefined): boolean => {
    heuristic.push(attempt);
    options.progress?.(attempt);
    if (mapping === undefined) return false;
    best = mapping;
    end = i;
    return true;
  };
  /** A seed for each attempt, so that each chooses differently. */
  const seedOf = (): number => (options.seed ?? 1) + heuristic.length;
  const resultOf = (mapping: Mapping | undefined): Attempt["result"] =>
    mapping === undefined ? "unknown" : "mapped";
  const tryNegotiation = (i: number, rounds: number, until: number): boolean => {
    const ii = bounds.mii + i;
    const start = now();
    const mapping = negotiate(problem, ii, { rounds, seed: seedOf(), stop: () => now() >= until });
    const result = resultOf(mapping);
    return keep({ ii, result, ms: now() - start, method: "negotiation", rounds }, i, mapping);
  };
  const tryPlaces = (i: number, effort: number): boolean => {
    const ii = bounds.mii + i;
    for (let k = 0; k < TRIES && takesSlots && !isOver(); k++) {
      const start = now();
      const mapping = placeFirst(problem, ii, {
        effort,
        seed: seedOf(),
        stop: isOver,
        newSolver: options.solver ?? satSolver,
      });
      const result = resultOf(mapping);
      if (keep({ ii, result, ms: now() - start, method: "annealing", effort }, i, mapping))
        return true;
    }
    return false;
  };
  const isRefuted = (i: number): boolean => rowOf(i).every((s) => s.result() === "refuted");
  /** Values that are carried on take slots from operations: then good places are most of a mapping. */
  const takesSlots = fabric.route === "issue";
  const usesClauses = graph.nodes.length * fabric.elements.length <= MOST_PAIRS;
  const rounds = FIRST_ROUNDS + Math.ceil(ROUNDS_PER_NODE * graph.nodes.length);
  const share = started + FIRST_SHARE * (deadline - started);
  // Steps grow, so that what is far above the bound is mapped at all.
  for (let i = 0; i < end && now() < share; i += 1 + Math.floor(i / 3))
    if (tryNegotiation(i, rounds, i === 0 ? started + (share - started) / 4 : share)) break;
  while (end > 0 && tryPlaces(end - 1, FIRST_EFFORT));
  if (usesClauses) for (let i = 0; i < end && !isOver(); i++) if (tryRow(i, FIRST_CONFLICTS)) break;
  for (let work = 2; !isOver(); work *= 2) {
    const open = Array.from({ length: Math.max(0, end) }, (_, i) => end - 1 - i).filter(
      (i) => !usesClauses || !isRefuted(i),
    );
    if (open.length === 0) break;
    for (const i of open) {
      if (i < end && !isOver() && usesClauses) tryRow(i, FIRST_CONFLICTS * work);
      if (usesClauses && isRefuted(i)) continue;
      if (i < end && !isOver()) tryPlaces(i, FIRST_EFFORT * work);
      if (i < end && !isOver()) tryNegotiation(i, rounds * work, deadline);
    }
    if (!usesClauses && work >= MOST_WORK) break;
  }
  const isProved = (i: number): boolean => isRefuted(i) && rowOf(i).every((s) => s.isExact());
  const below = Array.from({ length: Math.max(0, end) }, (_, i) => i);
  const proved = best !== undefined && (end === 0 || (usesClauses && below.every(isProved)));
  return done({ mapping: best, proved });
}

interface RoomSearch extends ClauseSearch {
  hasRun(): boolean;
  attempt(): Attempt;
}

function roomSearch(
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
      return {
        method: "clauses",
        ii,
        slack,
        result: search.result(),
        variables,
        clauses,
        conflicts,
        ms,
      };
    },
  };
}
