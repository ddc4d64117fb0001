/**
 * The search for the smallest interval. Negotiation soon maps most graphs, and large ones at all; annealing of places
 * those that are crowded; satisfiability maps or refutes the intervals below, each with growing room in time.
 */
import { Memory } from "../../../sat/index.js";
import type { Attempt } from "./attempt.js";
import { boundsOf, type Bounds } from "./bounds.js";
import { Budget } from "./budget.js";
import { IntervalSearch, type NewSolver } from "./interval-search.js";
import type { Mapping } from "./mapping.js";
import type { PartialMapping } from "./negotiate/index.js";
import { problemOf } from "./places.js";
import { roomsOf } from "./room-search.js";
import type { Dfg } from "../dfg/dfg.js";
import type { Fabric } from "../fabric/fabric.js";

export interface SearchOptions {
  /** Steps of the whole search, the same on all machines. */
  readonly work?: number;
  /** Time of the whole search, for machines too slow for so much work. */
  readonly timeLimitMs?: number;
  /** Bytes that clauses may take; searches that would take more end. */
  readonly memoryLimit?: number;
  /** Largest interval tried. */
  readonly maxIi?: number;
  readonly now?: () => number;
  readonly progress?: (attempt: Attempt) => void;
  /** Of what negotiation tries where it has a choice. */
  readonly seed?: number;
  /** Another solver for the clauses; for those of an interval and room, which it refutes or maps, it is told which. */
  readonly solver?: NewSolver;
}

/** What ended a search, or a part of it, early. */
export type Limit = "work" | "time" | "memory";

export interface SearchResult extends Bounds {
  readonly mapping?: Mapping | undefined;
  /** Every smaller interval is below the bound, or refuted for schedules that are no longer than `room` allows. */
  readonly proved: boolean;
  /** Cycles beyond the critical path up to which smaller intervals are refuted; infinite where all schedules are. */
  readonly room: number;
  readonly attempts: readonly Attempt[];
  /** Limits that were reached; where time is among them another run may find more or less. */
  readonly stoppedBy: readonly Limit[];
  readonly ms: number;
  /** How far the last negotiation came, when nothing was mapped. */
  readonly partial?: PartialMapping | undefined;
  /** A node no element executes. */
  readonly unsupported?: number | undefined;
}

/** Less than a minute on a processor of 2020. */
const DEFAULT_WORK = 300e6;
const DEFAULT_TIME_MS = 600_000;
const DEFAULT_MEMORY = 512e6;

const FIRST_CONFLICTS = 1000;
/** Rounds of the first negotiation, for any graph and for each node. */
const FIRST_ROUNDS = 30;
const ROUNDS_PER_NODE = 0.1;
/** Changes of places at each temperature, for each node: where places are all, and where negotiation goes on. */
const FIRST_EFFORT = 100;
const FIRST_EFFORT_NEAR = 8;
/** Growth of the work after which what clauses cannot refute counts as tried enough. */
const MOST_WORK = 16;
/** The share of the work in which negotiation goes up from the bound, before others have their turn. */
const FIRST_SHARE = 0.5;

/**
 * Negotiation goes up from the bound until something is mapped. Then rounds over the intervals below, each with twice
 * the work a search: the first upwards, the next ones down from the best. So there is soon some mapping, and work goes
 * where it may improve it.
 */
export function mapGraph(graph: Dfg, fabric: Fabric, options: SearchOptions = {}): SearchResult {
  const { now = () => performance.now(), timeLimitMs = DEFAULT_TIME_MS, seed = 1 } = options;
  const started = now();
  const isLate = (): boolean => now() - started >= timeLimitMs;
  const budget = new Budget(options.work ?? DEFAULT_WORK, isLate);
  const problem = problemOf(graph, fabric);
  const unsupported = problem.places.findIndex((places) => places.length === 0);
  if (unsupported >= 0)
    return {
      ...boundsOf(problem),
      unsupported,
      proved: false,
      room: Math.max(...roomsOf(problem)),
      attempts: [],
      stoppedBy: [],
      ms: now() - started,
    };
  const search = new IntervalSearch(problem, {
    budget,
    memory: new Memory(options.memoryLimit ?? DEFAULT_MEMORY),
    now,
    maxIi: Math.min(options.maxIi ?? Infinity, fabric.configuration.depth),
    seed,
    solver: options.solver,
    progress: options.progress,
  });
  const rounds = FIRST_ROUNDS + Math.ceil(ROUNDS_PER_NODE * graph.nodes.length);
  findSome(search, rounds, budget);
  improve(search, rounds);
  // What is at the bound, or proved, is the same however long it took.
  const isOpen = search.best === undefined || (search.open().length > 0 && !search.isProved());
  const stoppedBy: Limit[] = [];
  if (isOpen && budget.isSpent()) stoppedBy.push("work");
  else if (isOpen && isLate()) stoppedBy.push("time");
  if (isOpen && search.isShortOfMemory()) stoppedBy.push("memory");
  return {
    ...search.bounds,
    mapping: search.best,
    partial: search.best === undefined ? search.partial : undefined,
    proved: search.isProved(),
    room: search.room(),
    attempts: search.attempts(),
    stoppedBy,
    ms: now() - started,
  };
}

/** Goes up from the bound by growing steps, so that what is far above it is mapped at all. */
function findSome(search: IntervalSearch, rounds: number, budget: Budget): void {
  const intervals = search.open();
  // Of large graphs an attempt takes long, and may be all that can be done.
  const first = budget.part(search.usesClauses ? FIRST_SHARE : 1);
  for (let i = 0; i < intervals.length && !first.isOver(); i += 1 + Math.floor(i / 3)) {
    const part = first.part(search.usesClauses ? (i === 0 ? 1 / 4 : 1) : 1 / 2);
    if (search.byNegotiation(intervals[i]!, rounds, FIRST_EFFORT_NEAR, part)) return;
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
