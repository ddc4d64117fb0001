/**
 * Places by simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983), without time: operations move and change places
 * while what their values need on the way to their readers, and elements with more to do than slots, cost less and less.
 */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { carriesValue } from "../dfg/dfg.js";
import type { Budget } from "./budget.js";
import { bankOf, type Bank } from "../fabric/fabric.js";
import { constantKeys } from "../machine/constants.js";
import { distancesOf, type Problem } from "./places.js";

/** Where operations are, and where their values are carried on, without time. */
export interface Space {
  /** By node. */
  readonly elements: readonly number[];
  /** By node: elements on the ways of its value besides those of its readers. */
  readonly carriers: readonly (readonly number[])[];
  /** Slots, accesses and constants that are missing, and cycles that recurrences leave too few. */
  readonly excess: number;
}

/** How a value gets to its readers. */
interface Way {
  /** Elements it goes over. */
  readonly carriers: readonly number[];
  /** What it takes of elements and links. */
  readonly taken: readonly number[];
  /** Cycles more than there is time for. */
  readonly late: number;
}
const STAY: Way = { carriers: [], taken: [], late: 0 };

export interface AnnealOptions {
  readonly seed: number;
  /** Changes tried at each temperature, for each node. */
  readonly effort: number;
  readonly budget: Budget;
}

const FIRST_TEMPERATURE = 2;
const LAST_TEMPERATURE = 0.05;
const COOLING = 0.9;
/** What a step on a way costs: a move is counted in slots too. */
const MOVE_PRICE = 0.1;
const LINK_PRICE = 0.5;
/** What a slot too few costs. */
const OVERUSE_PRICE = 1.5;
/** A way longer than the recurrence it is in leaves time for. */
const LATE_PRICE = 3;
/** How many of ten changes bring a node near one it is joined to. */
const DIRECTED = 4;

/** Work that routing takes, about that of as many clauses looked at. */
const LOOKS_OF_VALUE = 3;
const LOOKS_OF_READER = 2;

export function anneal(problem: Problem, ii: number, options: AnnealOptions): Space {
  const state = new Annealing(problem, ii, options.seed);
  const { budget } = options;
  const { length } = problem.graph.nodes;
  for (let t = FIRST_TEMPERATURE; t > LAST_TEMPERATURE; t *= COOLING) {
    let changes = 0;
    for (let i = 0; i < options.effort * length; i++) if (state.change(t)) changes++;
    budget.spend(state.looks());
    if (changes === 0 || budget.isOver() || state.isDone()) break;
  }
  return state.space();
}

class Annealing {
  private readonly random;
  private readonly element: Int32Array;
  private readonly count: number;
  /** By element, and behind them by link: slots taken. */
  private readonly load: Int32Array;
  /** By pair of elements the link, as a position in `load`. */
  private readonly linkAt: Int32Array;
  private readonly ways: Way[];
  private readonly near: readonly Float64Array[];
  /** By pair of elements: the next one on shortest ways. */
  private readonly next: readonly (readonly (readonly number[])[])[];
  private readonly readers: readonly (readonly {
    readonly node: number;
    readonly room: number;
  }[])[];
  private readonly joined: readonly (readonly number[])[];
  /** By node: itself and those whose values it reads. */
  private readonly values: readonly (readonly number[])[];
  private readonly takesSlots: boolean;
  private readonly keys: readonly (readonly string[])[];
  /** By element: how many nodes need each constant. */
  private readonly constants: readonly Map<string, number>[];
  private readonly accesses = new Map<Bank, number>();
  private overuse = 0;
  private lateness = 0;
  private steps = 0;
  private looked = 0;

