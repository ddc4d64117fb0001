/** Drawing numbers: deterministic in the seed of the state, which moves on. */
import { randomFrom } from "../support/placement/restarts.js";
import { exprText } from "../arith/index.js";
import { loopCodes } from "./loop-codes.js";
import { refuse } from "./primitive.js";
import type { LoopSite } from "./site.js";
import { analyzerAt, type ScheduleState } from "./state.js";

/** A number in [0, 1), and the state with the next seed. */
export function draw(state: ScheduleState): {
  readonly number: number;
  readonly next: ScheduleState;
} {
  const random = randomFrom(Math.imul(state.seed + 1, 0x9e3779b1));
  // The first numbers of small seeds are alike.
  for (let k = 0; k < 4; k++) random();
  return { number: random(), next: { ...state, seed: (state.seed + 0x6d2b79f5) | 0 } };
}

/** The position that a number in [0, 1) picks among weights. */
export function pickWeighted(weights: readonly number[], number: number): number {
  const total = weights.reduce((a, b) => a + b, 0);
  let left = number * total;
  for (const [k, w] of weights.entries()) {
    if (left < w) return k;
    left -= w;
  }
  return weights.findLastIndex((w) => w > 0);
}

/** The extent as a number; refuses symbolic ones, which have no exact tiles. */
export function constantExtent(state: ScheduleState, primitive: string, site: LoopSite): number {
  const extent = analyzerAt(state, site).simplify(site.node.extent);
  if (extent.kind === "tir.IntImm" && extent.value >= 1) return Number(extent.value);
  return refuse(
    loopCodes.symbolicExtent({
      primitive,
      loop: site.node.var.name,
      extent: exprText(extent),
      lanes: 16,
      at: site.node.span,
    }),
  );
}

/** Divisors of a number, in order. */
export function divisorsOf(n: number): readonly number[] {
  const low: number[] = [];
  const high: number[] = [];
  for (let d = 1; d * d <= n; d++) {
    if (n % d !== 0) continue;
    low.push(d);
    if (d * d !== n) high.unshift(n / d);
  }
  return [...low, ...high];
}

/** Number of ways to write `extent` as an ordered product of `parts` factors, the last one at most `most`. */
export function countTiles(
  extent: number,
  parts: number,
  most: number,
  known = new Map<string, number>(),
): number {
  if (parts === 1) return extent <= most ? 1 : 0;
  const key = `${extent}/${parts}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const count = divisorsOf(extent).reduce(
    (sum, d) => sum + countTiles(extent / d, parts - 1, most, known),
    0,
  );
  known.set(key, count);
  return count;
}

/** One of the ways of {@link countTiles}, each equally likely; undefined when there is none. */
export function drawTile(
  state: ScheduleState,
  extent: number,
  parts: number,
  most: number,
): { readonly tile: readonly number[]; readonly next: ScheduleState } | undefined {
  if (countTiles(extent, parts, most) === 0) return undefined;
  const tile: number[] = [];
  let [left, next] = [extent, state];
  for (let k = parts; k > 1; k--) {
    const options = divisorsOf(left);
    const drawn = draw(next);
    next = drawn.next;
    const at = pickWeighted(options.map((d) => countTiles(left / d, k - 1, most)), drawn.number); // prettier-ignore
    tile.push(options[at]!);
    left /= options[at]!;
  }
  return { tile: [...tile, left], next };
}
