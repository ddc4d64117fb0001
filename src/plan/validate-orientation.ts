/**
 * Checks orientations without sharing code with the planner: if every two buffers that are live at the same time are
 * connected by a way up, the placement is valid for all sizes, and no shapes need to be tried.
 */
import type { Orientation } from "../support/placement/index.js";
import type { Violation } from "./validate.js";

/** A buffer's life, in any unit of time. */
export interface NamedLife {
  readonly id: string;
  readonly lower: number;
  readonly upper: number;
}

/** What is wrong with an orientation of these buffers; nothing when it is valid for all sizes. */
export function checkOrientation(
  { order, row, below }: Orientation,
  lives: readonly NamedLife[],
): Violation | undefined {
  const n = lives.length;
  const shape = shapeProblem({ order, row, below }, n);
  if (shape !== undefined) return { rule: "identity", buffers: [], message: shape };
  // Bit b of row a: there is a way up from b to a.
  const words = (n + 31) >> 5;
  const under = Array.from({ length: n }, () => new Int32Array(words));
  for (let k = 0; k < n; k++) {
    const reach = under[order[k]!]!;
    for (let i = row[k]!; i < row[k + 1]!; i++) {
      const b = below[i]!;
      const further = under[b]!;
      for (let w = 0; w < words; w++) reach[w]! |= further[w]!;
      reach[b >> 5]! |= 1 << (b & 31);
    }
  }
  const leads = (from: number, to: number): boolean =>
    ((under[to]![from >> 5]! >> (from & 31)) & 1) === 1;
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < a; b++) {
      const [x, y] = [lives[a]!, lives[b]!];
      if (x.lower >= y.upper || y.lower >= x.upper || leads(a, b) || leads(b, a)) continue;
      const message = `${x.id} and ${y.id} are live at the same time, but neither is kept above the other`;
      return { rule: "overlap", buffers: [x.id, y.id], message };
    }
  }
  return undefined;
}

/** Whether every buffer comes once, above buffers that came before. */
function shapeProblem({ order, row, below }: Orientation, n: number): string | undefined {
  const place = new Array<number>(n).fill(-1);
  if (order.length !== n || row.length !== n + 1 || row[0] !== 0 || row[n] !== below.length) {
    return `an orientation of ${order.length} buffers, expected ${n}`;
  }
  for (const [k, b] of order.entries()) {
    if (place[b] !== -1) return `buffer ${b} is not one of the ${n} buffers, or comes twice`;
    if (!(row[k]! <= row[k + 1]!)) return `the rows of the orientation are out of order`;
    for (let i = row[k]!; i < row[k + 1]!; i++) {
      if (!(place[below[i]!]! >= 0)) return `buffer ${b} lies above ${below[i]}, which comes later`;
    }
    place[b] = k;
  }
  return undefined;
}
