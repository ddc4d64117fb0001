/** Where the buffers of one arena lie, as plain data: fixed offsets, or orientations that give offsets for any sizes. */
import type { Orientation } from "./orientation.js";
import type { SizeProgram } from "./size-program.js";

/** Offsets in bytes, by index of buffer. */
export interface StaticLayout {
  readonly kind: "static";
  readonly size: number;
  readonly offsets: readonly number[];
}

/** Buffers whose sizes depend on symbols. */
export interface SymbolicLayout {
  readonly kind: "symbolic";
  /** Alignment of every offset; sizes are rounded up to it. */
  readonly align: number;
  /** Bytes of every buffer. */
  readonly sizes: SizeProgram;
  /** Number of sections of time, and the range of them in which each buffer is live. */
  readonly sections: number;
  readonly first: readonly number[];
  readonly end: readonly number[];
  /** Never empty. The one that needs the fewest bytes is taken. */
  readonly orientations: readonly Orientation[];
  /** The first orientation is proved to need no more than this times the lower bound, at all sizes. */
  readonly provedRatio?: number;
}

export type Layout = StaticLayout | SymbolicLayout;
