/** In which order operations are placed, and what keeps them from slots that others need more. */
import { slotsBySet } from "../bounds.js";
import type { Problem } from "../places.js";

/** What comes directly before the operation that needs it. */
const BEFORE = 1e-3;

/**
 * By node: those of long paths by their time; what has time to spare directly after the first that reads it, so that
 * its value is not kept since long before.
 */
export function orderOf(
  { graph }: Problem,
  asap: readonly number[],
  alap: readonly number[],
): readonly number[] {
  const readers: number[][] = graph.nodes.map(() => []);
  for (const { from, to, distance } of graph.edges) if (distance === 0) readers[from]!.push(to);
  const order = [...alap];
  const isKnown = graph.nodes.map((_, v) => asap[v] === alap[v]);
  // Readers start later, and are known first.
  for (const v of [...graph.nodes.keys()].sort((a, b) => alap[b]! - alap[a]!)) {
    const needed = readers[v]!.filter((r) => isKnown[r]).map((r) => order[r]!);
    if (!isKnown[v] && needed.length > 0) order[v] = Math.min(...needed) + BEFORE;
    isKnown[v] = true;
  }
  return order;
}

/** What a slot costs that operations need which can be on few elements only, when these need all. */
const PRICE = 5;

/** By element what an operation that can be on so many others pays for taking slots of those that cannot. */
export function scarcityOf(problem: Problem, ii: number) {
  const shares = slotsBySet(problem)
    .map(({ elements, slots }) => ({ elements, share: slots / (elements.length * ii) }))
    .sort((a, b) => a.elements.length - b.elements.length);
  const bySize = new Map<number, readonly number[]>();
  /** For an operation that can be on so many elements. */
  return (size: number): readonly number[] => {
    const known = bySize.get(size);
    if (known !== undefined) return known;
    const prices: number[] = [];
    for (const { elements, share } of shares)
      if (elements.length < size)
        for (const p of elements) prices[p] = Math.max(prices[p] ?? 0, PRICE * share ** 3);
    bySize.set(size, prices);
    return prices;
  };
}
