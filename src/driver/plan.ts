/** Memory plans of programs: operators lowered and fused, allocations made explicit, then placed. */
import type { IRModule } from "../ir/module.js";
import { planModule, type FunctionPlan } from "../plan/index.js";
import type { Sink } from "../support/diagnostic.js";
import type { LowerOptions } from "./lower.js";
import { isLowered, optimise } from "./optimise.js";

/** What happens to a program before its memory is planned. */
export interface PlanRequest extends LowerOptions {
  /** Passes up to loop nests, as text; as a build does when absent. */
  readonly passes?: string | undefined;
  /** States that exact searches may open. */
  readonly nodes?: number | undefined;
}

/** From values to explicit allocations. */
const ALLOCATE = "to-non-dataflow,remove-purity-checking,call-tir-rewrite";

/** Plans every Relax function; undefined when errors were reported. */
export async function planProgram(
  module: IRModule,
  sink: Sink,
  { passes = "@optimise", nodes, ...options }: PlanRequest = {},
): Promise<FunctionPlan[] | undefined> {
  const ready = (await isLowered(module))
    ? module
    : await optimise(module, `${passes},${ALLOCATE}`, sink, options);
  return ready && planModule(ready, nodes === undefined ? {} : { nodes });
}
