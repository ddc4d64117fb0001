/**
 * Offsets for buffers of known sizes: orders of first fit, then exact search at the lower bound, then bisection
 * between the bound and the best so far. Large problems take near-linear methods first.
 */
import { ORDERS, orderBy, placeInOrder, type Fit } from "../../support/placement/first-fit.js";
import { columnsOf, peakOf, type Columns } from "./columns.js";
import { exactSearch, type ExactSearch } from "./exact.js";
import { LARGE, placeLarge } from "./large.js";
import type { StaticBuffer, StaticOptions, StaticPlacement } from "./problem.js";
import { crowdedBuffers } from "./witness.js";

/** Nodes that a search at the bound gets before bisection. */
const FIRST_PROBE = 40_000;
/** Nodes of a first probe below a capacity that is given: the question is whether it fits. */
const QUICK_PROBE = 1000;
/** Nodes of the first bisection probes. */
const PROBE = 2000;
/** Nodes of all searches of one call, unless told otherwise. */
const NODES = 200_000;

/** The best so far. */
interface Best {
  readonly offset: ArrayLike<number>;
  readonly peak: number;
  readonly method: string;
}

/** Places buffers; the same input always gives the same offsets. */
export function placeStatic(
  buffers: readonly StaticBuffer[],
  options: StaticOptions = {},
): StaticPlacement {
  const columns = columnsOf(buffers);
  const { lowerBound } = columns;
  const capacity = options.capacity ?? Infinity;
  let best = heuristic(columns);
  let nodes = 0;
  let proved = lowerBound;
  if (best.peak > lowerBound && lowerBound <= capacity && buffers.length <= LARGE) {
    const search = exactSearch(columns);
    if (search !== undefined) {
      const found = new Refinement(columns, search, best, options.nodes ?? NODES);
      if (options.capacity === undefined) found.minimise();
      else found.fit(options.capacity);
      ({ best, nodes, proved } = found);
    }
  }
  const common = {
    offsets: Array.from(best.offset),
    peak: best.peak,
    lowerBound,
    method: best.method,
    nodes,
  };
  if (best.peak <= capacity) {
    if (best.peak > proved) return { status: "placed", ...common };
    return { status: "placed", ...common, proof: best.peak === lowerBound ? "bound" : "exhausted" };
  }
  if (proved <= capacity) return { status: "unknown", ...common };
  const witness = crowdedBuffers(columns, capacity);
  return { status: "infeasible", ...common, witness };
}

/** The best of the methods that always end soon; stops at the bound. */
function heuristic(columns: Columns): Best {
  if (columns.buffers.length > LARGE) return placeLarge(columns);
  let best: Best | undefined;
  for (const fit of ["first", "best"] as const satisfies readonly Fit[]) {
    for (const kind of ORDERS) {
      const order = orderBy(kind, columns.shelf, columns.span);
      const { offset } = placeInOrder(columns.shelf, order, fit);
      for (let b = 0; b < offset.length; b++) offset[b]! *= columns.units.unit;
      const peak = peakOf(columns, offset);
      if (best === undefined || peak < best.peak)
        best = { offset, peak, method: `${fit} fit by ${kind}` };
      if (peak <= columns.lowerBound) return best;
    }
  }
  return best!;
}

/** Betters a placement by exact searches. */
class Refinement {
  nodes = 0;
  /** No placement needs less than this many bytes. */
  proved: number;
  /** Units below which no placement can be, as far as is proved. */
  #low: number;

  constructor(
    readonly columns: Columns,
    readonly search: ExactSearch,
    public best: Best,
    readonly budget: number,
  ) {
    this.proved = columns.lowerBound;
    this.#low = Math.ceil(columns.lowerBound / columns.units.unit);
  }

  /** Looks for as few bytes as the budget of nodes finds. */
  minimise(): void {
    if (this.#probe(this.#low, FIRST_PROBE) === "found") return;
    // Another round makes sense only while some probe ran out of nodes.
    let undecided = true;
    for (let effort = PROBE; undecided && this.#left > 0; effort *= 2) {
      undecided = false;
      let low = this.#low;
      while (this.#left > 0 && low < this.#high) {
        const middle = Math.floor((low + this.#high - 1) / 2);
        const verdict = this.#probe(middle, effort);
        if (verdict === "limit") undecided = true;
        if (verdict !== "found") low = middle + 1;
      }
    }
  }

  /** Looks for a placement within a capacity, at the bound first. */
  fit(capacity: number): void {
    const units = Math.floor(capacity / this.columns.units.unit);
    if (this.#low < units && this.#probe(this.#low, QUICK_PROBE) === "found") return;
    if (this.best.peak > capacity) this.#probe(units, this.#left);
  }

  get #left(): number {
    return this.budget - this.nodes;
  }

  /** Units that the best placement takes. */
  get #high(): number {
    return Math.ceil(this.best.peak / this.columns.units.unit);
  }

  #probe(capacity: number, nodes: number): string {
    const probe = this.search.below(capacity, Math.min(nodes, this.#left));
    this.nodes += Math.max(1, probe.nodes);
    if (probe.offset !== undefined) {
      const peak = peakOf(this.columns, probe.offset);
      if (peak < this.best.peak)
        this.best = { offset: probe.offset, peak, method: "skyline search" };
    } else if (probe.verdict === "none" && this.search.complete && capacity >= this.#low) {
      this.#low = capacity + 1;
      this.proved = this.#low * this.columns.units.unit;
    }
    return probe.verdict;
  }
}
