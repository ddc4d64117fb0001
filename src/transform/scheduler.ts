/** How T functions get their schedules; the driver hands an implementation to `apply-schedules`. */
import type { IRModule } from "../ir/module.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { Sink } from "../support/diagnostic.js";

/** Attribute of a function that a schedule made: it is not scheduled again. */
export const SCHEDULED = "tir.is_scheduled";
/** Attribute: the steps of its schedule, as text. */
export const TRACE = "relaxc.trace";

export interface Scheduler {
  /**
   * The functions that take the place of one: itself under its name, scheduled or choosing among variants, and those
   * variants. Undefined when no schedule is for it. What schedules refuse is reported as a warning.
   */
  schedule(
    module: IRModule,
    name: string,
    site: { readonly sink: Sink; readonly taken: ReadonlySet<string> },
  ): ReadonlyMap<string, PrimFunc> | undefined;
}
