/** Short runs of the skyline search with changing choices: the time a single run takes has a heavy tail. */
import { SkylineSearch, type CellChoice, type Verdict } from "./skyline-search.js";
import { xorshift, type SkylineState } from "./skyline-state.js";

/** What a search for a capacity may do. */
export interface RestartOptions {
  /** States opened over all runs. */
  readonly nodes: number;
  /** Nodes of the shortest run. */
  readonly run?: number;
  readonly cells?: readonly CellChoice[];
  /** Logarithm of the room for failed states; 0 remembers nothing. */
  readonly memoBits?: number;
}

/** Cells for capacities near the bound, where the most constrained place decides. */
export const NEAR_BOUND: readonly CellChoice[] = [
  "constrained",
  "constrained",
  "unweighted",
  "tight",
];

/** Cells for capacities with room to spare. */
export const LOOSE: readonly CellChoice[] = ["constrained", "unweighted", "tight", "lowest"];

const VALUES = ["total", "width", "area", "size"] as const;

/** Runs without noise in the order of values; later ones have it, from a fixed seed. */
const QUIET_RUNS = 8;

/** Searches the state's capacity with restarts; when found, the state holds the placement. */
export function searchWithRestarts(
  state: SkylineState,
  options: RestartOptions,
): { readonly verdict: Verdict; readonly nodes: number } {
  const { nodes, run = 500, cells = NEAR_BOUND } = options;
  const bits = options.memoBits ?? Math.min(20, Math.max(8, Math.ceil(Math.log2(nodes * 2))));
  const search = new SkylineSearch(state, bits);
  const random = randomFrom(0x5deece6d);
  for (let k = 0; search.nodes < nodes; k++) {
    const verdict = search.run({
      cell: cells[k % cells.length]!,
      value: valuesOf(
        state,
        VALUES[(k + Math.floor(k / 4)) % 4]!,
        k < QUIET_RUNS ? 0 : 0.3,
        random,
      ),
      nodes: Math.min(run * luby(k + 1), nodes - search.nodes),
    });
    if (verdict !== "limit") return { verdict, nodes: search.nodes };
    for (let s = 0; s < state.weight.length; s++) state.weight[s] = 1 + (state.weight[s]! - 1) / 2;
  }
  return { verdict: "limit", nodes: search.nodes };
}

/** The sequence 1, 1, 2, 1, 1, 2, 4, … (Luby, Sinclair, Zuckerman 1993). */
export function luby(i: number): number {
  let k = 1;
  while (2 ** k - 1 < i) k++;
  return 2 ** k - 1 === i ? 2 ** (k - 1) : luby(i - 2 ** (k - 1) + 1);
}

/** Numbers in [0, 1) from a seed. */
export function randomFrom(seed: number): () => number {
  let x = seed | 0 || 1;
  return () => ((x = xorshift(x)) >>> 0) / 2 ** 32;
}

/** How promising each buffer is: one number from a primary and a secondary key. */
function valuesOf(
  state: SkylineState,
  kind: (typeof VALUES)[number],
  noise: number,
  random: () => number,
): Float64Array {
  const { count, first, end, size, sectionCount } = state;
  const value = new Float64Array(count);
  for (let b = 0; b < count; b++) {
    const width = (end[b]! - first[b]!) / sectionCount;
    const height = size[b]! / state.capacity;
    let key: number;
    switch (kind) {
      case "total": {
        let most = 0;
        for (let s = first[b]!; s < end[b]!; s++) most = Math.max(most, state.rest[s]!);
        key = most / state.capacity + 1e-4 * width * height;
        break;
      }
      case "width":
        key = width + 1e-4 * height;
        break;
      case "area":
        key = width * height;
        break;
      case "size":
        key = height + 1e-4 * width;
        break;
    }
    value[b] = noise === 0 ? key : key * (1 + noise * (random() - 0.5));
  }
  return value;
}
