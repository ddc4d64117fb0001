/** What libraries give to passes for a target: lowerings of operators, schedules of functions. */
import type { IRModule } from "../ir/module.js";
import type { Sink } from "../support/diagnostic.js";
import { parseTarget, unknownTarget, type TargetDescription } from "../support/target-description.js"; // prettier-ignore
import type { PipelineHooks } from "../transform/pipeline.js";
import type { LowerOptions } from "./lower.js";
import { codes } from "./codes.js";

/** What a target's text describes; a name that is no kind of target is one of a library. */
export function targetOf({ target, processor }: LowerOptions, sink: Sink): TargetDescription {
  const text = target ?? "";
  const found = parseTarget(text, processor);
  if ("target" in found) return found.target;
  const isName = /^[\w.-]*$/.test(text);
  const { problem, known } = found;
  if (!isName)
    sink.report(codes.badTarget({ problem, hints: known ? [`known: ${known.join(", ")}`] : [] }));
  return unknownTarget(text.split(/\s/, 1)[0]!);
}

/** Hooks of a pipeline; mistakes in the libraries are reported. Schedules are loaded when `isScheduling`. */
export async function libraryHooks(
  options: LowerOptions,
  sink: Sink,
  module: IRModule,
  isScheduling: boolean,
): Promise<Pick<PipelineHooks, "lowering" | "scheduler" | "target">> {
  const { loadLibraries, ownLibrary } = await import("./libraries.js");
  const { lowering, all, diagnostics } = loadLibraries(options.libraries, ownLibrary(module));
  for (const d of diagnostics) sink.report(d);
  const target = targetOf(options, sink);
  const hooks = { lowering, ...(options.target !== undefined && { target }) };
  if (!isScheduling) return hooks;
  const { makeScheduler } = await import("../schedule/script/scheduler.js");
  return { ...hooks, scheduler: makeScheduler({ libraries: all, target }) };
}
