/** What a search for the smallest interval knows, and the ways it has to map at one interval. */
import { satSolver, type Memory, type SatSolver } from "../../../sat/index.js";
import type { Attempt } from "./attempt.js";
import { boundsOf, type Bounds } from "./bounds.js";
import type { Budget } from "./budget.js";
import { clauseSearch } from "./clause-search.js";
import type { Mapping } from "./mapping.js";
import { negotiateNear } from "./negotiate-near.js";
import { negotiate, type PartialMapping } from "./negotiate/index.js";
import { placeFirst } from "./place-first.js";
import type { Problem } from "./places.js";
import { roomSearch, roomsOf, type RoomSearch } from "./room-search.js";
import { hasSpaceClauses } from "./space-clauses.js";
import { spaceSearch } from "./space-search.js";

/** Makes a solver; `of` tells for which interval, and for schedules how much longer than the critical path. */
export type NewSolver = (
  memory: Memory,
  of?: { readonly ii: number; readonly room: number },
) => SatSolver;

export interface IntervalSearchOptions {
  readonly budget: Budget;
  readonly memory: Memory;
  readonly now: () => number;
  readonly maxIi: number;
  readonly seed: number;
  readonly solver?: NewSolver | undefined;
  readonly progress?: ((attempt: Attempt) => void) | undefined;
}

/** More nodes times elements make more clauses than are worth solving. */
const MOST_PAIRS = 4000;
/** Conflicts of placement without time, for each of a search with time: what it refutes ends all others. */
const SPACE_SHARE = 8;
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
  /** By interval: placement without time. */
  private readonly spaces = new Map<number, RoomSearch>();
  private readonly heuristic: Attempt[] = [];
  /** Intervals from here on need not be tried. */
  private above: number;

  constructor(
    private readonly problem: Problem,
    private readonly options: IntervalSearchOptions,
  ) {
    this.bounds = boundsOf(problem);
    this.above = options.maxIi + 1;
    const { graph, fabric } = problem;
    this.takesSlots = fabric.route === "issue";
    this.usesClauses = graph.nodes.length * fabric.elements.length <= MOST_PAIRS;
  }

  isOver(): boolean {
    return this.options.budget.isOver();
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
    const clauses = this.searches().filter((search) => search.hasRun());
    return [...this.heuristic, ...clauses.map((search) => search.attempt())];
  }
  private searches(): readonly RoomSearch[] {
    return [...this.spaces.values(), ...[...this.rooms.values()].flat()];
  }
  isShortOfMemory(): boolean {
    return this.searches().some((search) => search.isShortOfMemory());
  }

  /** For schedules up to some length, or of any. */
  isRefuted(ii: number): boolean {
    return this.usesClauses && (this.isRefutedInSpace(ii) || this.isRefutedInRooms(ii));
  }
  private isRefutedInSpace(ii: number): boolean {
    return this.spaces.get(ii)?.result() === "refuted";
  }
  private isRefutedInRooms(ii: number): boolean {
    return this.roomsAt(ii).every((s) => s.result() === "refuted");
  }
  /** Cycles beyond the critical path that schedules of open intervals were given. */
  room(): number {
    const isUnlimited = this.open().every((ii) => this.isRefutedInSpace(ii));
    return isUnlimited ? Infinity : Math.max(...roomsOf(this.problem));
  }
  /** Every interval that would be better is refuted, by clauses that forbid nothing a mapping may need. */
  isProved(): boolean {
    return (
      this.best !== undefined &&
      this.open().every(
        (ii) =>
          this.isRefutedInSpace(ii) ||
          (this.usesClauses &&
            this.roomsAt(ii).every((s) => s.result() === "refuted" && s.isExact())),
      )
    );
  }

  /** First what holds for schedules of any length. */
  byClauses(ii: number, conflicts: number): boolean {
    for (const search of [...this.spaceAt(ii), ...this.roomsAt(ii)]) {
      if (this.isOver() || this.isRefutedInSpace(ii)) return false;
      if (!search.isOpen()) continue;
      const share = search.room === Infinity ? SPACE_SHARE : 1;
      const mapping = search.run(share * conflicts, this.options.budget);
      this.options.progress?.(search.attempt());
      if (this.keep(ii, mapping)) return true;
    }
    return false;
  }

  /** Where clauses are too many, places are annealed first. */
  byNegotiation(ii: number, rounds: number, effort: number, budget = this.options.budget): boolean {
    const { now } = this.options;
    const start = now();
    const more = {
      rounds,
      seed: this.nextSeed(),
      budget,
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
    const { now, budget } = this.options;
    for (let k = 0; k < TRIES && this.takesSlots && !this.isOver(); k++) {
      const start = now();
      const seed = this.nextSeed();
      const memory = this.options.memory.part();
      const newSolver = (): SatSolver => this.newSolver(memory);
      const mapping = placeFirst(this.problem, ii, { effort, seed, budget, newSolver });
      memory.release();
      const result = mapping ? "mapped" : "unknown";
      this.note({ ii, result, ms: now() - start, method: "annealing", effort });
      if (this.keep(ii, mapping)) return true;
    }
    return false;
  }

  private roomsAt(ii: number): readonly RoomSearch[] {
    const known = this.rooms.get(ii);
    if (known !== undefined) return known;
    const made = roomsOf(this.problem).map((room) => this.searchFor(ii, room));
    this.rooms.set(ii, made);
    return made;
  }
  private spaceAt(ii: number): readonly RoomSearch[] {
    if (!hasSpaceClauses(this.problem)) return [];
    const known = this.spaces.get(ii);
    if (known !== undefined) return [known];
    const made = this.searchFor(ii, Infinity);
    this.spaces.set(ii, made);
    return [made];
  }
  private searchFor(ii: number, room: number): RoomSearch {
    const memory = this.options.memory.part();
    const { now } = this.options;
    return roomSearch({ ii, room, memory, now }, () => {
      const solver = this.newSolver(memory, { ii, room });
      const search =
        room === Infinity
          ? spaceSearch(this.problem, ii, solver)
          : clauseSearch(this.problem, ii, room, solver);
      return { solver, search };
    });
  }
  private newSolver(memory: Memory, of?: { ii: number; room: number }): SatSolver {
    const { solver = (memory: Memory) => satSolver({ memory }) } = this.options;
    return solver(memory, of);
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
    for (const search of this.searches()) if (search.ii >= ii) search.end();
    return true;
  }
}
