/**
 * Cheapest ways of a value through time: dynamic programming over "the value is at element `p` at the end of cycle
 * `t`", in its output register or in its register file. Cycles only go forward, so each is looked at once.
 */
import type { Budget } from "../budget.js";
import type { Problem } from "../places.js";
import {
  CROSSED,
  Field,
  KEPT_IN_OUTPUT,
  KEPT_IN_REGISTER,
  KNOWN,
  MOVED,
  OUTPUT,
  REGISTER,
  type Place,
} from "./field.js";
import type { Resources } from "./resources.js";

/** A resource in a cycle of the value's own iteration. */
export interface Use {
  readonly resource: number;
  readonly time: number;
}

/** Where the value is on its way, and what it took to get there. */
export interface Step {
  readonly kind: "made" | "kept" | "moved" | "crossed";
  readonly element: number;
  readonly time: number;
  readonly place: "output" | "register";
  /** Elements passed within the cycle, the last is the element itself; for a move, where the value comes from. */
  readonly path: readonly number[];
  readonly uses: readonly Use[];
}

/** The way to one reader. */
export interface Way {
  /** From where the value is made on. */
  readonly steps: readonly Step[];
  /** Elements crossed in the cycle of reading: from the element of the last step to the reader. */
  readonly last: readonly number[];
  readonly readTime: number;
  /** All it takes, that of its steps included. */
  readonly uses: readonly Use[];
}

/** A value that is in places already. */
export interface Origin {
  readonly node: number;
  readonly element: number;
  /** Cycle at whose end it is in the output. */
  readonly made: number;
  /** Ways it takes to others; where they lead it is at no further cost. */
  readonly ways: readonly Way[];
  /** Whether the value has this resource in this cycle already. */
  has(resource: number, time: number): boolean;
}

/** Where a value is before it is read, moved or crosses links; with the links, if any. */
interface Start {
  readonly element: number;
  readonly place: Place;
  readonly time: number;
  readonly links: readonly number[];
  /** Elements along the links, the start included; empty without links. */
  readonly path: readonly number[];
}

export class Router {
  readonly usesLinks: boolean;
  private readonly count: number;
  /** Work for an element in a cycle, about that of as many clauses looked at. */
  private readonly stepsOfCell: number;
  private readonly into: number[][];
  private readonly outOf: number[][];
  /** By element: some link from it takes several cycles. */
  private readonly isSlow: boolean[];
  /** By node. */
  private within: readonly Area[];
  /** Fields are used one after another; each caller that keeps several has its own. */
  private readonly scratch: Field;

  constructor(
    private problem: Problem,
    private readonly resources: Resources,
    private readonly budget: Budget,
  ) {
    const { fabric } = problem;
    this.usesLinks = fabric.route === "bypass" || fabric.route === "multihop";
    this.count = fabric.elements.length;
    this.stepsOfCell = 5 + 5 * (this.usesLinks ? fabric.hops : 1);
    this.into = fabric.elements.map(() => []);
    this.outOf = fabric.elements.map(() => []);
    fabric.links.forEach(({ from, to }, i) => {
      this.into[to]!.push(i);
      this.outOf[from]!.push(i);
    });
    this.isSlow = this.outOf.map((own) => own.some((link) => fabric.links[link]!.latency > 1));
    this.within = areasOf(problem);
    this.scratch = this.field();
  }

  /** From now on values go where this problem lets them. */
  widen(problem: Problem): void {
    this.problem = problem;
    this.within = areasOf(problem);
  }

  /** Room for {@link forward}. */
  field(): Field {
    return new Field(this.count, this.problem.fabric.hops);
  }

