/** `relaxc run` on the virtual machine or the graph executor, and on the reference interpreter. */
import { buildFor } from "../../driver/build.js";
import { codes as driverCodes } from "../../driver/codes.js";
import { prepareFor } from "../../driver/optimise.js";
import { artefactBytes, isKernel, type Signature } from "../../driver/run.js";
import type { JobProgram } from "../../driver/run-job.js";
import type { IRModule } from "../../ir/module.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import { compileOptions, reporting, type RunContext, type Runner } from "./context.js";
import type { RunProgram, TextProgram } from "./program.js";
import { isTimed, outputsOfJob, printTo, startJob } from "./start.js";

interface Prepared {
  readonly program: JobProgram;
  readonly compiled: IRModule | undefined;
}

/** Makes a function ready; undefined when errors were reported. */
export async function runnerForVm(
  context: RunContext,
  { loaded }: RunProgram,
  signature: Signature,
): Promise<Runner | undefined> {
  const prepared =
    loaded.kind === "artefact"
      ? ofArtefact(context, loaded)
      : await ofText(context, loaded, signature);
  if (prepared === undefined) return undefined;
  const { flags } = context;
  const run: Runner["run"] = async (args) => {
    const executor = flags.executor === "graph" ? "graph" : "vm";
    const profile = isTimed(context);
    const job = {
      program: prepared.program,
      entry: signature.name,
      args,
      executor,
      profile,
    } as const;
    const result = await startJob(context, job, printTo(context));
    return { outputs: outputsOfJob(signature, result), calls: result.calls };
  };
  return { compiled: prepared.compiled, run };
}

function ofArtefact({ chosen, flags, file }: RunContext, program: JobProgram): Prepared {
  const isInterpreted = chosen.kind === "interp";
  if (isInterpreted || flags.oracle) {
    const flag = isInterpreted ? "--target interp" : "--oracle";
    throw new DiagnosticError(driverCodes.needsText({ flag, file }));
  }
  return { program, compiled: undefined };
}

async function ofText(
  context: RunContext,
  text: TextProgram,
  signature: Signature,
): Promise<Prepared | undefined> {
  const { chosen, flags, file } = context;
  const { kind } = chosen;
  if (kind === "interp") return { program: text, compiled: text.module };
  return reporting(context, async (sink) => {
    const options = compileOptions(context, text);
    // A T function that is started by itself must not be fused away.
    const module = isKernel(signature)
      ? text.module
      : await prepareFor(kind, text.graph, sink, options);
    const graph = flags.executor === "graph" ? signature.name : undefined;
    const artefact = module && buildFor(module, sink, { ...options, graph });
    return (
      artefact && {
        program: { kind: "artefact", bytes: artefactBytes(artefact), file },
        compiled: module,
      }
    );
  });
}
