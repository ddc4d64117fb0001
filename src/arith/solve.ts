/**
 * Systems of linear inequalities over the integers, by Fourier-Motzkin elimination with integer tightening
 * (Fourier 1827; tightening as in the Omega test, Pugh 1991). A "no solution" is always right; a system it does not
 * refute may still have none.
 */
import { addInt, floorDivInt, gcdInt, mulInt, negInt, type Int } from "../support/int.js";

/** `Σ coeffs[x] * x + constant >= 0` over unknowns named by strings. */
export interface Row {
  readonly coeffs: ReadonlyMap<string, Int>;
  readonly constant: Int;
}

/** Sizes at which elimination gives up. */
export interface SolveLimits {
  readonly rows: number;
  readonly steps: number;
}
const usual: SolveLimits = { rows: 120, steps: 2000 };

/** A row inside an elimination: coefficients by the number of the unknown. */
interface Dense {
  readonly coeffs: readonly Int[];
  readonly constant: Int;
  /** Equal for rows of one direction. */
  readonly hash: number;
}

/** Rows of which those of one direction keep only the tightest. */
class System {
  readonly rows: Dense[] = [];
  /** A row is plainly impossible. */
  isImpossible = false;
  /** Places in `rows` by the hash of the direction. */
  private readonly places = new Map<number, number[]>();

  /** Adds a row, divided by its common factor; the constant is rounded towards the solutions. */
  add(coeffs: Int[], constant: Int): void {
    let factor: Int = 0;
    for (const c of coeffs) if (c !== 0 && factor !== 1) factor = gcdInt(factor, c);
    if (factor === 0) {
      if (constant < 0) this.isImpossible = true;
      return;
    }
    let tight = constant;
    if (factor !== 1) {
      for (let i = 0; i < coeffs.length; i++) coeffs[i] = floorDivInt(coeffs[i]!, factor);
      tight = floorDivInt(constant, factor);
    }
    this.keep({ coeffs, constant: tight, hash: hashOf(coeffs) });
  }

  /** Adds a row that has no common factor. */
  keep(row: Dense): void {
    const places = this.places.get(row.hash);
    if (places === undefined) this.places.set(row.hash, [this.rows.length]);
    else {
      const same = places.find((at) => sameDirection(this.rows[at]!.coeffs, row.coeffs));
      if (same !== undefined) {
        if (row.constant < this.rows[same]!.constant) this.rows[same] = row;
        return;
      }
      places.push(this.rows.length);
    }
    this.rows.push(row);
  }
}

function hashOf(coeffs: readonly Int[]): number {
  let hash = 0;
  for (let i = 0; i < coeffs.length; i++) {
    const c = coeffs[i]!;
    if (c !== 0) hash = Math.imul(hash ^ (typeof c === "number" ? c : Number(c)), 0x01000193) + i;
  }
  return hash | 0;
}

function sameDirection(x: readonly Int[], y: readonly Int[]): boolean {
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}

/** Adds `p * lower + q * upper`, in which the unknown cancels. */
function combine(into: System, lower: Dense, upper: Dense, unknown: number): void {
  const a = lower.coeffs[unknown]!;
  const b = negInt(upper.coeffs[unknown]!);
  const g = gcdInt(a, b);
  const p = floorDivInt(b, g);
  const q = floorDivInt(a, g);
  const coeffs: Int[] = [];
  for (let i = 0; i < lower.coeffs.length; i++) {
    const x = lower.coeffs[i]!;
    const y = upper.coeffs[i]!;
    if (y === 0) coeffs.push(x === 0 || p === 1 ? x : mulInt(x, p));
    else coeffs.push(addInt(mulInt(x, p), mulInt(y, q)));
  }
  into.add(coeffs, addInt(mulInt(lower.constant, p), mulInt(upper.constant, q)));
}

export interface Elimination {
  /** What is left over the unknowns that were kept. */
  readonly rows: readonly Row[];
  /** Rows before each eliminated unknown, in order; for finding values. */
  readonly stages: readonly { readonly unknown: string; readonly rows: readonly Row[] }[];
  /** Every elimination had a unit coefficient on one side: integer solutions of the rest extend. */
  readonly exact: boolean;
}

/** Names of the unknowns of rows, in order of first sight. */
function unknownsOf(rows: readonly Row[]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const { coeffs } of rows)
    for (const x of coeffs.keys()) if (!numbers.has(x)) numbers.set(x, numbers.size);
  return numbers;
}

