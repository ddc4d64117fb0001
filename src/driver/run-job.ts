/** One run as data, so that it can happen here or in another thread. */
import type { IRModule } from "../ir/module.js";
import { makeProfiler, type CallRecord } from "../runtime/profile/profiler.js";
import { Diagnostics } from "../support/diagnostic.js";
import type { Source } from "../support/source.js";
import { tensorValue, tupleValue, type Value } from "../support/value.js";
import type { ElaborateOptions } from "../syntax/index.js";
import type { BuildKind } from "../transform/named-pipelines.js";
import { readModule } from "./frontend.js";
import { lowerModule, type LowerOptions } from "./lower.js";
import { prepareFor } from "./optimise.js";
import { runArtefact, runOnInterpreter, type RunHooks } from "./run.js";

/** What runs: an artefact on the virtual machine, or a checked text on the reference interpreter. */
export type JobProgram =
  | { readonly kind: "artefact"; readonly bytes: Uint8Array; readonly file: string }
  | {
      readonly kind: "text";
      readonly source: Source;
      readonly options: ElaborateOptions;
      /** Libraries for its operators, beside the standard one. */
      readonly libraries?: readonly Source[] | undefined;
      /** The target it is prepared for, as if it were compiled; absent: operators are lowered, nothing else. */
      readonly prepared?:
        | (Pick<LowerOptions, "target" | "processor"> & {
            readonly kind: BuildKind;
          })
        | undefined;
      /** The module as it runs when it is at hand. */
      readonly module?: IRModule | undefined;
    };

export interface RunJob extends Omit<RunHooks, "print" | "profiler"> {
  readonly program: JobProgram;
  readonly entry: string;
  readonly args: readonly Value[];
  /** Take the times of kernels (artefacts). */
  readonly profile?: boolean | undefined;
}

export interface JobResult {
  readonly value: Value;
  /** The arguments afterwards: T functions store to them. */
  readonly args: readonly Value[];
  /** Calls of kernels, when they were timed. */
  readonly calls?: readonly CallRecord[] | undefined;
}

/** The module of a text that was found to be right, as it runs. */
export async function moduleOf({
  module,
  source,
  options,
  libraries,
  prepared,
}: Extract<JobProgram, { kind: "text" }>): Promise<IRModule> {
  if (module !== undefined) return module;
  const read = readModule(source, options).module;
  if (prepared !== undefined) {
    const { kind, ...site } = prepared;
    return (await prepareFor(kind, read, new Diagnostics(), { libraries, ...site })) ?? read;
  }
  return (await lowerModule(read, new Diagnostics(), { libraries, target: "interp" })) ?? read;
}

/** Runs to the end; throws a DiagnosticError when the program stops. The job's own tensors stay as they are. */
export function runJob(
  job: RunJob,
  print: (text: string) => void,
  hosts?: RunHooks["hosts"],
): JobResult {
  const { program, entry } = job;
  const args = copyOf(job.args);
  const profiler = job.profile === true ? makeProfiler(() => performance.now()) : undefined;
  const hooks = { ...job, print, profiler, hosts };
  if (program.kind === "artefact") {
    const value = runArtefact(program.bytes, program.file, entry, args, hooks);
    return { value, args, calls: profiler?.calls };
  }
  const { module } = program;
  if (module === undefined) throw new Error("the module of the text is not at hand");
  return { value: runOnInterpreter(module, entry, args, hooks), args };
}

const copyOf = (values: readonly Value[]): Value[] =>
  values.map((v) => {
    if (v.kind === "tensor") return tensorValue({ ...v.data, bytes: v.data.bytes.slice() });
    return v.kind === "tuple" ? tupleValue(copyOf(v.fields)) : v;
  });
