/** How T functions get their schedules; the driver hands an implementation to `apply-schedules`. */
import type { IRModule } from "../ir/module.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { Sink } from "../support/diagnostic.js";

/** Attribute of a function that a schedule made: it is not scheduled again. */
export const SCHEDULED = "tir.is_scheduled";
/** Attribute: the steps of its schedule, as text. */
export const TRACE = "relaxc.trace";

/** What a scheduler is told beside the function. */
export interface SchedulingSite {
  readonly sink: Sink;
  /** Names that the module will have. */
  readonly taken: ReadonlySet<string>;
  /** Note the steps of each schedule. */
  readonly isTraced: boolean;
}

export interface Scheduler {
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
