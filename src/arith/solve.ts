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

/** Divides by the common factor, rounding the constant towards the solutions. */
function tighten(row: Row): Row {
  let g: Int = 0;
  for (const c of row.coeffs.values()) g = gcdInt(g, c);
  if (g === 0 || g === 1) return row;
  const coeffs = new Map<string, Int>();
  for (const [x, c] of row.coeffs) coeffs.set(x, floorDivInt(c, g));
  return { coeffs, constant: floorDivInt(row.constant, g) };
}

function direction(row: Row): string {
  const names = [...row.coeffs.keys()].sort();
  let key = "";
  for (const name of names) key += `${row.coeffs.get(name)}*${name}+`;
  return key;
}

interface Normal {
  readonly row: Row;
  readonly key: string;
}
const normals = new WeakMap<Row, Normal>();

/** The tightened row and the name of its direction. */
function normalOf(raw: Row): Normal {
  const known = normals.get(raw);
  if (known) return known;
  const row = tighten(raw);
  const normal = { row, key: direction(row) };
  normals.set(raw, normal);
  normals.set(row, normal);
  return normal;
}

/** Rows of one direction keep only the tightest; undefined when a row is plainly impossible. */
function reduce(rows: Iterable<Row>): Map<string, Row> | undefined {
  const kept = new Map<string, Row>();
  for (const raw of rows) {
    if (raw.coeffs.size === 0) {
      if (raw.constant < 0) return undefined;
      continue;
    }
    const { row, key } = normalOf(raw);
    const known = kept.get(key);
    if (known === undefined || row.constant < known.constant) kept.set(key, row);
  }
  return kept;
}

/** `p * x + q * y` without the unknown that cancels. */
function combine(x: Row, p: Int, y: Row, q: Int): Row {
  const coeffs = new Map<string, Int>();
  for (const [name, c] of x.coeffs) coeffs.set(name, mulInt(c, p));
  for (const [name, c] of y.coeffs) {
    const total = addInt(coeffs.get(name) ?? 0, mulInt(c, q));
    if (total === 0) coeffs.delete(name);
    else coeffs.set(name, total);
  }
  return { coeffs, constant: addInt(mulInt(x.constant, p), mulInt(y.constant, q)) };
}

export interface Elimination {
  /** What is left over the unknowns that were kept. */
  readonly rows: readonly Row[];
  /** Rows before each eliminated unknown, in order; for finding values. */
  readonly stages: readonly { readonly unknown: string; readonly rows: readonly Row[] }[];
  /** Every elimination had a unit coefficient on one side: integer solutions of the rest extend. */
  readonly exact: boolean;
}

/**
 * Eliminates all unknowns for which `eliminate` holds. `"none"`: the system has no solution; `"limit"`: too large.
 */
export function eliminate(
  rows: readonly Row[],
  shouldGo: (unknown: string) => boolean,
  limits: SolveLimits = usual,
): Elimination | "none" | "limit" {
  let current = reduce(rows);
  let exact = true;
  let steps = 0;
  const stages: { unknown: string; rows: Row[] }[] = [];
  for (;;) {
    if (current === undefined) return "none";
    const all = [...current.values()];
    const unknown = cheapest(all, shouldGo);
    if (unknown === undefined) return { rows: all, stages, exact };
    stages.push({ unknown, rows: all });
    const lower = all.filter((r) => (r.coeffs.get(unknown) ?? 0) > 0);
    const upper = all.filter((r) => (r.coeffs.get(unknown) ?? 0) < 0);
    const next = all.filter((r) => !r.coeffs.has(unknown));
    const unit = (r: Row): boolean => r.coeffs.get(unknown) === 1 || r.coeffs.get(unknown) === -1;
    if (lower.length > 0 && upper.length > 0 && !lower.every(unit) && !upper.every(unit))
      exact = false;
    for (const lo of lower) {
      for (const hi of upper) {
        if (++steps > limits.steps) return "limit";
        const a = lo.coeffs.get(unknown)!;
        const b = negInt(hi.coeffs.get(unknown)!);
        const g = gcdInt(a, b);
        next.push(combine(lo, floorDivInt(b, g), hi, floorDivInt(a, g)));
      }
    }
    current = reduce(next);
    if (current !== undefined && current.size > limits.rows) return "limit";
  }
}

function cheapest(
  rows: readonly Row[],
  shouldGo: (unknown: string) => boolean,
): string | undefined {
  const count = new Map<string, { up: number; down: number; unit: boolean }>();
  for (const row of rows) {
    for (const [x, c] of row.coeffs) {
      if (!shouldGo(x)) continue;
      const seen = count.get(x) ?? { up: 0, down: 0, unit: true };
      if (c > 0) seen.up++;
      else seen.down++;
      if (c !== 1 && c !== -1) seen.unit = false;
      count.set(x, seen);
    }
  }
  let best: string | undefined;
  let cost = Infinity;
  for (const [x, { up, down, unit }] of count) {
    const price = up * down - up - down + (unit ? 0 : 3);
    if (price < cost) [best, cost] = [x, price];
  }
  return best;
}

/** The row that holds exactly where `row` does not. */
export const negateRow = (row: Row): Row => ({
  coeffs: new Map([...row.coeffs].map(([x, c]) => [x, negInt(c)] as const)),
  constant: addInt(negInt(row.constant), -1),
});

/** Whether the row certainly holds wherever the rows do. */
export const implies = (rows: readonly Row[], row: Row): boolean =>
  hasNoSolution([...rows, negateRow(row)]);

/** Whether the system certainly has no integer solution. */
export const hasNoSolution = (rows: readonly Row[], limits?: SolveLimits): boolean =>
  eliminate(rows, () => true, limits) === "none";

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
