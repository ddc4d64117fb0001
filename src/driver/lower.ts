/** From the graph level down: operators become loop nests. Libraries are loaded only for programs that need them. */
import { visit } from "../ir/core/visit.js";
import type { IRModule } from "../ir/module.js";
import type { OpLowering } from "../op/lowering.js";
import { lookupOp } from "../op/registry.js";
import { Diagnostics, type Sink } from "../support/diagnostic.js";
import type { Source } from "../support/source.js";

export interface LowerOptions {
  /** Libraries beside the standard one; later ones are preferred. */
  readonly libraries?: readonly Source[] | undefined;
  /** Templates of other targets do not apply. */
  readonly target?: string | undefined;
}

/** Whether the module calls an operator that a loop nest computes. */
export function needsLowering(module: IRModule): boolean {
  let found = false;
  visit(module, {
    enter(node) {
      if (node.kind === "relax.Call" && node.op.kind === "relax.Op")
        found ||= lookupOp(node.op.name)?.structural !== true;
      return found || node.kind === "tir.PrimFunc" ? false : undefined;
    },
  });
  return found;
}

/** The lowering of the standard library and those given; what is wrong with them is reported. */
export async function loweringOf(given: readonly Source[], sink: Sink): Promise<OpLowering> {
  const { loadLibraries } = await import("./libraries.js");
  const { lowering, diagnostics } = loadLibraries(given);
  for (const d of diagnostics) sink.report(d);
  return lowering;
}

/** The module with its operators lowered; undefined when errors were reported. */
export async function lowerModule(
  module: IRModule,
  sink: Sink,
  { libraries, target }: LowerOptions = {},
): Promise<IRModule | undefined> {
  if (!needsLowering(module)) return module;
  const found = new Diagnostics();
  const [lowering, { legalizeOps }, { runPipeline, step }] = await Promise.all([
    loweringOf(libraries ?? [], found),
    import("../transform/relax/legalize-ops.js"),
    import("../transform/pipeline.js"),
  ]);
  for (const d of found.all) sink.report(d);
  if (found.failed) return undefined;
  return runPipeline(module, [step(legalizeOps)], sink, {
    lowering,
    ...(target !== undefined && { target }),
  });
}
