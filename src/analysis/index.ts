/** Checks of modules. */
import type { IRModule } from "../ir/module.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { Diagnostics, type Sink } from "../support/diagnostic.js";
import { checkCallees, checkTirCalls } from "./calls.js";
import { checkRelax } from "./relax/index.js";
import type { Guard } from "./tir/bounds.js";
import { checkBlocks } from "./tir/block-checks.js";
import { reportBounds } from "./tir/report-bounds.js";
import { reportRaces } from "./tir/report-races.js";
import { reportShadowed, reportUnused } from "./tir/unused.js";
import { checkWellFormed } from "./tir/well-formed.js";

export {
  boundsOf,
  guardText,
  type AccessPlace,
  type BoundsReport,
  type Guard,
  type Refuted,
} from "./tir/bounds.js";
export { findRaces, type Race, type RaceReport } from "./tir/races.js";

export interface CheckOptions {
  /** Level of the IR that is expected, e.g. `graph`. */
  readonly stage?: string;
  /** Also say what is left to the run time, and possible races. */
  readonly showUnknown?: boolean;
  /** Also warn of names that hide others. */
  readonly shadowed?: boolean;
}

/** Reports every problem found in the module. */
export function checkModule(module: IRModule, sink: Sink, options: CheckOptions = {}): void {
  checkRelax(module, sink, options);
  const guards = new Map<string, readonly Guard[]>();
  for (const [name, func] of module.functions) {
    if (func.kind !== "tir.PrimFunc") continue;
    checkCallees(module, func, sink);
    guards.set(name, checkPrimFunc(func, sink, options));
  }
  checkTirCalls(module, guards, sink);
}

/** Reports every problem of a T function; the result is the conditions under which its accesses are in bounds. */
export function checkPrimFunc(
  func: PrimFunc,
  sink: Sink,
  options: CheckOptions = {},
): readonly Guard[] {
  const found = new Diagnostics();
  checkWellFormed(func, found);
  for (const d of found.all) sink.report(d);
  reportUnused(func, sink);
  if (options.shadowed === true) reportShadowed(func, sink);
  // Reasoning about accesses needs names and ranks that are in order.
  if (found.failed) return [];
  checkBlocks(func, sink);
  const { guards, refuted } = reportBounds(func, sink, options.showUnknown === true);
  if (refuted.length === 0) reportRaces(func, sink, options.showUnknown === true);
  return guards;
}
