/** From the graph level down: operators become loop nests. Libraries are loaded only for programs that need them. */
import { visit } from "../ir/core/visit.js";
import type { IRModule } from "../ir/module.js";
import { lookupOp } from "../op/registry.js";
import { Diagnostics, type Sink } from "../support/diagnostic.js";
import type { EntryGuard } from "./guards.js";
import type { OnPhase } from "./phases.js";
import type { Source } from "../support/source.js";
import type { HostProcessor } from "../support/target-description.js";
import type { TemplateLowering } from "../template/select/lowering.js";
import type { PipelineHooks } from "../transform/pipeline.js";
import { libraryHooks } from "./library-hooks.js";

export interface LowerOptions {
  /** Libraries beside the standard one; later ones are preferred. */
  readonly libraries?: readonly Source[] | undefined;
  /** Templates of other targets do not apply. */
  readonly target?: string | undefined;
  /** What native code is compiled for when the target does not say. */
  readonly processor?: HostProcessor | undefined;
  /**
   * Takes the guards of functions that are scheduled, as they are before: the loops of a schedule hide what a size must
   * be behind the parts it was split into.
   */
  readonly guards?: Map<string, readonly EntryGuard[]> | undefined;
  /** Told after each pass. */
  readonly onPhase?: OnPhase | undefined;
}

/** Whether the module calls an operator that a loop nest computes. */
export function needsLowering(module: IRModule): boolean {
  let found = false;
  visit(module, {
    enter(node) {
      if (node.kind === "relax.Call" && node.op.kind === "relax.Op")
        found ||= lookupOp(node.op.name)?.structural !== true;
      // Types hold no operators.
      const isLeaf = node.kind === "tir.PrimFunc" || node.kind === "relax.Var";
      return found || isLeaf ? false : undefined;
    },
  });
  return found;
}

/** The module with its operators lowered; undefined when errors were reported. */
export async function lowerModule(
  module: IRModule,
  sink: Sink,
  options: LowerOptions = {},
): Promise<IRModule | undefined> {
  if (!needsLowering(module)) return module;
  const found = new Diagnostics();
  const hooks = await libraryHooks(options, found, module, false);
  for (const d of found.all) sink.report(d);
  return found.failed ? undefined : legalize(module, hooks, sink);
}

/** How each call of the module is lowered, and why so, as text. */
export async function explainLowering(
  module: IRModule,
  sink: Sink,
  options: LowerOptions = {},
): Promise<string> {
  const { explained } = await import("./explain-lowering.js");
  const hooks = await libraryHooks(options, sink, module, false);
  const { lowering, text } = explained(hooks.lowering as TemplateLowering);
  await legalize(module, { ...hooks, lowering }, sink);
  return text();
}

async function legalize(
  module: IRModule,
  hooks: PipelineHooks,
  sink: Sink,
): Promise<IRModule | undefined> {
  const [{ legalizeOps }, { runPipeline, step }] = await Promise.all([
    import("../transform/passes.gen.js"),
    import("../transform/pipeline.js"),
  ]);
  return runPipeline(module, [step(legalizeOps)], sink, hooks);
}
