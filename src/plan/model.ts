/** What memory planning takes and gives. A plan is plain data: it goes into artefacts and reports as it is. */
import type { PrimExpr, Var } from "../ir/tir/expr.js";
import type { Layout } from "../support/placement/layout.js";

/** What a buffer is for. */
export type BufferKind = "temp" | "input" | "output" | "const" | "workspace";

/** A size that is not known, with its range. */
export interface SizeSymbol {
  readonly variable: Var;
  /** 0 when absent. */
  readonly lower?: number;
  readonly upper?: number;
}

/**
 * A buffer to place. It is live in the points `lower … upper - 1` of its function's schedule. Points are laid out with
 * the sides of a branch after each other, so that buffers of different sides never meet; a value that is needed after
 * both lives through both.
 */
export interface PlanBuffer {
  /** Its own among the buffers of the problem. */
  readonly id: string;
  /** As people know it; `id` when absent. */
  readonly name?: string;
  readonly lower: number;
  readonly upper: number;
  /** Bytes, over the symbols of the problem. */
  readonly size: PrimExpr;
  /** Alignment of its offset; the arena's when absent. */
  readonly align?: number;
  /** The arena it lies in; `workspace` when absent. */
  readonly arena?: string;
  /** `temp` when absent. */
  readonly kind?: BufferKind;
}

/** What is known of an arena. */
export interface ArenaSpec {
  readonly id: string;
  readonly align?: number;
  /** Bytes there are, when they are limited. */
  readonly capacity?: number;
}

/** A planning problem. */
export interface PlanProblem {
  readonly symbols: readonly SizeSymbol[];
  readonly buffers: readonly PlanBuffer[];
  /** Arenas that are not as usual. */
  readonly arenas?: readonly ArenaSpec[];
  /** What happens at each point, for reports. */
  readonly steps?: readonly PlanStep[];
}

/** A point of the schedule. */
export interface PlanStep {
  readonly at: number;
  readonly name: string;
}

/** How planning goes. */
export interface PlanOptions {
  /** Alignment of arenas that do not say otherwise; 64 when absent. */
  readonly align?: number;
  /** States that exact searches may open for each arena of known sizes. */
  readonly nodes?: number;
}

/** A plan: arenas with the places of their buffers. */
export interface MemoryPlan {
  readonly version: 1;
  readonly symbols: readonly PlannedSymbol[];
  readonly arenas: readonly ArenaPlan[];
  /** In the order of the problem. */
  readonly buffers: readonly PlannedBuffer[];
  readonly steps: readonly PlanStep[];
}

/** A symbol of a plan; layouts take values in this order. */
export interface PlannedSymbol {
  readonly name: string;
  readonly lower: number;
  readonly upper?: number;
}

/** One arena. */
export interface ArenaPlan {
  readonly id: string;
  readonly align: number;
  readonly capacity?: number;
  /** Indices into the plan's buffers, in the order of the layout. */
  readonly buffers: readonly number[];
  readonly layout: Layout;
  readonly stats: ArenaStats;
}

/**
 * Why an arena needs no more: `bound`: the lower bound is met; `exhausted`: a search tried everything below;
 * `transitive`: the orientation meets the bound at all sizes; `dominated`: each way up is dominated by the bytes live
 * at some point, at all sizes.
 */
export type Proof = "bound" | "exhausted" | "transitive" | "dominated";

/** How good an arena's layout is. */
export interface ArenaStats {
  /** Bytes planned and the lower bound, of known sizes. */
  readonly planned?: number;
  readonly lowerBound?: number;
  readonly proof?: Proof;
  readonly method: string;
  /** Values of the symbols that were tried, with the worst ratio to the lower bound among them. */
  readonly tested?: { readonly shapes: number; readonly worst: number };
}

/** A buffer of a plan. */
export interface PlannedBuffer {
  readonly id: string;
  readonly name: string;
  readonly kind: BufferKind;
  /** Index of its arena. */
  readonly arena: number;
  readonly lower: number;
  readonly upper: number;
  /** Bytes, or their expression as text. */
  readonly size: number | string;
  readonly align: number;
}
