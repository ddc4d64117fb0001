/** Deterministic choices from a seed. */
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { uniformInt } from "pure-rand/distribution/uniformInt";

export interface Random {
  /** An integer in [0, n). */
  below(n: number): number;
  /** An integer in [low, high], ends included. */
  between(low: number, high: number): number;
  /** True that often, 0 to 1. */
  chance(p: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** One of the items, each that likely. */
  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T;
}

/** The same seed gives the same choices; those of neighbouring seeds are unrelated. */
export function makeRandom(seed: number): Random {
  const word = splitMix(seed);
  const rng = xoroshiro128plusFromState([word(), word(), word(), word()]);
  const below = (n: number): number => uniformInt(rng, 0, n - 1);
  return {
    below,
    between: (low, high) => uniformInt(rng, low, high),
    chance: (p) => below(1 << 20) < p * (1 << 20),
    pick: (items) => items[below(items.length)]!,
    weighted(items) {
      let at = below(items.reduce((n, [w]) => n + w, 0));
      for (const [weight, item] of items) {
        if (at < weight) return item;
        at -= weight;
      }
      return items[items.length - 1]![1];
    },
  };
}

/** SplitMix32: the words of a state made from a small seed, which is mostly zeros itself. */
function splitMix(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  };
}
