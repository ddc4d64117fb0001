/** Named pipelines in builds: from a checked program to what code is generated from. */
import { irModule, type IRModule } from "../ir/module.js";
import { Diagnostics, type Sink } from "../support/diagnostic.js";
import { pipelineFor, type BuildKind } from "../transform/named-pipelines.js";
import { isScheduling, libraryHooks, targetOf } from "./library-hooks.js";
import { explainLowering, lowerModule, needsLowering, type LowerOptions } from "./lower.js";

/** Whether memory is explicit already: then the program is built as it is written. */
export async function isLowered(module: IRModule): Promise<boolean> {
  const { relaxLevelsOf } = await import("../transform/level.js");
  return [...module.functions.values()].some((func) => {
    const lowest = func.kind === "relax.Function" && relaxLevelsOf(func, module)?.lowest;
    return lowest === "alloc" || lowest === "planned" || lowest === "vm";
  });
}

/** The module as code for the target is generated from it; undefined when errors were reported. */
export async function prepareFor(
  kind: BuildKind,
  module: IRModule,
  sink: Sink,
  options: LowerOptions = {},
): Promise<IRModule | undefined> {
  if (await isLowered(module)) return lowerModule(module, sink, options);
  const given = { target: kind, ...options };
  return optimise(module, `@${pipelineFor(kind, targetOf(given, sink))}`, sink, given);
}

/** The module as WebAssembly is generated from it. */
export const prepareForWasm = (
  module: IRModule,
  sink: Sink,
  options: LowerOptions = {},
): Promise<IRModule | undefined> => prepareFor("wasm", module, sink, options);

/** How each operator of the module is lowered in a build for the target, and why so, as text. */
export async function explainBuild(
  kind: BuildKind,
  module: IRModule,
  sink: Sink,
  options: LowerOptions = {},
): Promise<string> {
  const given = { target: kind, ...options };
  const pipeline = `@${pipelineFor(kind, targetOf(given, sink))}`;
  const before = (await isLowered(module))
    ? module
    : await optimise(module, pipeline, sink, given, "legalize-ops");
  return before === undefined ? "" : explainLowering(before, sink, given);
}

/**
 * Runs a pipeline by its text, e.g. `@default-wasm`, or its part before a pass; undefined when errors were reported.
 */
export async function optimise(
  module: IRModule,
  pipeline: string,
  sink: Sink,
  options: LowerOptions = {},
  end?: string,
): Promise<IRModule | undefined> {
  const [{ parsePipeline }, { resolvePipeline, runPipeline }, { lookupPass }] = await Promise.all([
    import("../transform/pipeline-text.js"),
    import("../transform/pipeline.js"),
    import("../transform/registry.js"),
  ]);
  const isLegal = !needsLowering(module);
  const all = parsePipeline(pipeline, sink);
  const last = all?.findIndex(({ name }) => name === end) ?? -1;
  const items = (last < 0 ? all : all?.slice(0, last))?.filter(
    ({ name }) => !(isLegal && name === "legalize-ops"),
  );
  const steps = items && (await resolvePipeline(items, lookupPass, sink));
  if (steps === undefined) return undefined;
  const withSchedules = isScheduling(steps);
  const found = new Diagnostics();
  const hooks =
    isLegal && !withSchedules ? {} : await libraryHooks(options, found, module, withSchedules);
  for (const d of found.all) sink.report(d);
  if (found.failed) return undefined;
  options.onPhase?.("libraries");
  const { makeKernelRunner } = await import("./kernel-runner.js");
  const { guardsOf } = await import("./guards.js");
  return runPipeline(module, steps, sink, {
    runKernel: makeKernelRunner(),
    ...hooks,
    after({ pass, text }, _, before, after) {
      options.onPhase?.(text);
      if (pass.name !== "apply-schedules" || options.guards === undefined) return;
      const scheduled = [...before.functions].filter(
        ([name, func]) => after.functions.get(name) !== func,
      );
      const guards = guardsOf(irModule(new Map(scheduled)));
      for (const [name, list] of guards) options.guards.set(name, list);
    },
  });
}
