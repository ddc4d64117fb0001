/** Parallel loops. */
import type { For } from "../../../ir/tir/stmt.js";
import type { FunctionContext } from "./context.js";

/** Shares the iterations among threads; false when they have to run in order. */
export function emitParallel(_cx: FunctionContext, _s: For): boolean {
  return false;
}
