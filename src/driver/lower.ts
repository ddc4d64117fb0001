/** From the graph level down: operators become loop nests. Libraries are loaded only for programs that need them. */
import { visit } from "../ir/core/visit.js";
import type { IRModule } from "../ir/module.js";
import type { OpLowering } from "../op/lowering.js";
import { lookupOp } from "../op/registry.js";
import { Diagnostics, type Sink } from "../support/diagnostic.js";
import type { Source } from "../support/source.js";
import type { TemplateLowering } from "../template/select/lowering.js";

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
      // Types hold no operators.
      const isLeaf = node.kind === "tir.PrimFunc" || node.kind === "relax.Var";
      return found || isLeaf ? false : undefined;
    },
  });
  return found;
}

/** The lowering of the standard library and those given; what is wrong with them is reported. */
export async function loweringOf(
  given: readonly Source[],
  sink: Sink,
  module?: IRModule,
): Promise<TemplateLowering> {
  const { loadLibraries } = await import("./libraries.js");
  const templates = module?.templates;
  const own =
    templates === undefined ? undefined : { name: "the module's templates", text: templates };
  const { lowering, diagnostics } = loadLibraries(given, own);
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
  const lowering = await loweringOf(libraries ?? [], found, module);
  for (const d of found.all) sink.report(d);
  return found.failed ? undefined : legalize(module, lowering, sink, target);
}

/** How each call of the module is lowered, and why so, as text. */
export async function explainLowering(
  module: IRModule,
  sink: Sink,
  { libraries, target }: LowerOptions = {},
): Promise<string> {
  const { explained } = await import("./explain-lowering.js");
  const { lowering, text } = explained(await loweringOf(libraries ?? [], sink, module));
  await legalize(module, lowering, sink, target);
  return text();
}

async function legalize(
  module: IRModule,
  lowering: OpLowering,
  sink: Sink,
  target: string | undefined,
): Promise<IRModule | undefined> {
  const [{ legalizeOps }, { runPipeline, step }] = await Promise.all([
    import("../transform/relax/legalize-ops.js"),
    import("../transform/pipeline.js"),
  ]);
  return runPipeline(module, [step(legalizeOps)], sink, {
    lowering,
    ...(target !== undefined && { target }),
  });
}