  /** Costs of having the value at the end of cycles `made … last`, and of reading it in cycles `made + 1 … last + 1`. */
  forward(field: Field, origin: Origin, last: number): void {
    const { resources: r, usesLinks } = this;
    const { fabric } = this.problem;
    const { made } = origin;
    const { list } = this.within[origin.node]!;
    this.budget.spend(Math.max(0, last + 1 - made) * list.length * this.stepsOfCell);
    const price = (resource: number, time: number): number =>
      origin.has(resource, time) ? 0 : r.cost(resource, time);
    field.reset(made, last);
    field.lower(origin.element, made, OUTPUT, 0, KNOWN);
    for (const { steps } of origin.ways)
      for (const { element, time, place } of steps)
        if (time <= last)
          field.lower(element, time, place === "output" ? OUTPUT : REGISTER, 0, KNOWN);
    for (let t = made + 1; t <= last + 1; t++) {
      if (usesLinks) this.cross(field, origin.node, t, price);
      for (const q of list) {
        const output = field.cost(q, t - 1, OUTPUT);
        const register = field.cost(q, t - 1, REGISTER);
        field.lowerReading(q, t, output, KEPT_IN_OUTPUT, 0);
        if (register < Infinity)
          field.lowerReading(q, t, register + price(r.of("read", q), t), KEPT_IN_REGISTER, 0);
        const hop = usesLinks ? field.bestHop(q, t) : 0;
        const crossing = hop > 0 ? field.crossing(q, t, hop) : Infinity;
        if (usesLinks && Math.min(output, register, crossing) === Infinity) continue;
        if (hop > 0) field.lowerReading(q, t, crossing, CROSSED, hop);
        const near = usesLinks ? -1 : this.beside(field, q, t, price);
        if (near >= 0) field.lowerReading(q, t, this.nearCost, MOVED, near);
        if (t > last) continue;
        if (fabric.elements[q]!.registers.regs > 0) {
          const least = Math.min(output, register, crossing);
          if (least < Infinity) {
            const kept = price(r.of("register", q), t);
            const write = price(r.of("write", q), t);
            field.lower(q, t, REGISTER, register + kept, KEPT_IN_REGISTER);
            field.lower(q, t, REGISTER, output + write + kept, KEPT_IN_OUTPUT);
            field.lower(q, t, REGISTER, crossing + write + kept, CROSSED, hop);
          }
        }
        if (usesLinks) continue;
        const held = price(r.of("output", q), t);
        field.lower(q, t, OUTPUT, output + held, KEPT_IN_OUTPUT);
        if (near >= 0 && fabric.route === "issue" && fabric.elements[q]!.ops.has("mov")) {
          const cost = this.nearCost + held + price(r.of("issue", q), t);
          field.lower(q, t, OUTPUT, cost, MOVED, near);
        }
      }
    }
  }

  private nearCost = Infinity;

  /** Twice the neighbour that has the value most cheaply at the end of the cycle before, plus the place; else -1. */
  private beside(
    field: Field,
    q: number,
    t: number,
    price: (resource: number, time: number) => number,
  ): number {
    const { fabric } = this.problem;
    let best = -1;
    this.nearCost = Infinity;
    for (const link of this.into[q]!) {
      const p = fabric.links[link]!.from;
      const output = field.cost(p, t - 1, OUTPUT);
      if (output < this.nearCost) {
        this.nearCost = output;
        best = 2 * p + OUTPUT;
      }
      if (fabric.elements[p]!.registers.visible !== "neighbours") continue;
      const kept = field.cost(p, t - 1, REGISTER);
      if (kept >= this.nearCost) continue;
      const register = kept + price(this.resources.of("read", p), t);
      if (register >= this.nearCost) continue;
      this.nearCost = register;
      best = 2 * p + REGISTER;
    }
    return best;
  }

  /** What crosses links in cycle `t`. */
  private cross(
    field: Field,
    node: number,
    t: number,
    price: (resource: number, time: number) => number,
  ): void {
    const { links, hops } = this.problem.fabric;
    const { resources: r, outOf } = this;
    const { list, has } = this.within[node]!;
    for (let hop = 1; hop <= hops; hop++) {
      for (const p of list) {
        const here =
          hop === 1 ? this.leaving(field, p, t - 1, price) : field.crossing(p, t, hop - 1);
        if (here === Infinity && !(hop === 1 && this.isSlow[p]!)) continue;
        for (const link of outOf[p]!) {
          const { to: q, latency } = links[link]!;
          if (has[q] === 0) continue;
          let cost = here;
          if (latency > 1) cost = hop > 1 ? Infinity : this.leaving(field, p, t - latency, price);
          if (cost < field.crossing(q, t, hop))
            field.lowerCrossing(q, t, hop, cost + price(r.ofLink(link), t), link);
        }
      }
    }
  }

  /** Cost of driving links from what an element has at the end of a cycle. */
  private leaving(
    field: Field,
    p: number,
    t: number,
    price: (resource: number, time: number) => number,
  ): number {
    const output = field.cost(p, t, OUTPUT);
    const register = field.cost(p, t, REGISTER);
    if (register >= output) return output;
    return Math.min(output, register + price(this.resources.of("read", p), t + 1));
  }

