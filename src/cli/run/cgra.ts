/** `relaxc run --target cgra`: the host in WebAssembly, the fabric in simulation. */
import { buildForCgra } from "../../driver/cgra.js";
import { prepareFor } from "../../driver/optimise.js";
import { artefactBytes, isKernel, type Signature } from "../../driver/run.js";
import { runJob } from "../../driver/run-job.js";
import type { Fabric } from "../../target/cgra/index.js";
import { makeDevice } from "../../target/cgra/host/device.js";
import { kernelLimits } from "../map-limits.js";
import { layersText } from "../cgra/layers.js";
import { compileOptions, reporting, type RunContext, type Runner } from "./context.js";
import type { TextProgram } from "./program.js";
import { outputsOfJob, printTo } from "./start.js";

/** Makes a function ready; undefined when errors were reported. */
export async function runnerForCgra(
  context: RunContext & { readonly fabric: Fabric },
  text: TextProgram,
  signature: Signature,
): Promise<Runner | undefined> {
  const { fabric, flags, out } = context;
  const { name } = signature;
  return reporting(context, async (sink) => {
    const options = compileOptions(context, text);
    const compiled = isKernel(signature)
      ? text.module
      : await prepareFor("cgra", text.graph, sink, options);
    const search = kernelLimits(flags);
    const built = compiled && buildForCgra(compiled, sink, { ...options, fabric, search });
    if (built === undefined) return undefined;
    const device = makeDevice(fabric, built.host.kernels);
    const program = { kind: "artefact", bytes: artefactBytes(built.artefact), file: name } as const;
    const run: Runner["run"] = async (args) => {
      const job = { program, entry: name, args, stepLimit: flags.stepLimit };
      const result = runJob(job, printTo(context), device.hosts);
      if (flags.profile) out(layersText(fabric, device.layers, flags.report === "json"));
      return { outputs: outputsOfJob(signature, result) };
    };
    return { compiled, run };
  });
}
