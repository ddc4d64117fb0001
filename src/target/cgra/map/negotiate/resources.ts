/**
 * What operations and values take of a fabric in each slot, and what it costs to take more: negotiated congestion
 * (McMurchie and Ebeling 1995). Too much may be taken for a while; it becomes dearer until someone gives way.
 */
import type { Problem } from "../places.js";
import { slotOf } from "../mapping.js";

/** Kinds of resources of an element, in the order of their numbers. */
const KINDS = ["issue", "output", "register", "read", "write"] as const;
export type Kind = (typeof KINDS)[number];

/** What there may be too little of. */
export type Shortage = Exclude<Kind, "output"> | "link" | "bank";

/** Costs of free resources: a link is further than staying, a move takes an issue slot from operations. */
const PRICE: Readonly<Record<Kind, number>> = {
  issue: 1,
  output: 0.1,
  register: 0.2,
  read: 0.02,
  write: 0.05,
};
const LINK_PRICE = 1;
const PRESSURE_GROWTH = 1.3;
const MOST_PRESSURE = 1e4;
const RELAXED_PRESSURE = 1;

export class Resources {
  private readonly count: number;
  private readonly used: Int32Array;
  private readonly history: Float64Array;
  private readonly capacity: Int32Array;
  private readonly price: Float64Array;
  private readonly elements: number;
  private readonly links: number;
  private pressure = 0.5;

  constructor(
    { fabric }: Problem,
    readonly ii: number,
  ) {
    this.elements = fabric.elements.length;
    this.links = fabric.links.length;
    const banks = fabric.banks.length;
    this.count = KINDS.length * this.elements + this.links + banks;
    this.used = new Int32Array(this.count * ii);
    this.history = new Float64Array(this.count * ii);
    this.capacity = new Int32Array(this.count).fill(1);
    this.price = new Float64Array(this.count).fill(LINK_PRICE);
    fabric.elements.forEach(({ registers: rf }, p) => {
      this.capacity[this.of("register", p)] = rf.regs;
      this.capacity[this.of("read", p)] = rf.read;
      this.capacity[this.of("write", p)] = rf.write;
      for (const kind of KINDS) this.price[this.of(kind, p)] = PRICE[kind];
    });
    fabric.banks.forEach(({ ports }, b) => {
      this.capacity[this.ofBank(b)] = ports;
      this.price[this.ofBank(b)] = 0;
    });
  }

  of(kind: Kind, element: number): number {
    return KINDS.indexOf(kind) * this.elements + element;
  }
  ofLink(link: number): number {
    return KINDS.length * this.elements + link;
  }
  ofBank(bank: number): number {
    return KINDS.length * this.elements + this.links + bank;
  }

  /** What one more user pays in a cycle. */
  cost(resource: number, time: number): number {
    const at = resource * this.ii + slotOf(time, this.ii);
    const over = this.used[at]! + 1 - this.capacity[resource]!;
    const price = this.price[resource]! + this.history[at]!;
    return over > 0 ? (price + 1) * (1 + this.pressure * over) : price;
  }

  take(resource: number, time: number): void {
    const at = resource * this.ii + slotOf(time, this.ii);
    this.used[at] = this.used[at]! + 1;
  }
  release(resource: number, time: number): void {
    const at = resource * this.ii + slotOf(time, this.ii);
    this.used[at] = this.used[at]! - 1;
  }
  isOverused(resource: number, time: number): boolean {
    return this.used[resource * this.ii + slotOf(time, this.ii)]! > this.capacity[resource]!;
  }

  /** How much is missing of each kind of resource that is overused. */
  shortages(): ReadonlyMap<Shortage, number> {
    const found = new Map<Shortage, number>();
    for (let at = 0; at < this.used.length; at++) {
      const resource = Math.floor(at / this.ii);
      const over = this.used[at]! - this.capacity[resource]!;
      if (over <= 0) continue;
      const kind = this.kindOf(resource);
      // A result takes the slot in which it arrives, as its operation does.
      if (kind !== "output") found.set(kind, (found.get(kind) ?? 0) + over);
    }
    return found;
  }
  private kindOf(resource: number): Kind | "link" | "bank" {
    const kind = KINDS[Math.floor(resource / this.elements)];
    return kind ?? (resource < KINDS.length * this.elements + this.links ? "link" : "bank");
  }

  /** Takes the pressure back; what has become dearer stays so. */
  relax(): void {
    this.pressure = RELAXED_PRESSURE;
  }

  /** Whether too much is taken of something of this kind. */
  isOverusedAnywhere(kind: Kind): boolean {
    for (let p = 0; p < this.elements; p++)
      for (let c = 0; c < this.ii; c++) if (this.isOverused(this.of(kind, p), c)) return true;
    return false;
  }

  /** There is one less than was thought. */
  lower(resource: number): void {
    this.capacity[resource] = Math.max(0, this.capacity[resource]! - 1);
  }

  /** Ends a round: what is overused becomes dearer for good. */
  raise(): void {
    for (let at = 0; at < this.used.length; at++) {
      const over = this.used[at]! - this.capacity[Math.floor(at / this.ii)]!;
      if (over > 0) this.history[at] = this.history[at]! + 0.5 * over;
    }
    this.pressure = Math.min(MOST_PRESSURE, this.pressure * PRESSURE_GROWTH);
  }
}