  /** Where a crossing of so many links began. */
  private crossingStart(field: Field, origin: Origin, q: number, t: number, hops: number): Start {
    const { links } = this.problem.fabric;
    const crossed: number[] = [];
    const path = [q];
    let time = t;
    for (let hop = hops; hop >= 1; hop--) {
      const link = field.crossingLink(path[0]!, t, hop);
      crossed.unshift(link);
      path.unshift(links[link]!.from);
      if (hop === 1) time = t - links[link]!.latency;
    }
    const element = path[0]!;
    const read = this.resources.of("read", element);
    const port = origin.has(read, time + 1) ? 0 : this.resources.cost(read, time + 1);
    const register = field.cost(element, time, REGISTER) + port;
    const place = field.cost(element, time, OUTPUT) <= register ? OUTPUT : REGISTER;
    return { element, place, time, links: crossed, path };
  }

  /** The cheapest way to a reader in a cycle; undefined when there is none. */
  way(origin: Origin, reader: number, time: number): Way | undefined {
    if (time <= origin.made) return undefined;
    const field = this.scratch;
    this.forward(field, origin, time - 1);
    if (field.reading(reader, time) === Infinity) return undefined;
    const { resources: r } = this;
    /** What going from a start takes: its links in cycle `t`, and a port of its registers. */
    const leaving = (start: Start, t: number): Use[] => [
      ...start.links.map((link) => ({ resource: r.ofLink(link), time: t })),
      ...(start.place === REGISTER
        ? [{ resource: r.of("read", start.element), time: start.time + 1 }]
        : []),
    ];
    const besides = (source: number, t: number): Start => ({
      element: source >> 1,
      place: (source & 1) as Place,
      time: t - 1,
      links: [],
      path: [],
    });
    const cause = field.readingCause(reader, time);
    const source = field.readingSource(reader, time);
    const start =
      cause === CROSSED
        ? this.crossingStart(field, origin, reader, time, source)
        : cause === MOVED
          ? besides(source, time)
          : besides(2 * reader + (cause === KEPT_IN_REGISTER ? REGISTER : OUTPUT), time);
    const ahead: Step[] = [];
    let { element: p, time: t, place } = start;
    while (field.cause(p, t, place) !== KNOWN) {
      const how = field.cause(p, t, place);
      const name = place === OUTPUT ? "output" : "register";
      const uses: Use[] = [{ resource: r.of(name, p), time: t }];
      const step = { element: p, time: t, place: name } as const;
      if (how === KEPT_IN_REGISTER || how === KEPT_IN_OUTPUT) {
        const before = how === KEPT_IN_REGISTER ? REGISTER : OUTPUT;
        if (place !== before) uses.push({ resource: r.of("write", p), time: t });
        ahead.push({ ...step, kind: "kept", path: [], uses });
        place = before;
        t -= 1;
        continue;
      }
      const from =
        how === CROSSED
          ? this.crossingStart(field, origin, p, t, field.source(p, t, place))
          : besides(field.source(p, t, place), t);
      uses.push({ resource: r.of(how === MOVED ? "issue" : "write", p), time: t });
      uses.push(...leaving(from, t));
      if (how === MOVED) ahead.push({ ...step, kind: "moved", path: [from.element], uses });
      else ahead.push({ ...step, kind: "crossed", path: from.path, uses });
      ({ element: p, time: t, place } = from);
    }
    const steps = [...stepsTo(origin, p, t, place), ...ahead.reverse()];
    const reading = cause === KEPT_IN_OUTPUT ? [] : leaving(start, time);
    const uses = [...steps.flatMap((step) => step.uses), ...reading];
    return { steps, last: start.path, readTime: time, uses };
  }

