/**
 * Values under which a system holds together with what is known: no proof can refute it then. Looking for values costs
 * much less than a proof that fails, and most questions have the answer no.
 */
import { floorDivInt, floorModInt } from "../support/int.js";
import type { Atom, Poly } from "./poly.js";
import { atomsWithin, type Knowledge } from "./refute.js";

/** Where between the ends of its interval, 0 to 1, a variable is tried. */
type Choice = (atom: Atom) => number;

/** Binary logarithms of the largest values tried where there is no upper end. */
const NEAR = 11;
const FAR = 24;
const MAX_ATOMS = 100;
const FARTHEST = 2 ** 40;

/** A number from 0 to 1 that looks random. */
function scatter(atom: Atom, attempt: number): number {
  const mixed = Math.imul((atom.id + 1) ^ Math.imul(attempt, 0x9e3779b1), 0x85ebca6b);
  return (Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 0) / 0xffffffff;
}

/** Attempts before a proof is tried, which find most values that there are, and those after one has failed. */
export const FIRST: Attempts = [0, 2];
export const SECOND: Attempts = [2, 5];
export const FURTHER: Attempts = [5, 20];
type Attempts = readonly [first: number, end: number];

/** Steps by which an attempt is mended. */
const MAX_STEPS = 6;

/**
 * Whether values satisfy the system and all that is known of its atoms, among those of some attempts: first those that
 * make the system's polynomials large and sizes of 1, then any. An attempt that fails is mended: what does not hold is
 * moved by what it lacks, step by step.
 */
export function hasModel(known: Knowledge, goal: readonly Poly[], [first, end]: Attempts): boolean {
  const wanted = directions(goal);
  for (let attempt = first; attempt < end; attempt++) {
    const choose = (atom: Atom): number => {
      const toward = wanted.get(atom.id);
      switch (attempt) {
        case 0:
        case 4:
          return toward ?? 0;
        case 1:
          return 1 / NEAR;
        case 2:
          return toward ?? 1;
        case 3:
          return 1;
        default: {
          const place = scatter(atom, attempt);
          if (toward !== undefined && attempt % 2 === 0 && place < 0.8) return toward;
          // The ends of intervals are where most conditions change.
          return place < 0.3 ? 0 : place > 0.7 ? 1 : (place - 0.3) / 0.4;
        }
      }
    };
    const reach = attempt >= 4 && attempt % 4 < 2 ? FAR : NEAR;
    const moved = new Map<number, number>();
    for (let step = 0; step < MAX_STEPS; step++) {
      const point = new Point(known, choose, reach, moved);
      const failed = failure(known, goal, point, attempt);
      if (failed === undefined) return true;
      if (!point.shift(failed, -point.at(failed), step)) break;
    }
  }
  return false;
}

/** The end at which each atom makes the first polynomials larger. */
function directions(goal: readonly Poly[]): Map<number, number> {
  const found = new Map<number, number>();
  const note = (p: Poly, isUp: boolean): void => {
    for (const { coeff, atoms } of p.terms) {
      for (const atom of atoms) {
        if (found.has(atom.id)) continue;
        const up = coeff > 0 === isUp;
        found.set(atom.id, up ? 1 : 0);
        if (atom.a !== undefined) note(atom.a, up);
        if (atom.b !== undefined) note(atom.b, atom.kind === "floordiv" ? !up : up);
      }
    }
  };
  for (const p of goal) note(p, true);
  return found;
}

/** What does not hold at the point, of alternatives the one of this number; undefined where all holds. */
function failure(
  known: Knowledge,
  goal: readonly Poly[],
  point: Point,
  preferred: number,
): Poly | undefined {
  const isMissed = (p: Poly): boolean => !(point.at(p) >= 0);
  const missed = goal.find(isMissed);
  if (missed !== undefined) return missed;
  for (const cases of known.alternatives)
    if (cases.every((s) => s.some(isMissed)))
      return cases[preferred % cases.length]!.find(isMissed);
  // Facts about atoms met so far, and about those that these bring in.
  let pending = known.facts;
  for (;;) {
    const later: Poly[] = [];
    for (const fact of pending) {
      if (!atomsWithin(fact).some((id) => point.has(id))) later.push(fact);
      else if (isMissed(fact)) return fact;
    }
    if (later.length === pending.length) return undefined;
    pending = later;
  }
}

/** Values of atoms, each found when it is asked for; NaN where there is none. */
class Point {
  private readonly values = new Map<number, number>();

  constructor(
    private readonly known: Knowledge,
    private readonly choose: Choice,
    private readonly reach: number,
    /** Values of variables that are not as chosen. */
    private readonly moved: Map<number, number>,
  ) {}

