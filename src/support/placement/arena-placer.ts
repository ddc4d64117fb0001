/** Offsets of an arena's buffers at run time: the best orientation, and on a miss a short search; remembered by sizes. */
import { ORDERS, orderBy, placeInOrder } from "./first-fit.js";
import type { Layout, SymbolicLayout } from "./layout.js";
import { orientationOf, stackOf, type Stack } from "./orientation.js";
import { LOOSE, searchWithRestarts } from "./restarts.js";
import { lowerBound, type Sections } from "./sections.js";
import { sizeEvaluator } from "./size-program.js";
import { SkylineState, UNIT_LIMIT } from "./skyline-state.js";
import { gcd, roundUp } from "./units.js";

/** Where everything lies at some values of the symbols. */
export interface PlacedArena {
  readonly offsets: ArrayLike<number>;
  /** Bytes of the arena. */
  readonly size: number;
  /** Bytes that no placement can do without. */
  readonly lowerBound: number;
}

/** Places the buffers of one arena. */
export interface ArenaPlacer {
  /** None when a size is negative or not a number below 2^53. */
  at(symbols: ArrayLike<number>): PlacedArena | undefined;
}

/** How much is done when the orientations are not good enough. */
export interface PlacerOptions {
  /** Ratio to the lower bound that is good enough. */
  readonly accept?: number;
  /** States that a search may open on a miss, beside two for each buffer. */
  readonly nodes?: number;
}

const ACCEPT = 1.02;
const NODES = 1000;
/** Nodes of the shortest run of a search, beside one for each buffer. */
const RUN = 100;
/** Placements that are remembered. */
const REMEMBERED = 64;
/** Orientations, with those that were found at run time. */
const POOL = 16;
const FALLBACK_ORDERS = ORDERS.slice(0, 5);
/** Ratios to the lower bound that are tried when what is good enough was not found. */
const FALLBACK_RATIOS = [1.05, 1.1];

/** Prepares the placement of an arena. */
export function arenaPlacer(layout: Layout, options: PlacerOptions = {}): ArenaPlacer {
  if (layout.kind === "symbolic") return new SymbolicPlacer(layout, options);
  const { offsets, size } = layout;
  const placed: PlacedArena = { offsets, size, lowerBound: size };
  return { at: () => placed };
}

class SymbolicPlacer implements ArenaPlacer {
  readonly #layout: SymbolicLayout;
  readonly #sections: Sections;
  readonly #evaluator: ReturnType<typeof sizeEvaluator>;
  readonly #pool: Stack[];
  readonly #accept: number;
  readonly #nodes: number;
  readonly #known = new Map<string, PlacedArena | undefined>();

  constructor(layout: SymbolicLayout, { accept = ACCEPT, nodes = NODES }: PlacerOptions) {
    this.#layout = layout;
    this.#sections = {
      count: layout.sections,
      first: Int32Array.from(layout.first),
      end: Int32Array.from(layout.end),
    };
    this.#evaluator = sizeEvaluator(layout.sizes);
    this.#pool = layout.orientations.map(stackOf);
    this.#accept = Math.max(accept, layout.provedRatio ?? 1);
    this.#nodes = nodes;
  }

  at(symbols: ArrayLike<number>): PlacedArena | undefined {
    const key = Array.prototype.join.call(symbols, ",");
    const known = this.#known.get(key);
    if (known !== undefined || this.#known.has(key)) return known;
    const placed = this.#place(symbols);
    if (this.#known.size >= REMEMBERED) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(key, placed);
    return placed;
  }

  #place(symbols: ArrayLike<number>): PlacedArena | undefined {
    const { align } = this.#layout;
    const bytes = this.#evaluator.at(symbols);
    if (!bytes.every((size) => size >= 0)) return undefined;
    const size = bytes.map((exact) => roundUp(exact, align));
    const bound = lowerBound(this.#sections, size);
    let best: Float64Array<ArrayBufferLike> = new Float64Array(size.length);
    let peak = this.#pool[0]!.place(size, best);
    const enough = bound * this.#accept;
    for (let k = 1; k < this.#pool.length && peak > enough; k++) {
      const offsets = new Float64Array(size.length);
      const top = this.#pool[k]!.place(size, offsets);
      if (top < peak) [best, peak] = [offsets, top];
    }
    if (peak > enough && this.#layout.provedRatio === undefined) {
      const found = this.#search(size, bound, enough);
      if (found !== undefined && found.peak < peak) {
        [best, peak] = [found.offset, found.peak];
        if (this.#pool.length < POOL) this.#pool.push(stackOf(orientationOf(this.#sections, best)));
      }
    }
    return Number.isSafeInteger(peak)
      ? { offsets: best, size: peak, lowerBound: bound }
      : undefined;
  }

  /** The best of first fit in some orders and a short exact search below what is good enough. */
  #search(
    size: Float64Array,
    bound: number,
    enough: number,
  ): { offset: Float64Array; peak: number } | undefined {
    const shelf = { sections: this.#sections, size };
    const { first, end } = this.#sections;
    const span = first.map((s, b) => end[b]! - s);
    let best: { offset: Float64Array; peak: number } | undefined;
    for (const kind of FALLBACK_ORDERS) {
      const placed = placeInOrder(shelf, orderBy(kind, shelf, span), "first");
      if (best === undefined || placed.peak < best.peak) best = placed;
      if (best.peak <= enough) return best;
    }
    for (const ratio of [this.#accept, ...FALLBACK_RATIOS]) {
      if (best!.peak <= bound * ratio) break;
      const placed = this.#exact(size, bound * ratio);
      if (placed !== undefined) return placed;
    }
    return best;
  }

  /** A placement that ends no higher, if a short search finds one. */
  #exact(size: Float64Array, most: number): { offset: Float64Array; peak: number } | undefined {
    const unit = size.reduce(gcd, 0);
    if (unit === 0 || most / unit >= UNIT_LIMIT / 2) return undefined;
    const used: number[] = [];
    for (let b = 0; b < size.length; b++) if (size[b]! > 0) used.push(b);
    const { count, first, end } = this.#sections;
    const state = new SkylineState(
      {
        count,
        first: Int32Array.from(used, (b) => first[b]!),
        end: Int32Array.from(used, (b) => end[b]!),
      },
      used.map((b) => size[b]! / unit),
    );
    state.capacity = Math.floor(most / unit);
    const nodes = this.#nodes + 2 * used.length;
    const { verdict } = searchWithRestarts(state, { nodes, run: used.length + RUN, cells: LOOSE });
    if (verdict !== "found") return undefined;
    const offset = new Float64Array(size.length);
    let peak = 0;
    for (let i = 0; i < used.length; i++) {
      const y = state.least[i]! * unit;
      offset[used[state.original[i]!]!] = y;
      peak = Math.max(peak, y + state.size[i]! * unit);
    }
    return { offset, peak };
  }
}