  /**
   * Costs of bringing the value of a node to a reader, from each element and cycle `first …` at whose end the value is made there.
   * What the value has elsewhere is not counted.
   */
  backward(node: number, reader: number, time: number, first: number): Costs {
    const { fabric } = this.problem;
    const { resources: r, count } = this;
    const { list, has } = this.within[node]!;
    const span = Math.max(0, time - first);
    this.budget.spend(span * list.length * this.stepsOfCell);
    const output = new Float64Array(count * span).fill(Infinity);
    const register = new Float64Array(count * span).fill(Infinity);
    const at = (p: number, t: number): number => (t - first) * count + p;
    for (let t = time - 1; t >= first; t--) {
      const next = t + 1;
      // Reading or landing at the end of the next cycle.
      const land = new Float64Array(count).fill(Infinity);
      for (const q of list) {
        if (next === time) land[q] = q === reader ? 0 : Infinity;
        else if (fabric.elements[q]!.registers.regs > 0)
          land[q] = register[at(q, next)]! + r.cost(r.of("register", q), next) + r.cost(r.of("write", q), next); // prettier-ignore
      }
      const onward = this.usesLinks ? this.onward(land, list, next) : undefined;
      for (const p of list) {
        const read = r.cost(r.of("read", p), next);
        let fromOutput = Infinity;
        let fromRegister = Infinity;
        if (next === time && p === reader) {
          fromOutput = 0;
          fromRegister = read;
        }
        if (next < time) {
          fromOutput = land[p]!;
          fromRegister = register[at(p, next)]! + r.cost(r.of("register", p), next);
        }
        if (onward !== undefined) {
          fromOutput = Math.min(fromOutput, onward[p]!);
          fromRegister = Math.min(fromRegister, onward[p]! + read);
        } else {
          if (next < time)
            fromOutput = Math.min(fromOutput, output[at(p, next)]! + r.cost(r.of("output", p), next)); // prettier-ignore
          const visible = fabric.elements[p]!.registers.visible === "neighbours";
          for (const link of this.outOf[p]!) {
            const q = fabric.links[link]!.to;
            if (has[q] === 0) continue;
            let there = next === time && q === reader ? 0 : Infinity;
            if (next < time && fabric.route === "issue" && fabric.elements[q]!.ops.has("mov"))
              there = output[at(q, next)]! + r.cost(r.of("issue", q), next) + r.cost(r.of("output", q), next); // prettier-ignore
            fromOutput = Math.min(fromOutput, there);
            if (visible) fromRegister = Math.min(fromRegister, there + read);
          }
        }
        output[at(p, t)] = fromOutput;
        register[at(p, t)] = fromRegister;
      }
    }
    return (p, made) => (made < first || made >= time ? Infinity : output[at(p, made)]!);
  }

  /** Cheapest crossings in a cycle from each element to where landing costs so much. */
  private onward(land: Float64Array, list: readonly number[], t: number): Float64Array {
    const { fabric } = this.problem;
    const best = new Float64Array(this.count).fill(Infinity);
    let before = land;
    for (let hop = 1; hop <= fabric.hops; hop++) {
      const now = new Float64Array(this.count).fill(Infinity);
      for (const to of list) {
        if (before[to] === Infinity) continue;
        for (const link of this.into[to]!) {
          const { from } = fabric.links[link]!;
          const cost = before[to]! + this.resources.cost(this.resources.ofLink(link), t);
          if (cost < now[from]!) now[from] = cost;
        }
      }
      for (const p of list) if (now[p]! < best[p]!) best[p] = now[p]!;
      before = now;
    }
    return best;
  }
}

/** Elements a value may be at, ascending, and the same as flags. */
interface Area {
  readonly list: readonly number[];
  readonly has: Uint8Array;
}

function areasOf({ graph, fabric, places, carriers }: Problem): readonly Area[] {
  const areaOf = (elements: Iterable<number>): Area => {
    const has = new Uint8Array(fabric.elements.length);
    for (const p of elements) has[p] = 1;
    return { list: [...fabric.elements.keys()].filter((p) => has[p] === 1), has };
  };
  const everywhere = areaOf(fabric.elements.keys());
  return graph.nodes.map((_, u) =>
    carriers === undefined ? everywhere : areaOf([...places[u]!, ...carriers[u]!]),
  );
}

/** Cost by element and cycle. */
export type Costs = (element: number, time: number) => number;

/** How the value has come to a place where it is known to be. */
function stepsTo(origin: Origin, element: number, time: number, place: Place): readonly Step[] {
  const name = place === OUTPUT ? "output" : "register";
  for (const { steps } of origin.ways) {
    const at = steps.findIndex((s) => s.element === element && s.time === time && s.place === name);
    if (at >= 0) return steps.slice(0, at + 1);
  }
  return [{ kind: "made", element, time, place: "output", path: [], uses: [] }];
}
