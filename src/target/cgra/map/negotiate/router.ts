/**
 * Cheapest ways of a value through time: dynamic programming over "the value is at element `p` at the end of cycle
 * `t`", in its output register or in its register file. Cycles only go forward, so each is looked at once.
 */
import type { Problem } from "../places.js";
import type { Resources } from "./resources.js";

/** Output register or register file. */
const OUTPUT = 0;
const REGISTER = 1;

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
  readonly element: number;
  /** Cycle at whose end it is in the output. */
  readonly made: number;
  /** Ways it takes to others; where they lead it is at no further cost. */
  readonly ways: readonly Way[];
  /** Whether the value has this resource in this cycle already. */
  has(resource: number, time: number): boolean;
}

interface Arrival {
  readonly cost: number;
  /** Where the crossing began: element and place; undefined for none. */
  readonly from: number;
  readonly place: number;
  readonly path: readonly number[];
  readonly links: readonly number[];
  readonly since: number;
}

export class Router {
  readonly usesLinks: boolean;
  private readonly count: number;
  private readonly into: number[][];
  private readonly outOf: number[][];

  constructor(
    private readonly problem: Problem,
    private readonly resources: Resources,
  ) {
    const { fabric } = problem;
    this.usesLinks = fabric.route === "bypass" || fabric.route === "multihop";
    this.count = fabric.elements.length;
    this.into = fabric.elements.map(() => []);
    this.outOf = fabric.elements.map(() => []);
    fabric.links.forEach(({ from, to }, i) => {
      this.into[to]!.push(i);
      this.outOf[from]!.push(i);
    });
  }

  /** Costs of having the value at the end of cycles `made … last`, and of reading it in cycles `made + 1 … last + 1`. */
  forward(origin: Origin, last: number): Field {
    const field = new Field(this.count, origin.made, last);
    const { resources: r, problem } = this;
    const { fabric } = problem;
    const price = (resource: number, time: number): number =>
      origin.has(resource, time) ? 0 : r.cost(resource, time);
    field.set(origin.element, origin.made, OUTPUT, 0, undefined);
    for (const { steps } of origin.ways)
      for (const { element, time, place } of steps)
        field.set(element, time, place === "output" ? OUTPUT : REGISTER, 0, undefined);
    for (let t = origin.made + 1; t <= last + 1; t++) {
      const arrivals = this.usesLinks ? this.arrivals(origin, field, t, price) : undefined;
      for (let q = 0; q < this.count; q++) {
        const arrival = arrivals?.[q];
        // Reading.
        let best = field.cost(q, t - 1, OUTPUT);
        let how: Reading = { from: q, place: OUTPUT, path: [], links: [], since: t - 1 };
        const own = field.cost(q, t - 1, REGISTER) + price(r.of("read", q), t);
        if (own < best) {
          best = own;
          how = { from: q, place: REGISTER, path: [], links: [], since: t - 1 };
        }
        if (arrival !== undefined && arrival.cost < best) {
          best = arrival.cost;
          how = arrival;
        }
        if (!this.usesLinks) {
          const near = this.beside(field, q, t, price);
          if (near !== undefined && near.cost < best) {
            best = near.cost;
            how = near;
          }
        }
        field.setReading(q, t, best, how);
        if (t > last) continue;
        // Keeping.
        const register = price(r.of("register", q), t);
        const write = price(r.of("write", q), t);
        field.lower(q, t, REGISTER, field.cost(q, t - 1, REGISTER) + register, {
          kind: "kept",
          place: REGISTER,
        });
        if (fabric.elements[q]!.registers.regs > 0) {
          field.lower(q, t, REGISTER, field.cost(q, t - 1, OUTPUT) + write + register, {
            kind: "kept",
            place: OUTPUT,
          });
          if (arrival !== undefined)
            field.lower(q, t, REGISTER, arrival.cost + write + register, {
              kind: "crossed",
              arrival,
            });
        }
        if (this.usesLinks) continue;
        const output = price(r.of("output", q), t);
        field.lower(q, t, OUTPUT, field.cost(q, t - 1, OUTPUT) + output, {
          kind: "kept",
          place: OUTPUT,
        });
        if (fabric.route !== "issue" || !fabric.elements[q]!.ops.has("mov")) continue;
        const near = this.beside(field, q, t, price);
        if (near !== undefined)
          field.lower(q, t, OUTPUT, near.cost + output + price(r.of("issue", q), t), {
            kind: "moved",
            arrival: near,
          });
      }
    }
    return field;
  }

