/** Deterministic choices from a seed. */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
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

/** The same seed gives the same choices. */
export function makeRandom(seed: number): Random {
  const rng = xoroshiro128plus(seed | 0);
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
