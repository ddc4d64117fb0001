/**
 * The search for the smallest interval. Negotiation soon maps most graphs, and large ones at all; annealing of places
 * those that are crowded; satisfiability maps or refutes the intervals below, each with growing room in time.
 */
import type { Attempt } from "./attempt.js";
import { boundsOf, type Bounds } from "./bounds.js";
import { IntervalSearch, type NewSolver } from "./interval-search.js";
import type { Mapping } from "./mapping.js";
import type { PartialMapping } from "./negotiate/index.js";
import { problemOf } from "./places.js";
import { roomsOf } from "./room-search.js";
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
  /** Another solver for the clauses; for those of an interval and room, which it refutes or maps, it is told which. */
  readonly solver?: NewSolver;
}

export interface SearchResult extends Bounds {
  readonly mapping?: Mapping | undefined;
  /** Every smaller interval is below the bound, or refuted for schedules that are no longer than `room` allows. */
  readonly proved: boolean;
  /** Cycles beyond the critical path up to which clauses look for schedules. */
  readonly room: number;
  readonly attempts: readonly Attempt[];
  readonly ms: number;
  /** How far the last negotiation came, when nothing was mapped. */
  readonly partial?: PartialMapping | undefined;
  /** A node no element executes. */
  readonly unsupported?: number | undefined;
}

const FIRST_CONFLICTS = 1000;
/** Rounds of the first negotiation, for any graph and for each node. */
const FIRST_ROUNDS = 30;
const ROUNDS_PER_NODE = 0.1;
/** Changes of places at each temperature, for each node: where places are all, and where negotiation goes on. */
const FIRST_EFFORT = 100;
const FIRST_EFFORT_NEAR = 8;
/** Growth of the work after which what clauses cannot refute counts as tried enough. */
const MOST_WORK = 16;
/** The share of the time in which negotiation goes up from the bound, before others have their turn. */
const FIRST_SHARE = 0.5;

/**
 * Negotiation goes up from the bound until something is mapped. Then rounds over the intervals below, each with twice
 * the work a search: the first upwards, the next ones down from the best. So there is soon some mapping, and time goes
 * where it may improve it.
 */
export function mapGraph(graph: Dfg, fabric: Fabric, options: SearchOptions = {}): SearchResult {
  const { now = () => performance.now(), timeLimitMs = 60_000, seed = 1 } = options;
  const started = now();
  const problem = problemOf(graph, fabric);
  const room = Math.max(...roomsOf(problem));
  const unsupported = problem.places.findIndex((places) => places.length === 0);
  if (unsupported >= 0)
    return { ...boundsOf(problem), unsupported, proved: false, room, attempts: [], ms: now() - started }; // prettier-ignore
  const search = new IntervalSearch(problem, started + timeLimitMs, {
    now,
    maxIi: Math.min(options.maxIi ?? Infinity, fabric.configuration.depth),
    seed,
    solver: options.solver,
    progress: options.progress,
  });
  const rounds = FIRST_ROUNDS + Math.ceil(ROUNDS_PER_NODE * graph.nodes.length);
  findSome(search, rounds, started, timeLimitMs, now);
  improve(search, rounds);
  return {
    ...search.bounds,
    mapping: search.best,
    partial: search.best === undefined ? search.partial : undefined,
    proved: search.isProved(),
    room,
    attempts: search.attempts(),
    ms: now() - started,
  };
}

/** Goes up from the bound by growing steps, so that what is far above it is mapped at all. */
function findSome(
  search: IntervalSearch,
  rounds: number,
  started: number,
  timeLimitMs: number,
  now: () => number,
): void {
  const intervals = search.open();
  // Of large graphs an attempt takes long, and may be all there is time for.
  const share = started + (search.usesClauses ? FIRST_SHARE : 1) * timeLimitMs;
  for (let i = 0; i < intervals.length && now() < share; i += 1 + Math.floor(i / 3)) {
    const part = search.usesClauses ? (i === 0 ? 1 / 4 : 1) : 1 / 2;
    const until = now() + part * (share - now());
    if (search.byNegotiation(intervals[i]!, rounds, FIRST_EFFORT_NEAR, until)) return;
  }
}

/** Looks for smaller intervals, or refutes them, with more and more work. */
function improve(search: IntervalSearch, rounds: number): void {
  for (let best = search.open().at(-1); best !== undefined; best = search.open().at(-1))
    if (!search.byPlaces(best, FIRST_EFFORT)) break;
  if (search.usesClauses)
    for (const ii of search.open())
      if (!search.isOpen(ii) || search.byClauses(ii, FIRST_CONFLICTS)) break;
  for (let work = 2; !search.isOver(); work *= 2) {
    const downwards = search.open().reverse().filter((ii) => !search.isRefuted(ii)); // prettier-ignore
    if (downwards.length === 0) break;
    for (const ii of downwards) {
      if (search.usesClauses && search.isOpen(ii)) search.byClauses(ii, FIRST_CONFLICTS * work);
      if (search.isRefuted(ii)) continue;
      if (search.isOpen(ii)) search.byPlaces(ii, FIRST_EFFORT * work);
      if (search.isOpen(ii)) search.byNegotiation(ii, rounds * work, FIRST_EFFORT_NEAR * work);
    }
    if (!search.usesClauses && work >= MOST_WORK) break;
  }
}