  /** The value at a neighbour at the end of the cycle before, as cheap as possible. */
  private beside(
    field: Field,
    q: number,
    t: number,
    price: (resource: number, time: number) => number,
  ): Arrival | undefined {
    const { fabric } = this.problem;
    let best: Arrival | undefined;
    for (const link of this.into[q]!) {
      const p = fabric.links[link]!.from;
      const output = field.cost(p, t - 1, OUTPUT);
      if (output < (best?.cost ?? Infinity))
        best = { cost: output, from: p, place: OUTPUT, path: [], links: [], since: t - 1 };
      if (fabric.elements[p]!.registers.visible !== "neighbours") continue;
      const register = field.cost(p, t - 1, REGISTER) + price(this.resources.of("read", p), t);
      if (register < (best?.cost ?? Infinity))
        best = { cost: register, from: p, place: REGISTER, path: [], links: [], since: t - 1 };
    }
    return best;
  }

  /** What crosses links in cycle `t`, by the element it comes to. */
  private arrivals(
    origin: Origin,
    field: Field,
    t: number,
    price: (resource: number, time: number) => number,
  ): readonly (Arrival | undefined)[] {
    const { fabric } = this.problem;
    const { resources: r } = this;
    const found: (Arrival | undefined)[] = new Array<undefined>(this.count).fill(undefined);
    let frontier: number[] = [];
    const offer = (q: number, arrival: Arrival, next: number[]): void => {
      if (arrival.cost >= (found[q]?.cost ?? Infinity)) return;
      found[q] = arrival;
      next.push(q);
    };
    for (let link = 0; link < fabric.links.length; link++) {
      const { from: p, to: q, latency } = fabric.links[link]!;
      const since = t - latency;
      const output = field.cost(p, since, OUTPUT);
      const register = field.cost(p, since, REGISTER) + price(r.of("read", p), since + 1);
      const cheapest = Math.min(output, register);
      if (cheapest === Infinity) continue;
      const place = output <= register ? OUTPUT : REGISTER;
      const cost = cheapest + price(r.ofLink(link), t);
      offer(q, { cost, from: p, place, path: [p, q], links: [link], since }, frontier);
    }
    for (let hop = 2; hop <= fabric.hops && frontier.length > 0; hop++) {
      const next: number[] = [];
      for (const p of new Set(frontier)) {
        const before = found[p]!;
        if (before.links.length !== hop - 1) continue;
        for (const link of this.outOf[p]!) {
          const { to: q, latency } = fabric.links[link]!;
          if (latency > 1 || before.path.includes(q)) continue;
          const cost = before.cost + price(r.ofLink(link), t);
          offer(q, { ...before, cost, path: [...before.path, q], links: [...before.links, link] }, next); // prettier-ignore
        }
      }
      frontier = next;
    }
    return found;
  }

  /** The cheapest way to a reader in a cycle; undefined when there is none. */
  way(origin: Origin, reader: number, time: number): Way | undefined {
    if (time <= origin.made) return undefined;
    const field = this.forward(origin, time - 1);
    const reading = field.reading(reader, time);
    if (reading === undefined) return undefined;
    const { resources: r } = this;
    /** What crossing in cycle `t` takes, from where it began. */
    const crossing = (how: Reading, t: number): Use[] => [
      ...how.links.map((link) => ({ resource: r.ofLink(link), time: t })),
      ...(how.place === REGISTER
        ? [{ resource: r.of("read", how.from), time: how.since + 1 }]
        : []),
    ];
    const ahead: Step[] = [];
    let [p, t, place] = [reading.from, reading.since, reading.place];
    for (;;) {
      const cause = field.cause(p, t, place);
      if (cause === undefined) break;
      const name = place === OUTPUT ? "output" : "register";
      const uses: Use[] = [{ resource: r.of(name, p), time: t }];
      if (cause.kind === "kept") {
        if (place === REGISTER && cause.place === OUTPUT)
          uses.push({ resource: r.of("write", p), time: t });
        ahead.push({ kind: "kept", element: p, time: t, place: name, path: [], uses });
        place = cause.place;
        t -= 1;
        continue;
      }
      const { kind, arrival } = cause;
      uses.push({ resource: r.of(kind === "moved" ? "issue" : "write", p), time: t });
      uses.push(...crossing(arrival, t));
      const path = kind === "moved" ? [arrival.from] : arrival.path;
      ahead.push({ kind, element: p, time: t, place: name, path, uses });
      [p, t, place] = [arrival.from, arrival.since, arrival.place];
    }
    const steps = [...stepsTo(origin, p, t, place), ...ahead.reverse()];
    const uses = [...steps.flatMap((step) => step.uses), ...crossing(reading, time)];
    return { steps, last: reading.path, readTime: time, uses };
  }

