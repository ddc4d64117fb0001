/** Random sets of buffers whose best placement is known, or hard to find. */
import type { StaticBuffer } from "../../plan/index.js";
import type { Random } from "./random.js";

/** Buffers with a capacity: the most bytes live at once. */
export interface BufferSet {
  readonly buffers: readonly StaticBuffer[];
  readonly capacity: number;
}

/**
 * Few buffers that fill the capacity at every point: each step ends some and splits what they held anew. Now and then
 * such a set cannot be placed within its lower bound.
 */
export function tightBuffers(random: Random): BufferSet {
  for (;;) {
    const capacity = random.between(3, 9);
    const buffers: StaticBuffer[] = [];
    let live = split(random, capacity).map((size) => ({ size, lower: 0 }));
    const steps = random.between(3, 5);
    const end = (b: { size: number; lower: number }, upper: number): void =>
      void buffers.push({ id: String(buffers.length), ...b, upper });
    for (let t = 1; t <= steps; t++) {
      const ended = live.filter(() => random.chance(0.45));
      ended.forEach((b) => end(b, t));
      live = live.filter((b) => !ended.includes(b));
      const freed = ended.reduce((sum, b) => sum + b.size, 0);
      live.push(...split(random, freed).map((size) => ({ size, lower: t })));
    }
    live.forEach((b) => end(b, steps + 1));
    if (buffers.length >= 6 && buffers.length <= 12) return { buffers, capacity };
  }
}

/** Parts from 1 to 4 with the given sum. */
function split(random: Random, total: number): number[] {
  const parts: number[] = [];
  for (let rest = total; rest > 0;) {
    const part = random.between(1, Math.min(4, rest));
    parts.push(part);
    rest -= part;
  }
  return parts;
}

/** A rectangle of time and addresses cut up by straight cuts: it can be placed without any waste. */
export function plantedBuffers(random: Random, pieces: number, removed = 0): BufferSet {
  const capacity = random.between(20, 120);
  const span = random.between(10, 60);
  const parts = [{ lower: 0, upper: span, bottom: 0, top: capacity }];
  for (let tries = 0; parts.length < pieces && tries < pieces * 20; tries++) {
    const at = random.below(parts.length);
    const { lower, upper, bottom, top } = parts[at]!;
    if (random.chance(0.5)) {
      if (upper - lower < 2) continue;
      const cut = random.between(lower + 1, upper - 1);
      parts.splice(at, 1, { lower, upper: cut, bottom, top }, { lower: cut, upper, bottom, top });
    } else {
      if (top - bottom < 2) continue;
      const cut = random.between(bottom + 1, top - 1);
      parts.splice(at, 1, { lower, upper, bottom, top: cut }, { lower, upper, bottom: cut, top });
    }
  }
  const buffers = parts
    .filter(() => !random.chance(removed))
    .map(({ lower, upper, bottom, top }, i) => ({
      id: String(i),
      lower,
      upper,
      size: top - bottom,
    }));
  return { buffers, capacity };
}
