/**
 * The state of a negotiation: each node has a place and its values ways, or not yet; what is overused costs more and
 * more.
 */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { carriesValue } from "../../dfg/dfg.js";
import { bankOf } from "../../fabric/fabric.js";
import { constantKeys } from "../../machine/constants.js";
import { earliest, latest } from "../bounds.js";
import type { Budget } from "../budget.js";
import type { Excess } from "../excess.js";
import { distancesOf, type Problem } from "../places.js";
import type { PartialMapping } from "./index.js";
import type { Field } from "./field.js";
import { laterStages } from "./later-stages.js";
import { orderOf, scarcityOf } from "./order.js";
import { Resources } from "./resources.js";
import { Router, type Costs, type Origin, type Use, type Way } from "./router.js";
import type { Placement } from "./to-mapping.js";

/** What one more kind of constant on a full element costs at first. */
const CONSTANT_PRICE = 20;
const RESOURCE_OF = { registers: "register", reads: "read", writes: "write" } as const;
/** A later start keeps values longer; of equal places the earlier is better. */
const TIME_PRICE = 0.01;
/** Nodes of equal order take turns by chance. */
const TIE = 1e-6;

/** Cycles are within this distance of 0. */
const MOST_TIME = 1 << 20;
const useKey = (resource: number, time: number): number =>
  resource * 2 * MOST_TIME + time + MOST_TIME;

/** After so many rounds a node that stays in conflict makes its readers give way, after twice as many its operands too. */
const PATIENCE = 4;

export interface NegotiationOptions {
  readonly seed: number;
  /** What is looked at is spent. */
  readonly budget: Budget;
}

/** Where operations are for now, and the ways of their values. */
export class Negotiation {
  private readonly resources: Resources;
  private readonly router: Router;
  /** Links from element to element. */
  private readonly far: readonly Float64Array[];
  /** Room for costs from each operand. */
  private readonly fields: Field[] = [];
  /** By node: for how many rounds it has been in conflict. */
  private readonly stuck: Int32Array;
  private readonly random;
  private readonly budget: Budget;
  private readonly asap: readonly number[];
  private readonly order: readonly number[];
  private readonly scarcity: ReturnType<typeof scarcityOf>;
  private readonly element: Int32Array;
  private readonly time: Int32Array;
  /** By edge: how its value gets to its reader. */
  private readonly ways: (Way | undefined)[];
  /** By node: how often its value takes a resource in a cycle. */
  private readonly taken: readonly Map<number, number>[];
  private readonly edgesOf: readonly (readonly number[])[];
  private readonly constants: readonly (readonly string[])[];
  /** By element. */
  private readonly constantPrice: Float64Array;
  readonly isPossible: boolean;

  /** With the places that the problem leaves of those of the whole. */
  constructor(
    private problem: Problem,
    whole: Problem,
    readonly ii: number,
    { seed, budget }: NegotiationOptions,
  ) {
    const { graph, fabric } = problem;
    this.budget = budget;
    this.resources = new Resources(problem, ii);
    this.router = new Router(problem, this.resources, budget);
    this.far = distancesOf(problem);
    this.random = xoroshiro128plus(seed);
    const asap = earliest(problem, ii);
    this.isPossible = asap !== undefined;
    this.asap = asap ?? [];
    const horizon = Math.max(0, ...this.asap);
    const alap = asap === undefined ? [] : latest(problem, ii, horizon);
    this.order = asap === undefined ? [] : orderOf(problem, asap, alap);
    this.scarcity = scarcityOf(whole, ii);
    this.element = new Int32Array(graph.nodes.length).fill(-1);
    this.time = new Int32Array(graph.nodes.length);
    this.stuck = new Int32Array(graph.nodes.length);
    this.ways = graph.edges.map(() => undefined);
    this.taken = graph.nodes.map(() => new Map<number, number>());
    const edgesOf: number[][] = graph.nodes.map(() => []);
    graph.edges.forEach(({ from, to }, i) => {
      edgesOf[from]!.push(i);
      if (to !== from) edgesOf[to]!.push(i);
    });
    this.edgesOf = edgesOf;
    this.constants = graph.nodes.map((node) => constantKeys(node, fabric));
    this.constantPrice = new Float64Array(fabric.elements.length).fill(CONSTANT_PRICE);
  }

