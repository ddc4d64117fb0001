/**
 * Mapping by negotiation: operations are placed where their values travel cheaply, resources may be taken twice for a
 * while, and what is overused is placed and routed anew at rising prices until nothing is (iterative modulo scheduling,
 * Rau 1994, with the congestion of PathFinder). It refutes nothing, but maps what is too large for clauses.
 */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { carriesValue } from "../../dfg/dfg.js";
import { bankOf } from "../../fabric/fabric.js";
import { constantKeys } from "../../machine/constants.js";
import { earliest, latest } from "../bounds.js";
import type { Excess } from "../excess.js";
import type { Crossing, Hold, Mapping, Move, ValueRoute } from "../mapping.js";
import type { Problem } from "../places.js";
import { shortfallOf } from "../shortfall.js";
import type { Field } from "./field.js";
import { Resources } from "./resources.js";
import { Router, type Costs, type Origin, type Use, type Way } from "./router.js";

export interface NegotiateOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly stop?: () => boolean;
}

/** What one more kind of constant on a full element costs at first. */
const CONSTANT_PRICE = 20;
const RESOURCE_OF = { registers: "register", reads: "read", writes: "write" } as const;
/** A later start keeps values longer; of equal places the earlier is better. */
const TIME_PRICE = 0.01;

/** A mapping at the interval, if one is found in so many rounds. */
export function negotiate(
  problem: Problem,
  ii: number,
  options: NegotiateOptions,
): Mapping | undefined {
  const state = new Negotiation(problem, ii, options.seed);
  if (!state.isPossible) return undefined;
  for (let round = 0; round < options.rounds; round++) {
    const open = state.conflicted();
    if (open.length === 0) {
      const mapping = state.mapping();
      const { excesses } = shortfallOf(problem, mapping);
      if (excesses.length === 0) return mapping;
      state.limit(excesses);
      continue;
    }
    for (const v of open) {
      if (options.stop?.() === true) return undefined;
      state.place(v, open.length <= FEW);
    }
    state.endRound();
  }
  return undefined;
}

/** Cycles are within this distance of 0. */
const MOST_TIME = 1 << 20;
const useKey = (resource: number, time: number): number =>
  resource * 2 * MOST_TIME + time + MOST_TIME;

/** When only so many nodes are in conflict, those that stay so need room: prices alone no longer move them. */
const FEW = 8;
/** After so many such rounds a node makes its readers give way, after twice as many its operands too. */
const PATIENCE = 4;

class Negotiation {
  private readonly resources: Resources;
  private readonly router: Router;
  /** Room for costs from each operand. */
  private readonly fields: Field[] = [];
  /** By node: for how many rounds it has been in conflict. */
  private readonly stuck: Int32Array;
  private readonly random;
  private readonly asap: readonly number[];
  private readonly height: readonly number[];
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

