/** What libraries give to passes for a target: lowerings of operators, schedules of functions. */
import type { IRModule } from "../ir/module.js";
import { Diagnostics, type Sink } from "../support/diagnostic.js";
import type { Source } from "../support/source.js";
import { parseTarget, unknownTarget, type TargetDescription } from "../support/target-description.js"; // prettier-ignore
import type { PipelineHooks, Step } from "../transform/pipeline.js";
import type { NamedPattern } from "../transform/relax/pattern/index.js";
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

/** Hooks of a pipeline; mistakes in the libraries are reported. Schedules are loaded when asked for. */
export async function libraryHooks(
  options: LowerOptions,
  sink: Sink,
  module: IRModule,
  withSchedules: boolean,
): Promise<Pick<PipelineHooks, "lowering" | "scheduler" | "patterns" | "target">> {
  const { loadLibraries, ownLibrary } = await import("./libraries.js");
  const { lowering, all, diagnostics } = loadLibraries(options.libraries, ownLibrary(module));
  for (const d of diagnostics) sink.report(d);
  const target = targetOf(options, sink);
  const hooks = { lowering, ...(options.target !== undefined && { target }) };
  if (!withSchedules) return hooks;
  const { makeScheduler } = await import("../schedule/script/scheduler.js");
  const scheduler = makeScheduler({ libraries: all, target });
  if (scheduler.patterns.length === 0) return { ...hooks, scheduler };
  return { ...hooks, scheduler, patterns: await patternsIn(options.libraries ?? [], sink) };
}

/** The dataflow patterns that libraries describe, later libraries first. */
async function patternsIn(
  libraries: readonly Source[],
  sink: Sink,
): Promise<readonly NamedPattern[]> {
  const [{ parseModule }, { patternsOf }] = await Promise.all([
    import("../syntax/index.js"),
    import("../transform/relax/pattern/index.js"),
  ]);
  // Their mistakes were reported when the libraries were read.
  return [...libraries]
    .reverse()
    .flatMap((source) => patternsOf(parseModule(source, new Diagnostics()), [], sink));
}

/** Whether passes ask for the schedules of libraries. */
export const isScheduling = (steps: readonly Step[]): boolean =>
  steps.some(({ pass }) => pass.name === "apply-schedules" || pass.name === "fuse-scheduled-patterns"); // prettier-ignore