  constructor(
    private readonly problem: Problem,
    private readonly ii: number,
    seed: number,
  ) {
    const { graph, fabric, places, sources } = problem;
    this.random = xoroshiro128plus(seed);
    this.takesSlots = fabric.route === "issue" || fabric.route === "none";
    this.near = distancesOf(problem);
    this.next = fabric.elements.map((_, from) =>
      fabric.elements.map((_, to) =>
        from === to
          ? []
          : sources[to]!.filter((p) => this.near[from]![p]! === this.near[from]![to]! - 1),
      ),
    );
    const room = fabric.route === "none" ? graph.edges.map(() => 0) : edgeRoom(problem, ii);
    const values = graph.edges.flatMap((e, i) =>
      carriesValue(e) && e.from !== e.to ? [{ ...e, room: room[i]! }] : [],
    );
    this.readers = graph.nodes.map((_, u) =>
      values.filter((e) => e.from === u).map((e) => ({ node: e.to, room: e.room })),
    );
    this.joined = graph.nodes.map((_, v) =>
      values.flatMap((e) => (e.from === v ? [e.to] : e.to === v ? [e.from] : [])),
    );
    this.values = graph.nodes.map((_, v) => [
      ...new Set([v, ...values.flatMap((e) => (e.to === v ? [e.from] : []))]),
    ]);
    this.keys = graph.nodes.map((node) => constantKeys(node, fabric));
    this.constants = fabric.elements.map(() => new Map<string, number>());
    this.count = fabric.elements.length;
    this.linkAt = new Int32Array(this.count * this.count);
    fabric.links.forEach(({ from, to }, i) => {
      this.linkAt[from * this.count + to] = this.count + i;
    });
    this.load = new Int32Array(this.count + fabric.links.length);
    this.element = Int32Array.from(places, (all) => all[this.uniform(0, all.length - 1)]!);
    this.ways = graph.nodes.map(() => STAY);
    graph.nodes.forEach((_, v) => this.occupy(v, this.element[v]!, 1));
    graph.nodes.forEach((_, v) => this.take(v, this.route(v)));
  }

  private uniform(from: number, to: number): number {
    return uniformInt(this.random, from, to);
  }

  /** Nothing is missing; where ways take links, shorter ones are better still. */
  isDone(): boolean {
    return this.takesSlots && this.overuse === 0 && this.lateness === 0;
  }
  space(): Space {
    return {
      elements: [...this.element],
      carriers: this.ways.map(({ carriers }) => carriers),
      excess: this.overuse + this.lateness,
    };
  }
  private cost(): number {
    return (
      (this.takesSlots ? MOVE_PRICE : LINK_PRICE) * this.steps +
      OVERUSE_PRICE * this.overuse +
      LATE_PRICE * this.lateness
    );
  }

  /** Work done since the last time that was asked. */
  looks(): number {
    const { looked } = this;
    this.looked = 0;
    return looked;
  }

  private put(resource: number, slots: number): void {
    const before = this.load[resource]!;
    const after = before + slots;
    this.load[resource] = after;
    this.overuse += growthOver(this.ii, before, after);
  }

  private take(u: number, way: Way): void {
    for (const r of way.taken) this.put(r, 1);
    this.steps += way.taken.length;
    this.lateness += way.late;
    this.ways[u] = way;
  }
  private release(u: number): void {
    const way = this.ways[u]!;
    for (const r of way.taken) this.put(r, -1);
    this.steps -= way.taken.length;
    this.lateness -= way.late;
    this.ways[u] = STAY;
  }

  /** Carries the value to its readers, nearest first, on the emptiest of shortest ways from where it is already. */
  private route(u: number): Way {
    const { near, readers, count } = this;
    this.looked += LOOKS_OF_VALUE;
    const start = this.element[u]!;
    const own = readers[u]!;
    if (own.length === 0) return STAY;
    const has = [start];
    /** Links crossed until there. */
    const depth = [0];
    const carriers: number[] = [];
    const taken: number[] = [];
    let late = 0;
    const far = (node: number): number => near[start]![this.element[node]!]!;
    const order = own.length < 2 ? own : [...own].sort((a, b) => far(a.node) - far(b.node));
    for (const { node, room } of order) {
      const q = this.element[node]!;
      let best = 0;
      for (let k = 1; k < has.length; k++) if (near[has[k]!]![q]! < near[has[best]!]![q]!) best = k;
      const p = has[best]!;
      let d = depth[best]!;
      if (near[p]![q]! === Infinity) {
        late += count;
        continue;
      }
      // Backwards from the reader, since ways are known by their ends.
      const path: number[] = [];
      this.looked += LOOKS_OF_READER;
      for (let at = q; near[p]![at]! > 1;) {
        let to = -1;
        for (const step of this.next[p]![at]!)
          if (to < 0 || this.load[this.taking(step, at)]! < this.load[this.taking(to, at)]!)
            to = step;
        path.push(to);
        at = to;
      }
      let at = p;
      for (const step of path.reverse()) {
        has.push(step);
        depth.push(++d);
        carriers.push(step);
        taken.push(this.takesSlots ? step : this.taking(at, step));
        at = step;
      }
      if (at !== q) d++;
      if (at !== q && !this.takesSlots) {
        has.push(q);
        depth.push(d);
        taken.push(this.taking(at, q));
      }
      late += Math.max(0, Math.ceil(d / this.problem.fabric.hops) - 1 - room);
    }
    return { carriers, taken, late };
  }

