/** How T functions get their schedules; the driver hands an implementation to `apply-schedules`. */
import type { IRModule } from "../ir/module.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { Sink } from "../support/diagnostic.js";
import type { Span } from "../support/source.js";

/** Attribute of a function that a schedule made: it is not scheduled again. */
export const SCHEDULED = "tir.is_scheduled";
/** Attribute: the steps of its schedule, as text. */
export const TRACE = "relaxc.trace";
/** Attribute: the pattern that schedules are for, on a function of what matches it. */
export const MATCHED = "relaxc.pattern";

/** What a scheduler is told beside the function. */
export interface SchedulingSite {
  readonly sink: Sink;
  /** Names that the module will have. */
  readonly taken: ReadonlySet<string>;
  /** Note the steps of each schedule. */
  readonly isTraced: boolean;
}

/** A pattern as a schedule names it. */
export interface ScheduledPattern {
  readonly name: string;
  readonly at: Span;
}

export interface Scheduler {
  /** The dataflow patterns that schedules are for, the preferred first. */
  readonly patterns: readonly ScheduledPattern[];
  /** Whether a library beside the standard one schedules an operator, given by its full name. */
  isForOperator(op: string): boolean;
  /**
   * The functions that take the place of one: itself under its name, scheduled or choosing among variants, and those
   * variants. Undefined when no schedule is for it. What schedules refuse is reported as a warning.
   */
  schedule(
    module: IRModule,
    name: string,
    site: SchedulingSite,
  ): ReadonlyMap<string, PrimFunc> | undefined;
}