  /** Goes on with other places, at lower pressure. */
  widen(problem: Problem): void {
    this.problem = problem;
    this.router.widen(problem);
    this.resources.relax();
    this.stuck.fill(0);
  }

  private isPlaced(v: number): boolean {
    return this.element[v]! >= 0;
  }

  /** Nodes without a place, and those that take what others take too; first those that others wait for. */
  conflicted(): number[] {
    const { graph } = this.problem;
    const open = graph.nodes.flatMap((_, v) => (this.isConflicted(v) ? [v] : []));
    const order = new Map(open.map((v) => [v, this.order[v]! + this.uniform(0, 999) * TIE]));
    return open.sort((a, b) => order.get(a)! - order.get(b)!);
  }

  private uniform(from: number, to: number): number {
    return uniformInt(this.random, from, to);
  }

  private isConflicted(v: number): boolean {
    if (!this.isPlaced(v)) return true;
    if (this.usesOf(v).some((u) => this.resources.isOverused(u.resource, u.time))) return true;
    const { graph } = this.problem;
    return this.edgesOf[v]!.some((i) => {
      const way = this.ways[i];
      if (way === undefined) return carriesValue(graph.edges[i]!);
      return way.uses.some((u) => this.resources.isOverused(u.resource, u.time));
    });
  }

  /** What the operation itself takes. */
  private usesOf(v: number, p = this.element[v]!, t = this.time[v]!): Use[] {
    const { graph, fabric, busy, latencies } = this.problem;
    const { resources: r } = this;
    const uses: Use[] = [];
    for (let k = 0; k < busy[v]!; k++) uses.push({ resource: r.of("issue", p), time: t + k });
    uses.push({ resource: r.of("output", p), time: t + latencies[v]! - 1 });
    const bank = bankOf(fabric, graph.nodes[v]!, p);
    if (bank !== undefined) uses.push({ resource: r.ofBank(fabric.banks.indexOf(bank)), time: t });
    return uses;
  }

  /** Takes the node off its place, with the ways of all it is joined to. */
  private remove(v: number): void {
    if (!this.isPlaced(v)) return;
    for (const { resource, time } of this.usesOf(v)) this.resources.release(resource, time);
    for (const i of this.edgesOf[v]!) this.unroute(i);
    this.element[v] = -1;
  }

  private unroute(i: number): void {
    const way = this.ways[i];
    if (way === undefined) return;
    this.ways[i] = undefined;
    const taken = this.taken[this.problem.graph.edges[i]!.from]!;
    for (const { resource, time } of way.uses) {
      const key = useKey(resource, time);
      const left = taken.get(key)! - 1;
      if (left > 0) taken.set(key, left);
      else {
        taken.delete(key);
        this.resources.release(resource, time);
      }
    }
  }

  private origin(u: number): Origin {
    const ways = this.edgesOf[u]!.flatMap((i) => {
      const way = this.ways[i];
      return way !== undefined && this.problem.graph.edges[i]!.from === u ? [way] : [];
    });
    const taken = this.taken[u]!;
    return {
      node: u,
      element: this.element[u]!,
      made: this.time[u]! + this.problem.latencies[u]! - 1,
      ways,
      has: (resource, time) => taken.size > 0 && taken.has(useKey(resource, time)),
    };
  }

  private route(i: number): void {
    const { from, to, distance } = this.problem.graph.edges[i]!;
    if (this.ways[i] !== undefined || !this.isPlaced(from) || !this.isPlaced(to)) return;
    const way = this.router.way(
      this.origin(from),
      this.element[to]!,
      this.time[to]! + distance * this.ii,
    );
    if (way === undefined) return;
    this.ways[i] = way;
    const taken = this.taken[from]!;
    for (const { resource, time } of way.uses) {
      const key = useKey(resource, time);
      const before = taken.get(key) ?? 0;
      taken.set(key, before + 1);
      if (before === 0) this.resources.take(resource, time);
    }
  }