  constructor(
    private readonly problem: Problem,
    private readonly ii: number,
    seed: number,
  ) {
    const { graph, fabric } = problem;
    this.resources = new Resources(problem, ii);
    this.router = new Router(problem, this.resources);
    this.random = xoroshiro128plus(seed);
    const asap = earliest(problem, ii);
    this.isPossible = asap !== undefined;
    this.asap = asap ?? [];
    const horizon = Math.max(0, ...this.asap);
    const alap = asap === undefined ? [] : latest(problem, ii, horizon);
    // Long ways to the end and little room first.
    this.height = graph.nodes.map((_, v) => (alap[v] ?? 0) + ((alap[v] ?? 0) - (asap?.[v] ?? 0)));
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

  private isPlaced(v: number): boolean {
    return this.element[v]! >= 0;
  }

  /** Nodes without a place, and those that take what others take too; those with the least room first. */
  conflicted(): number[] {
    const { graph } = this.problem;
    const open = graph.nodes.flatMap((_, v) => (this.isConflicted(v) ? [v] : []));
    const order = new Map(open.map((v) => [v, this.height[v]! + this.uniform(0, 999) / 1000]));
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
      element: this.element[u]!,
      made: this.time[u]! + this.problem.latencies[u]! - 1,
      ways,
      has: (resource, time) => taken.has(useKey(resource, time)),
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
    const { graph, latencies } = this.problem;
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
    if (chosen === undefined) return;
    this.element[v] = chosen.element;
    this.time[v] = chosen.time;
    for (const { resource, time } of this.usesOf(v)) this.resources.take(resource, time);
    const length = (i: number): number => {
      const { from, to, distance } = graph.edges[i]!;
      return this.time[to]! + distance * this.ii - this.time[from]! - latencies[from]!;
    };
    const joined = this.edgesOf[v]!.filter((i) => carriesValue(graph.edges[i]!));
    for (const i of [...joined].sort((a, b) => length(a) - length(b))) this.route(i);
  }

  private removeNext(v: number, which: "readers" | "operands"): void {
    for (const i of this.edgesOf[v]!) {
      const { from, to } = this.problem.graph.edges[i]!;
      const other = which === "readers" ? to : from;
      if (other !== v) this.remove(other);
    }
  }

  private cheapest(v: number): { readonly element: number; readonly time: number } | undefined {
    const { graph, places, latencies } = this.problem;
    const { ii } = this;
    let low = -Infinity;
    let high = Infinity;
    for (const i of this.edgesOf[v]!) {
      const { from, to, distance } = graph.edges[i]!;
      if (from === to) continue;
      if (to === v && this.isPlaced(from))
        low = Math.max(low, this.time[from]! + latencies[from]! - distance * ii);
      if (from === v && this.isPlaced(to))
        high = Math.min(high, this.time[to]! - latencies[v]! + distance * ii);
    }
    const room = 2 * ii + 3;
    if (low === -Infinity) low = high === Infinity ? this.asap[v]! : high - room;
    high = Math.min(high, low + room);
    if (high < low) return undefined;

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
        const costs = this.router.backward(this.element[to]!, time, low + latencies[v]! - 1);
        onward.push({ costs });
      }
    }
    let best: { element: number; time: number; cost: number } | undefined;
    for (const p of places[v]!) {
      const constants = this.constantCost(v, p);
      for (let t = low; t <= high; t++) {
        let cost = constants + TIME_PRICE * (t - low) + this.uniform(0, 99) / 5000;
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

  endRound(): void {
    this.resources.raise();
  }

  mapping(): Mapping {
    const { graph } = this.problem;
    // Times start in the first interval.
    const first = Math.min(...this.time);
    const shift = -Math.floor(first / this.ii) * this.ii;
    const routes = graph.nodes.map((_, u) => this.routeOf(u, shift));
    return {
      ii: this.ii,
      elements: [...this.element],
      times: [...this.time].map((t) => t + shift),
      routes,
    };
  }

  private routeOf(u: number, shift: number): ValueRoute {
    const holds = new Map<string, Hold>();
    const moves = new Map<string, Move>();
    const crossings = new Map<string, Crossing>();
    const hold = (element: number, time: number, place: Hold["place"]): void => {
      holds.set(`${element} ${time} ${place}`, { element, time: time + shift, place });
    };
    const cross = (path: readonly number[], time: number): void => {
      for (let k = 1; k < path.length; k++) {
        const [from, to] = [path[k - 1]!, path[k]!];
        crossings.set(`${from} ${to} ${time}`, { from, to, time: time + shift });
      }
    };
    this.problem.graph.edges.forEach(({ from }, i) => {
      const way = this.ways[i];
      if (from !== u || way === undefined) return;
      for (const step of way.steps) {
        // Where links carry values on, results count as held in a register from the start.
        hold(step.element, step.time, this.router.usesLinks ? "register" : step.place);
        if (step.kind === "moved")
          moves.set(`${step.element} ${step.time}`, {
            element: step.element,
            from: step.path[0]!,
            time: step.time + shift,
          });
        if (step.kind === "crossed") cross(step.path, step.time);
      }
      cross(way.last, way.readTime);
    });
    return {
      holds: [...holds.values()],
      moves: [...moves.values()],
      crossings: [...crossings.values()],
    };
  }
}