/**
 * Eliminates all unknowns for which `shouldGo` holds. `"none"`: the system has no solution; `"limit"`: too large.
 */
export function eliminate(
  rows: readonly Row[],
  shouldGo: (unknown: string) => boolean,
  limits: SolveLimits = usual,
): Elimination | "none" | "limit" {
  const numbers = unknownsOf(rows);
  const names = [...numbers.keys()];
  const stages: { unknown: number; rows: readonly Dense[] }[] = [];
  const done = eliminateDense(rows, numbers, names.map(shouldGo), limits, stages);
  if (typeof done === "string") return done;
  const toRow = ({ coeffs, constant }: Dense): Row => ({
    coeffs: new Map(names.flatMap((x, i) => (coeffs[i] === 0 ? [] : [[x, coeffs[i]!] as const]))),
    constant,
  });
  return {
    rows: done.rows.map(toRow),
    stages: stages.map((s) => ({ unknown: names[s.unknown]!, rows: s.rows.map(toRow) })),
    exact: done.exact,
  };
}

function eliminateDense(
  rows: readonly Row[],
  numbers: ReadonlyMap<string, number>,
  shouldGo: readonly boolean[],
  limits: SolveLimits,
  stages?: { unknown: number; rows: readonly Dense[] }[],
): { readonly rows: readonly Dense[]; readonly exact: boolean } | "none" | "limit" {
  let system = new System();
  for (const { coeffs, constant } of rows) {
    const dense: Int[] = new Array<Int>(numbers.size).fill(0);
    for (const [x, c] of coeffs) dense[numbers.get(x)!] = c;
    system.add(dense, constant);
  }
  let exact = true;
  for (let steps = 0, round = 0; ; round++) {
    if (system.isImpossible) return "none";
    if (round > 0 && system.rows.length > limits.rows) return "limit";
    const all = system.rows;
    const unknown = cheapest(all, shouldGo);
    if (unknown === undefined) return { rows: all, exact };
    stages?.push({ unknown, rows: all });
    const lower: Dense[] = [];
    const upper: Dense[] = [];
    system = new System();
    for (const row of all) {
      const c = row.coeffs[unknown]!;
      if (c === 0) system.keep(row);
      else (c > 0 ? lower : upper).push(row);
    }
    const unit = ({ coeffs }: Dense): boolean => coeffs[unknown] === 1 || coeffs[unknown] === -1;
    if (lower.length > 0 && upper.length > 0 && !lower.every(unit) && !upper.every(unit))
      exact = false;
    steps += lower.length * upper.length;
    if (steps > limits.steps) return "limit";
    for (const lo of lower) for (const hi of upper) combine(system, lo, hi, unknown);
  }
}

/** The unknown whose elimination adds the fewest rows. */
function cheapest(rows: readonly Dense[], shouldGo: readonly boolean[]): number | undefined {
  const size = shouldGo.length;
  const up = new Uint32Array(size);
  const down = new Uint32Array(size);
  const extra = new Uint8Array(size);
  // Of those that cost the same the one seen first goes.
  const seen: number[] = [];
  for (const { coeffs } of rows) {
    for (let i = 0; i < size; i++) {
      const c = coeffs[i]!;
      if (c === 0 || !shouldGo[i]) continue;
      if (up[i] === 0 && down[i] === 0) seen.push(i);
      if (c > 0) up[i]!++;
      else down[i]!++;
      if (c !== 1 && c !== -1) extra[i] = 3;
    }
  }
  let best: number | undefined;
  let cost = Infinity;
  for (const i of seen) {
    const price = up[i]! * down[i]! - up[i]! - down[i]! + extra[i]!;
    if (price < cost) [best, cost] = [i, price];
  }
  return best;
}

/** The row that holds exactly where `row` does not. */
export const negateRow = (row: Row): Row => ({
  coeffs: new Map([...row.coeffs].map(([x, c]) => [x, negInt(c)] as const)),
  constant: addInt(negInt(row.constant), -1),
});

/** Equal for rows of one direction. */
const directionOf = ({ coeffs }: Row, sign: 1 | -1): string =>
  [...coeffs]
    .map(([x, c]) => `${x}:${sign === 1 ? c : negInt(c)}`)
    .sort()
    .join();

/** `row + k * other` */
function plus(row: Row, other: Row, k: Int): Row {
  const coeffs = new Map(row.coeffs);
  for (const [x, c] of other.coeffs) {
    const sum = addInt(coeffs.get(x) ?? 0, mulInt(c, k));
    if (sum === 0) coeffs.delete(x);
    else coeffs.set(x, sum);
  }
  return { coeffs, constant: addInt(row.constant, mulInt(other.constant, k)) };
}

