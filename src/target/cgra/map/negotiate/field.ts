/**
 * Costs of a value from where it is made on, in flat arrays: having it in the output register or in a register of an
 * element at the end of a cycle, having it come over links within a cycle, and reading it; each with how it came about.
 */

/** Output register or register file. */
export const OUTPUT = 0;
export const REGISTER = 1;
export type Place = typeof OUTPUT | typeof REGISTER;

/** How a value came to be where it is. */
export const KNOWN = 0;
export const KEPT_IN_REGISTER = 1;
export const KEPT_IN_OUTPUT = 2;
export const CROSSED = 3;
export const MOVED = 4;

export class Field {
  private capacity = 0;
  private costs = new Float64Array(0);
  private causes = new Int8Array(0);
  /** Of moves: twice the neighbour, plus the place. */
  private sources = new Int32Array(0);
  private readings = new Float64Array(0);
  private readingCauses = new Int8Array(0);
  private readingSources = new Int32Array(0);
  private crossings = new Float64Array(0);
  /** The last link of a crossing, by number of links crossed in the cycle. */
  private crossingLinks = new Int32Array(0);
  private first = 0;

  constructor(
    private readonly count: number,
    private readonly hops: number,
  ) {}

  /** Forgets everything; cycles from `first` to `last + 1` have room. */
  reset(first: number, last: number): void {
    const span = Math.max(1, last - first + 2);
    this.first = first;
    if (span > this.capacity) {
      this.capacity = 2 * span;
      const cells = this.capacity * this.count;
      this.costs = new Float64Array(2 * cells);
      this.causes = new Int8Array(2 * cells);
      this.sources = new Int32Array(2 * cells);
      this.readings = new Float64Array(cells);
      this.readingCauses = new Int8Array(cells);
      this.readingSources = new Int32Array(cells);
      this.crossings = new Float64Array(cells * this.hops);
      this.crossingLinks = new Int32Array(cells * this.hops);
    }
    const cells = span * this.count;
    this.costs.fill(Infinity, 0, 2 * cells);
    this.readings.fill(Infinity, 0, cells);
    this.crossings.fill(Infinity, 0, cells * this.hops);
  }

  private cell(p: number, t: number): number {
    return (t - this.first) * this.count + p;
  }

  cost(p: number, t: number, place: Place): number {
    return t < this.first ? Infinity : this.costs[2 * this.cell(p, t) + place]!;
  }
  cause(p: number, t: number, place: Place): number {
    return this.causes[2 * this.cell(p, t) + place]!;
  }
  source(p: number, t: number, place: Place): number {
    return this.sources[2 * this.cell(p, t) + place]!;
  }
  lower(p: number, t: number, place: Place, cost: number, cause: number, source = 0): void {
    const at = 2 * this.cell(p, t) + place;
    if (cost >= this.costs[at]!) return;
    this.costs[at] = cost;
    this.causes[at] = cause;
    this.sources[at] = source;
  }

  /** Cost of the value at the end of so many links in a cycle. */
  crossing(q: number, t: number, hop: number): number {
    return this.crossings[this.cell(q, t) * this.hops + hop - 1]!;
  }
  crossingLink(q: number, t: number, hop: number): number {
    return this.crossingLinks[this.cell(q, t) * this.hops + hop - 1]!;
  }
  lowerCrossing(q: number, t: number, hop: number, cost: number, link: number): void {
    const at = this.cell(q, t) * this.hops + hop - 1;
    if (cost >= this.crossings[at]!) return;
    this.crossings[at] = cost;
    this.crossingLinks[at] = link;
  }
  /** The cheapest number of links, 0 when none come here. */
  bestHop(q: number, t: number): number {
    let best = 0;
    let cost = Infinity;
    for (let hop = 1; hop <= this.hops; hop++) {
      const c = this.crossing(q, t, hop);
      if (c >= cost) continue;
      cost = c;
      best = hop;
    }
    return best;
  }

  reading(q: number, t: number): number {
    return this.readings[this.cell(q, t)]!;
  }
  readingCause(q: number, t: number): number {
    return this.readingCauses[this.cell(q, t)]!;
  }
  readingSource(q: number, t: number): number {
    return this.readingSources[this.cell(q, t)]!;
  }
  lowerReading(q: number, t: number, cost: number, cause: number, source: number): void {
    const at = this.cell(q, t);
    if (cost >= this.readings[at]!) return;
    this.readings[at] = cost;
    this.readingCauses[at] = cause;
    this.readingSources[at] = source;
  }
}