  /** Puts the node where it costs least; neighbours that leave it no room lose their places. */
  place(v: number, isLate: boolean): void {
    if (!this.isConflicted(v)) return;
    this.remove(v);
    if (isLate) {
      const rounds = ++this.stuck[v]!;
      if (rounds % PATIENCE === 0) this.removeNext(v, "readers");
      if (rounds % (2 * PATIENCE) === 0) this.removeNext(v, "operands");
    }
    let chosen = this.cheapest(v);
    if (chosen === undefined) {
      this.removeNext(v, "readers");
      chosen = this.cheapest(v);
    }
    if (chosen === undefined) {
      this.removeNext(v, "operands");
      chosen = this.cheapest(v);
    }
    if (chosen !== undefined) this.put(v, chosen.element, chosen.time);
  }

  private put(v: number, element: number, time: number): void {
    const { graph, latencies } = this.problem;
    this.element[v] = element;
    this.time[v] = time;
    for (const { resource, time } of this.usesOf(v)) this.resources.take(resource, time);
    const length = (i: number): number => {
      const { from, to, distance } = graph.edges[i]!;
      return this.time[to]! + distance * this.ii - this.time[from]! - latencies[from]!;
    };
    const joined = this.edgesOf[v]!.filter((i) => carriesValue(graph.edges[i]!));
    for (const i of [...joined].sort((a, b) => length(a) - length(b))) this.route(i);
  }

  /** Starts operations later whose values wait, by whole intervals. */
  private putOff(): void {
    const { graph, latencies } = this.problem;
    const before = graph.nodes.map((_, v) => (this.isPlaced(v) ? this.time[v] : undefined));
    const after = laterStages(graph, before, this.ii, (i) => {
      const { from, to } = graph.edges[i]!;
      return latencies[from]! + this.travel(i, this.far[this.element[from]!]![this.element[to]!]!);
    });
    const moved = graph.nodes.flatMap((_, v) => (after[v] === before[v] ? [] : [v]));
    const elements = moved.map((v) => this.element[v]!);
    for (const v of moved) this.remove(v);
    moved.forEach((v, k) => this.put(v, elements[k]!, after[v]!));
  }

  private removeNext(v: number, which: "readers" | "operands"): void {
    for (const i of this.edgesOf[v]!) {
      const { from, to } = this.problem.graph.edges[i]!;
      const other = which === "readers" ? to : from;
      if (other !== v) this.remove(other);
    }
  }

  /** Cycles that the value of an edge is on its way over so many links. */
  private travel(edge: number, links: number): number {
    const { graph, fabric } = this.problem;
    if (!carriesValue(graph.edges[edge]!)) return 0;
    return Math.max(0, Math.ceil(links / fabric.hops) - 1);
  }

  /** Links between an element and the nearest place of a node. */
  private nearest(v: number, links: (place: number) => number): number {
    let least = Infinity;
    for (const p of this.problem.places[v]!) least = Math.min(least, links(p));
    return least;
  }

  /** Cycles the node may start in, given its neighbours; unbounded where none is placed. */
  private bounds(v: number): { readonly low: number; readonly high: number } {
    const { graph, latencies } = this.problem;
    const { ii, far } = this;
    let low = -Infinity;
    let high = Infinity;
    for (const i of this.edgesOf[v]!) {
      const { from, to, distance } = graph.edges[i]!;
      if (from === to) continue;
      if (to === v && this.isPlaced(from)) {
        const travel = this.travel(
          i,
          this.nearest(v, (p) => far[this.element[from]!]![p]!),
        );
        low = Math.max(low, this.time[from]! + latencies[from]! + travel - distance * ii);
      }
      if (from === v && this.isPlaced(to)) {
        const travel = this.travel(
          i,
          this.nearest(v, (p) => far[p]![this.element[to]!]!),
        );
        high = Math.min(high, this.time[to]! - latencies[v]! - travel + distance * ii);
      }
    }
    return { low, high };
  }

