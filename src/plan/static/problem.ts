/** Buffers of known sizes in one arena, and what placing them gives. */

/** A buffer: live in the program points `lower … upper - 1`, `size` bytes at an offset that `align` divides. */
export interface StaticBuffer {
  readonly id: string;
  readonly lower: number;
  readonly upper: number;
  readonly size: number;
  /** 1 when absent. */
  readonly align?: number;
  /** The offset, when it is given. */
  readonly fixed?: number;
}

/** How placement goes. */
export interface StaticOptions {
  /** Bytes there are. Without it the placement takes as few as can be found. */
  readonly capacity?: number;
  /** States that exact searches may open, the unit of effort; the result never depends on time. */
  readonly nodes?: number;
}

/**
 * What came out. `placed`: offsets within the capacity. `infeasible`: proved impossible; `witness` are buffers that do
 * not fit together. `unknown`: neither was found; the offsets are valid, but exceed the capacity.
 */
export interface StaticPlacement {
  readonly status: "placed" | "infeasible" | "unknown";
  readonly offsets: readonly number[];
  /** Bytes the offsets need. */
  readonly peak: number;
  /** No placement needs less. */
  readonly lowerBound: number;
  /** Why no placement needs less than `peak`: the bound is met, or a search tried everything below. */
  readonly proof?: "bound" | "exhausted";
  /** Indices of buffers that cannot be placed together within the capacity. */
  readonly witness?: readonly number[];
  /** The method whose offsets these are. */
  readonly method: string;
  /** States that searches opened. */
  readonly nodes: number;
}