  has(id: number): boolean {
    return this.values.has(id);
  }

  at(p: Poly): number {
    return this.sum(p, undefined);
  }

  /** Value of the polynomial without the terms that are just `left`. */
  private sum({ terms, constant }: Poly, left: Atom | undefined): number {
    let sum = Number(constant);
    for (const { coeff, atoms } of terms) {
      if (atoms.length === 1 && atoms[0] === left) continue;
      let product = Number(coeff);
      for (const atom of atoms) product *= this.valueOf(atom);
      sum += product;
      if (!(Math.abs(product) <= Number.MAX_SAFE_INTEGER)) return NaN;
    }
    return Number.isSafeInteger(sum) ? sum : NaN;
  }

  private valueOf(atom: Atom): number {
    const found = this.values.get(atom.id);
    if (found !== undefined) return found;
    // What is asked for again before it has a value depends on itself.
    this.values.set(atom.id, NaN);
    if (this.values.size > MAX_ATOMS) return NaN;
    const { min, max } = this.known.boundOfAtom(atom);
    const value = this.compute(atom, Number(min), Number(max));
    if (Number.isNaN(value)) return NaN;
    // Of what is computed, only facts narrow the bounds, and they are asked for themselves.
    this.values.set(atom.id, value);
    return value;
  }

  private compute(atom: Atom, min: number, max: number): number {
    const { a, b } = atom;
    switch (atom.kind) {
      case "var":
        return this.free(atom, min, max);
      case "opaque":
        return this.pick(atom, min, max);
      case "choice":
        return this.at(a!);
      case "min":
        return Math.min(this.at(a!), this.at(b!));
      case "max":
        return Math.max(this.at(a!), this.at(b!));
      case "floordiv":
      case "floormod": {
        const [x, d] = [this.at(a!), this.at(b!)];
        if (!(Math.abs(d) > 0) || Number.isNaN(x)) return NaN;
        return Number(atom.kind === "floordiv" ? floorDivInt(x, d) : floorModInt(x, d));
      }
    }
  }

  /** A variable within its range, whose ends other variables may give. */
  private free(atom: Atom, min: number, max: number): number {
    let [low, high] = [min, max];
    for (const row of this.known.rangeOf(atom)) {
      const own = row.terms.find(({ atoms }) => atoms.length === 1 && atoms[0] === atom);
      const rest = this.sum(row, atom);
      if (own?.coeff === 1) low = Math.max(low, -rest);
      else if (own?.coeff === -1) high = Math.min(high, rest);
      else return NaN;
    }
    return this.pick(atom, low, high);
  }

  private pick(atom: Atom, low: number, high: number): number {
    if (!(low <= high)) return NaN;
    const moved = this.moved.get(atom.id);
    if (moved !== undefined) return Math.min(Math.max(moved, low), high);
    const place = this.choose(atom);
    const start = Number.isFinite(low) ? low : Math.min(0, high);
    // Without an end, small values are likely and large ones possible.
    if (!Number.isFinite(high)) return start + Math.floor(2 ** (this.reach * place)) - 1;
    return start + Math.round((high - start) * place);
  }

  /** Moves a variable so that the polynomial changes by what is given, or more; false where none can. */
  shift({ terms }: Poly, by: number, turn: number): boolean {
    if (!(Math.abs(by) <= FARTHEST)) return false;
    for (let i = 0; i < terms.length; i++) {
      const { coeff, atoms } = terms[(i + turn) % terms.length]!;
      for (const atom of atoms) {
        let factor = Number(coeff);
        for (const other of atoms) if (other !== atom) factor *= this.valueOf(other);
        if (!(Math.abs(factor) > 0)) continue;
        const steps = Math.ceil(Math.abs(by / factor));
        if (this.shiftAtom(atom, by > 0 === factor > 0 ? steps : -steps, turn)) return true;
      }
    }
    return false;
  }

  private shiftAtom(atom: Atom, by: number, turn: number): boolean {
    const { a, b } = atom;
    const value = this.valueOf(atom);
    const { min, max } = this.known.boundOfAtom(atom);
    if (!(value + by >= min && value + by <= max)) return false;
    switch (atom.kind) {
      case "var":
      case "opaque":
        this.moved.set(atom.id, value + by);
        return true;
      case "floordiv":
        return this.shift(a!, by * this.at(b!), turn);
      case "min":
      case "max":
        return this.shift(this.at(a!) === value ? a! : b!, by, turn);
      case "floormod":
        // Later turns go further round, so that two remainders do not undo each other's steps.
        return this.shift(a!, by + turn * this.at(b!), turn);
      case "choice":
        return this.shift(a!, by, turn);
    }
  }
}
