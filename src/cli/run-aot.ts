/** `relaxc run --executor aot`: a whole model as one call of compiled code. */
import { aotCall } from "../driver/aot.js";
import { buildFor, type NativeBuildOptions } from "../driver/build.js";
import type { LowerOptions } from "../driver/lower.js";
import type { EntryGuard } from "../driver/guards.js";
import { prepareFor } from "../driver/optimise.js";
import { outputsOf, type Output } from "../driver/outputs.js";
import { artefactBytes } from "../driver/run.js";
import type { JobResult, RunJob } from "../driver/run-job.js";
import type { IRModule } from "../ir/module.js";
import type { Sink } from "../support/diagnostic.js";
import type { Value } from "../support/value.js";
import { lowerToLoops } from "../transform/relax/aot/lower.js";

/** Runs a function of a program, with the module its loops are from; undefined when errors were reported. */
export async function runnerForAot(
  kind: "wasm" | "llvm",
  graph: IRModule,
  name: string,
  sink: Sink,
  options: LowerOptions & NativeBuildOptions,
  start: (job: RunJob) => Promise<JobResult>,
): Promise<
  | { readonly compiled: IRModule; readonly run: (values: readonly Value[]) => Promise<Output[]> }
  | undefined
> {
  const guards = new Map<string, readonly EntryGuard[]>();
  const module = await prepareFor(kind, graph, sink, { ...options, guards });
  const aot = module && lowerToLoops(module, sink, { constants: "table", functions: new Set([name]) }); // prettier-ignore
  const described = aot?.functions[0];
  const artefact = aot && buildFor(aot.module, sink, { ...options, guards });
  if (!module || !artefact || !aot || !described) return undefined;
  const program = { kind: "artefact", bytes: artefactBytes(artefact), file: name } as const;
  const run = async (values: readonly Value[]): Promise<Output[]> => {
    const call = aotCall(aot.module, described, values);
    const { args } = await start({ program, entry: name, args: call.args });
    // The job works on copies.
    call.args.slice(0, described.inputs + described.outputs).forEach((value, k) => {
      const stored = args[k];
      if (k >= described.inputs && value.kind === "tensor" && stored?.kind === "tensor")
        value.data.bytes.set(stored.data.bytes);
    });
    return outputsOf(call.result());
  };
  return { compiled: module, run };
}