  /**
   * Costs of bringing a value to a reader, from each element and cycle `first …` at whose end the value is made there.
   * What the value has elsewhere is not counted.
   */
  backward(reader: number, time: number, first: number): Costs {
    const { fabric } = this.problem;
    const { resources: r, count } = this;
    const span = Math.max(0, time - first);
    const output = new Float64Array(count * span).fill(Infinity);
    const register = new Float64Array(count * span).fill(Infinity);
    const at = (p: number, t: number): number => (t - first) * count + p;
    for (let t = time - 1; t >= first; t--) {
      const next = t + 1;
      // Reading or landing at the end of the next cycle.
      const land = new Float64Array(count).fill(Infinity);
      for (let q = 0; q < count; q++) {
        if (next === time) land[q] = q === reader ? 0 : Infinity;
        else if (fabric.elements[q]!.registers.regs > 0)
          land[q] = register[at(q, next)]! + r.cost(r.of("register", q), next) + r.cost(r.of("write", q), next); // prettier-ignore
      }
      const onward = this.usesLinks ? this.onward(land, next) : undefined;
      for (let p = 0; p < count; p++) {
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
  private onward(land: Float64Array, t: number): Float64Array {
    const { fabric } = this.problem;
    const best = new Float64Array(this.count).fill(Infinity);
    let before = land;
    for (let hop = 1; hop <= fabric.hops; hop++) {
      const now = new Float64Array(this.count).fill(Infinity);
      for (let link = 0; link < fabric.links.length; link++) {
        const { from, to } = fabric.links[link]!;
        const cost = before[to]! + this.resources.cost(this.resources.ofLink(link), t);
        if (cost < now[from]!) now[from] = cost;
      }
      for (let p = 0; p < this.count; p++) if (now[p]! < best[p]!) best[p] = now[p]!;
      before = now;
    }
    return best;
  }
}

/** Cost by element and cycle. */
export type Costs = (element: number, time: number) => number;

type Reading = Omit<Arrival, "cost">;
type Cause =
  | { readonly kind: "kept"; readonly place: number }
  | { readonly kind: "moved" | "crossed"; readonly arrival: Arrival };

/** Costs from the origin on, and how they come about. */
export class Field {
  private readonly costs: Float64Array;
  private readonly causes: (Cause | undefined)[];
  private readonly readings: Float64Array;
  private readonly ways: (Reading | undefined)[];

  constructor(
    private readonly count: number,
    private readonly first: number,
    last: number,
  ) {
    const span = Math.max(1, last - first + 1);
    this.costs = new Float64Array(2 * count * span).fill(Infinity);
    this.causes = new Array<undefined>(2 * count * span).fill(undefined);
    this.readings = new Float64Array(count * (span + 1)).fill(Infinity);
    this.ways = new Array<undefined>(count * (span + 1)).fill(undefined);
  }

  private at(p: number, t: number, place: number): number {
    return 2 * ((t - this.first) * this.count + p) + place;
  }
  cost(p: number, t: number, place: number): number {
    return t < this.first ? Infinity : (this.costs[this.at(p, t, place)] ?? Infinity);
  }
  cause(p: number, t: number, place: number): Cause | undefined {
    return this.causes[this.at(p, t, place)];
  }
  set(p: number, t: number, place: number, cost: number, cause: Cause | undefined): void {
    const at = this.at(p, t, place);
    if (at < 0 || at >= this.costs.length) return;
    this.costs[at] = cost;
    this.causes[at] = cause;
  }
  lower(p: number, t: number, place: number, cost: number, cause: Cause): void {
    if (cost < this.cost(p, t, place)) this.set(p, t, place, cost, cause);
  }
  setReading(q: number, t: number, cost: number, how: Reading): void {
    const at = (t - this.first) * this.count + q;
    this.readings[at] = cost;
    this.ways[at] = cost === Infinity ? undefined : how;
  }
  readingCost(q: number, t: number): number {
    return this.readings[(t - this.first) * this.count + q] ?? Infinity;
  }
  reading(q: number, t: number): Reading | undefined {
    return this.ways[(t - this.first) * this.count + q];
  }
}

/** How the value has come to a place where it is known to be. */
function stepsTo(origin: Origin, element: number, time: number, place: number): readonly Step[] {
  const name = place === OUTPUT ? "output" : "register";
  for (const { steps } of origin.ways) {
    const at = steps.findIndex((s) => s.element === element && s.time === time && s.place === name);
    if (at >= 0) return steps.slice(0, at + 1);
  }
  return [{ kind: "made", element, time, place: "output", path: [], uses: [] }];
}