  /** What going on from an element to the next takes: a slot there, or the link. */
  private taking(from: number, to: number): number {
    return this.takesSlots ? from : this.linkAt[from * this.count + to]!;
  }

  /** Tries a node elsewhere, or two nodes on each other's places; takes it back when it is too dear, and says so. */
  change(temperature: number): boolean {
    const { places } = this.problem;
    const v = this.uniform(0, this.element.length - 1);
    const from = this.element[v]!;
    let to = places[v]![this.uniform(0, places[v]!.length - 1)]!;
    const joined = this.joined[v]!;
    if (joined.length > 0 && this.uniform(1, 10) <= DIRECTED) {
      const other = this.element[joined[this.uniform(0, joined.length - 1)]!]!;
      const around = this.problem.sources[other]!;
      const k = this.uniform(0, around.length);
      const p = k === 0 ? other : around[k - 1]!;
      if (places[v]!.includes(p)) to = p;
    }
    if (to === from) return false;
    let w = -1;
    if (this.uniform(0, 1) === 1) {
      const candidates: number[] = [];
      for (let u = 0; u < this.element.length; u++)
        if (this.element[u] === to && places[u]!.includes(from)) candidates.push(u);
      if (candidates.length > 0) w = candidates[this.uniform(0, candidates.length - 1)]!;
    }
    const before = this.cost();
    const touched =
      w < 0 ? this.values[v]! : [...new Set([...this.values[v]!, ...this.values[w]!])];
    const old = touched.map((u) => this.ways[u]!);
    for (const u of touched) this.release(u);
    this.move(v, from, to);
    if (w >= 0) this.move(w, to, from);
    for (const u of touched) this.take(u, this.route(u));
    const rise = this.cost() - before;
    if (rise <= 0 || this.uniform(0, 1 << 24) < Math.exp(-rise / temperature) * (1 << 24))
      return true;
    for (const u of touched) this.release(u);
    this.move(v, to, from);
    if (w >= 0) this.move(w, from, to);
    touched.forEach((u, i) => this.take(u, old[i]!));
    return false;
  }

  private move(v: number, from: number, to: number): void {
    this.occupy(v, from, -1);
    this.occupy(v, to, 1);
    this.element[v] = to;
  }

  /** Takes, or gives back, what a node needs of an element. */
  private occupy(v: number, p: number, sign: 1 | -1): void {
    const { graph, fabric, busy } = this.problem;
    this.put(p, sign * busy[v]!);
    const bank = bankOf(fabric, graph.nodes[v]!, p);
    if (bank !== undefined) {
      const before = this.accesses.get(bank) ?? 0;
      this.accesses.set(bank, before + sign);
      this.overuse += growthOver(bank.ports * this.ii, before, before + sign);
    }
    const kept = this.constants[p]!;
    for (const key of this.keys[v]!) {
      const before = kept.size;
      const users = (kept.get(key) ?? 0) + sign;
      if (users === 0) kept.delete(key);
      else kept.set(key, users);
      this.overuse += growthOver(fabric.constants, before, kept.size);
    }
  }
}

/** How much more there is beyond a limit. */
const growthOver = (limit: number, before: number, after: number): number =>
  Math.max(0, after - limit) - Math.max(0, before - limit);

/**
 * By edge: cycles that its value may take beyond the shortest in any schedule, because a recurrence leaves no more;
 * infinite outside of recurrences.
 */
function edgeRoom(problem: Problem, ii: number): readonly number[] {
  const { graph, latencies } = problem;
  const n = graph.nodes.length;
  // Longest paths between all nodes that are in recurrences together.
  const longest = graph.nodes.map(() => new Float64Array(n).fill(-Infinity));
  for (let v = 0; v < n; v++) longest[v]![v] = 0;
  for (const { from, to, distance } of graph.edges)
    longest[from]![to] = Math.max(longest[from]![to]!, latencies[from]! - distance * ii);
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++) {
      const first = longest[i]![k]!;
      if (first === -Infinity) continue;
      for (let j = 0; j < n; j++)
        if (first + longest[k]![j]! > longest[i]![j]!) longest[i]![j] = first + longest[k]![j]!;
    }
  return graph.edges.map(
    ({ from, to, distance }) => -longest[to]![from]! - latencies[from]! + distance * ii,
  );
}