  private cheapest(v: number): { readonly element: number; readonly time: number } | undefined {
    const { graph, places, latencies } = this.problem;
    const { ii } = this;
    let { low, high } = this.bounds(v);
    // What others wait for is best late, since its operands are often kept for others anyway.
    const isAwaited = high !== Infinity;
    const room = 2 * ii + 3;
    if (low === -Infinity) low = isAwaited ? high - room : this.asap[v]!;
    if (!isAwaited) high = low + room;
    // Nothing is in time, or some neighbour is out of reach.
    if (!(high >= low && Number.isFinite(high - low))) return undefined;
    const isTried = (t: number): boolean =>
      high - low <= 2 * room || t <= low + room || t >= high - room;

    const fields: { readonly field: Field; readonly shift: number }[] = [];
    const onward: { readonly costs: Costs }[] = [];
    for (const i of this.edgesOf[v]!) {
      const edge = graph.edges[i]!;
      const { from, to, distance } = edge;
      if (from === to || !carriesValue(edge)) continue;
      if (to === v && this.isPlaced(from)) {
        const shift = distance * ii;
        const field = (this.fields[fields.length] ??= this.router.field());
        this.router.forward(field, this.origin(from), high + shift - 1);
        fields.push({ field, shift });
      }
      if (from === v && this.isPlaced(to)) {
        const time = this.time[to]! + distance * ii;
        const costs = this.router.backward(v, this.element[to]!, time, low + latencies[v]! - 1);
        onward.push({ costs });
      }
    }
    let best: { element: number; time: number; cost: number } | undefined;
    const scarcity = this.scarcity(places[v]!.length);
    this.budget.spend(places[v]!.length * (high - low + 1) * (1 + fields.length + onward.length));
    for (const p of places[v]!) {
      const place = this.constantCost(v, p) + (scarcity[p] ?? 0);
      for (let t = low; t <= high; t++) {
        if (!isTried(t)) continue;
        const wait = TIME_PRICE * (isAwaited ? high - t : t - low);
        let cost = place + wait + this.uniform(0, 99) / 5000;
        for (const { resource, time } of this.usesOf(v, p, t))
          cost += this.resources.cost(resource, time);
        for (const { field, shift } of fields) cost += field.reading(p, t + shift);
        for (const { costs } of onward) cost += costs(p, t + latencies[v]! - 1);
        if (cost < (best?.cost ?? Infinity)) best = { element: p, time: t, cost };
      }
    }
    return best;
  }

  private constantCost(v: number, p: number): number {
    const own = this.constants[v]!;
    if (own.length === 0) return 0;
    const keys = new Set(own);
    for (let u = 0; u < this.constants.length; u++)
      if (this.element[u] === p && u !== v) for (const key of this.constants[u]!) keys.add(key);
    return this.constantPrice[p]! * Math.max(0, keys.size - this.problem.fabric.constants);
  }

  /** Less may be taken of what was not enough though the count said so. */
  limit(excesses: readonly Excess[]): void {
    for (const excess of excesses) {
      const p = excess.element;
      if (excess.kind === "constants") {
        for (const v of excess.nodes) this.remove(v);
        this.constantPrice[p] = 2 * this.constantPrice[p]!;
      } else this.resources.lower(this.resources.of(RESOURCE_OF[excess.kind], p));
    }
  }

  /** Overused resources become dearer; where registers are, values are to be kept for less time. */
  endRound(): void {
    if (this.resources.isOverusedAnywhere("register")) this.putOff();
    this.resources.raise();
  }

  /** Without these nodes. */
  partial(open: readonly number[]): PartialMapping {
    const isOpen = new Set(open);
    const places = this.problem.graph.nodes.map((_, v) =>
      isOpen.has(v) ? undefined : { element: this.element[v]!, time: this.time[v]! },
    );
    return { ii: this.ii, places, shortages: this.resources.shortages() };
  }

  placement(): Placement {
    return {
      ii: this.ii,
      elements: [...this.element],
      times: [...this.time],
      ways: this.ways,
      usesLinks: this.router.usesLinks,
    };
  }
}
