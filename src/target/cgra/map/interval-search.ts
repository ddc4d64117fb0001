/** What a search for the smallest interval knows, and the ways it has to map at one interval. */
import { satSolver, type SatSolver } from "../../../sat/index.js";
import type { Attempt } from "./attempt.js";
import { boundsOf, type Bounds } from "./bounds.js";
import type { Mapping } from "./mapping.js";
import { negotiateNear } from "./negotiate-near.js";
import { negotiate, type PartialMapping } from "./negotiate/index.js";
import { placeFirst } from "./place-first.js";
import type { Problem } from "./places.js";
import { roomSearch, roomsOf, type RoomSearch } from "./room-search.js";

/** Makes a solver; `of` tells for which interval, and for schedules how much longer than the critical path. */
export type NewSolver = (of?: { readonly ii: number; readonly room: number }) => SatSolver;

export interface IntervalSearchOptions {
  readonly now: () => number;
  readonly maxIi: number;
  readonly seed: number;
  readonly solver?: NewSolver | undefined;
  readonly progress?: ((attempt: Attempt) => void) | undefined;
}

/** More nodes times elements make more clauses than are worth solving. */
const MOST_PAIRS = 4000;
/** Annealings with the same effort. */
const TRIES = 4;

export class IntervalSearch {
  readonly bounds: Bounds;
  best: Mapping | undefined;
  /** How far the last negotiation came that found nothing. */
  partial: PartialMapping | undefined;
  /** Clauses say something about graphs of this size. */
  readonly usesClauses: boolean;
  /** Values that are carried on take slots from operations: then good places are most of a mapping. */
  private readonly takesSlots: boolean;
  /** By interval. */
  private readonly rooms = new Map<number, readonly RoomSearch[]>();
  private readonly heuristic: Attempt[] = [];
  /** Intervals from here on need not be tried. */
  private above: number;

  constructor(
    private readonly problem: Problem,
    private readonly deadline: number,
    private readonly options: IntervalSearchOptions,
  ) {
    this.bounds = boundsOf(problem);
    this.above = options.maxIi + 1;
    const { graph, fabric } = problem;
    this.takesSlots = fabric.route === "issue";
    this.usesClauses = graph.nodes.length * fabric.elements.length <= MOST_PAIRS;
  }

  isOver(): boolean {
    return this.options.now() >= this.deadline;
  }

  /** Intervals that would be better than what there is, smallest first. */
  open(): number[] {
    const { mii } = this.bounds;
    return Array.from({ length: Math.max(0, this.above - mii) }, (_, i) => mii + i);
  }
  isOpen(ii: number): boolean {
    return ii < this.above && !this.isOver();
  }

  attempts(): readonly Attempt[] {
    const clauses = [...this.rooms.values()].flat().filter((search) => search.hasRun());
    return [...this.heuristic, ...clauses.map((search) => search.attempt())];
  }

  isRefuted(ii: number): boolean {
    return this.usesClauses && this.roomsAt(ii).every((s) => s.result() === "refuted");
  }
  /** Every interval that would be better is refuted, by clauses that forbid nothing a mapping may need. */
  isProved(): boolean {
    return (
      this.best !== undefined &&
      this.open().every((ii) => this.isRefuted(ii) && this.roomsAt(ii).every((s) => s.isExact()))
    );
  }

  byClauses(ii: number, conflicts: number): boolean {
    for (const search of this.roomsAt(ii)) {
      if (this.isOver()) return false;
      if (search.result() !== "unknown") continue;
      const mapping = search.run(conflicts, () => this.isOver());
      this.options.progress?.(search.attempt());
      if (this.keep(ii, mapping)) return true;
    }
    return false;
  }

  /** Where clauses are too many, places are annealed first. */
  byNegotiation(ii: number, rounds: number, effort: number, until = this.deadline): boolean {
    const { now } = this.options;
    const start = now();
    const more = {
      rounds,
      seed: this.nextSeed(),
      stop: () => now() >= until,
      failed: (partial: PartialMapping) => void (this.partial = partial),
    };
    const mapping = this.usesClauses
      ? negotiate(this.problem, ii, more)
      : negotiateNear(this.problem, ii, { ...more, effort });
    const how = { method: "negotiation", rounds, ...(!this.usesClauses && { effort }) } as const;
    this.note({ ii, result: mapping ? "mapped" : "unknown", ms: now() - start, ...how });
    return this.keep(ii, mapping);
  }

  byPlaces(ii: number, effort: number): boolean {
    const { now, solver = () => satSolver() } = this.options;
    for (let k = 0; k < TRIES && this.takesSlots && !this.isOver(); k++) {
      const start = now();
      const stop = (): boolean => this.isOver();
      const seed = this.nextSeed();
      const mapping = placeFirst(this.problem, ii, {
        effort,
        seed,
        stop,
        newSolver: () => solver(),
      });
      const result = mapping ? "mapped" : "unknown";
      this.note({ ii, result, ms: now() - start, method: "annealing", effort });
      if (this.keep(ii, mapping)) return true;
    }
    return false;
  }

  private roomsAt(ii: number): readonly RoomSearch[] {
    const known = this.rooms.get(ii);
    if (known !== undefined) return known;
    const { solver = () => satSolver(), now } = this.options;
    const made = roomsOf(this.problem).map((room) =>
      roomSearch(this.problem, ii, room, () => solver({ ii, room }), now),
    );
    this.rooms.set(ii, made);
    return made;
  }

  /** A seed for each attempt, so that each chooses differently. */
  private nextSeed(): number {
    return this.options.seed + this.heuristic.length;
  }
  private note(attempt: Attempt): void {
    this.heuristic.push(attempt);
    this.options.progress?.(attempt);
  }
  private keep(ii: number, mapping: Mapping | undefined): boolean {
    if (mapping === undefined) return false;
    this.best = mapping;
    this.above = ii;
    return true;
  }
}