/** An equation among the rows, and an unknown that it gives: one whose coefficient is a unit. */
function equationIn(rows: readonly Row[]): { readonly row: Row; readonly of: string } | undefined {
  const seen = new Map<string, Int>();
  for (const row of rows) {
    const against = seen.get(directionOf(row, -1));
    if (against !== undefined && addInt(against, row.constant) === 0)
      for (const [x, c] of row.coeffs) if (c === 1 || c === -1) return { row, of: x };
    const direction = directionOf(row, 1);
    const known = seen.get(direction);
    if (known === undefined || row.constant < known) seen.set(direction, row.constant);
  }
  return undefined;
}

/**
 * The rows without the unknowns that equations give. No integer solution is lost or won, and what is left can be rounded
 * further than the sums that elimination makes of them.
 */
export function withoutEquations(rows: readonly Row[]): readonly Row[] {
  let left = rows;
  for (;;) {
    const equation = equationIn(left);
    if (equation === undefined) return left;
    const { row, of } = equation;
    const unit = row.coeffs.get(of)!;
    left = left.flatMap((r) => {
      const c = r.coeffs.get(of);
      const after = c === undefined ? r : plus(r, row, negInt(mulInt(c, unit)));
      return after.coeffs.size === 0 && after.constant >= 0 ? [] : [after];
    });
  }
}

/** Whether the row certainly holds wherever the rows do. */
export const implies = (rows: readonly Row[], row: Row): boolean =>
  hasNoSolution([...rows, negateRow(row)]);

/** Whether the system certainly has no integer solution. */
export function hasNoSolution(rows: readonly Row[], limits: SolveLimits = usual): boolean {
  const numbers = unknownsOf(rows);
  return (
    eliminateDense(
      rows,
      numbers,
      [...numbers].map(() => true),
      limits,
    ) === "none"
  );
}

/**
 * Integer values for all unknowns, small ones preferred; undefined when none was found. Tries for each unknown, from
 * the last eliminated one on, a few values of its interval.
 */
export function findSolution(
  rows: readonly Row[],
  tries = 400,
): ReadonlyMap<string, Int> | undefined {
  const done = eliminate(rows, () => true);
  if (done === "none" || done === "limit") return undefined;
  const order = [...done.stages].reverse();
  const values = new Map<string, Int>();
  let budget = tries;
  const extend = (at: number): boolean => {
    if (at === order.length) return rows.every((r) => valueOf(r, values) >= 0);
    const { unknown, rows: stage } = order[at]!;
    for (const value of candidates(stage, unknown, values)) {
      if (--budget < 0) return false;
      values.set(unknown, value);
      if (extend(at + 1)) return true;
    }
    values.delete(unknown);
    return false;
  };
  return extend(0) ? values : undefined;
}

function valueOf(row: Row, values: ReadonlyMap<string, Int>): Int {
  let sum = row.constant;
  for (const [x, c] of row.coeffs) sum = addInt(sum, mulInt(c, values.get(x) ?? 0));
  return sum;
}

/** Values of one unknown that the rows allow, given those before it: nearest to the ends, and small ones. */
function candidates(
  rows: readonly Row[],
  unknown: string,
  values: ReadonlyMap<string, Int>,
): Int[] {
  let low: Int | undefined;
  let high: Int | undefined;
  for (const row of rows) {
    const c = row.coeffs.get(unknown);
    if (c === undefined) continue;
    let rest = row.constant;
    for (const [x, k] of row.coeffs)
      if (x !== unknown) rest = addInt(rest, mulInt(k, values.get(x) ?? 0));
    if (c > 0) {
      const bound = negInt(floorDivInt(rest, c));
      if (low === undefined || bound > low) low = bound;
    } else {
      const bound = floorDivInt(rest, negInt(c));
      if (high === undefined || bound < high) high = bound;
    }
  }
  const within = (x: Int): boolean =>
    (low === undefined || x >= low) && (high === undefined || x <= high);
  const picks: Int[] = [];
  const offer = (x: Int): void => {
    if (within(x) && !picks.includes(x)) picks.push(x);
  };
  for (let i = 0; i < 4; i++) if (low !== undefined) offer(addInt(low, i));
  for (let i = 0; i < 2; i++) if (high !== undefined) offer(addInt(high, -i));
  for (const x of [1, 2, 3, 0, 4, 8, 16, -1]) offer(x);
  return picks;
}
