/** `relaxc run --executor aot`: a whole model as one call of compiled code. */
import { aotCall } from "../../driver/aot.js";
import { buildFor } from "../../driver/build.js";
import { prepareFor } from "../../driver/optimise.js";
import { outputsOf } from "../../driver/outputs.js";
import { artefactBytes, type Signature } from "../../driver/run.js";
import { lowerToLoops } from "../../transform/relax/aot/lower.js";
import { compileOptions, reporting, type RunContext, type Runner } from "./context.js";
import type { TextProgram } from "./program.js";
import { isTimed, printTo, startJob } from "./start.js";

/** Makes a function of a graph ready; undefined when errors were reported. */
export async function runnerForAot(
  kind: "wasm" | "llvm",
  context: RunContext,
  text: TextProgram,
  { name }: Signature,
): Promise<Runner | undefined> {
  const options = compileOptions(context, text);
  return reporting(context, async (sink) => {
    const compiled = await prepareFor(kind, text.graph, sink, options);
    const aot = compiled && lowerToLoops(compiled, sink, { constants: "table", functions: new Set([name]) }); // prettier-ignore
    const described = aot?.functions[0];
    const artefact = aot && buildFor(aot.module, sink, options);
    if (!artefact || !aot || !described) return undefined;
    const program = { kind: "artefact", bytes: artefactBytes(artefact), file: name } as const;
    const run: Runner["run"] = async (values) => {
      const call = aotCall(aot.module, described, values);
      const job = { program, entry: name, args: call.args, profile: isTimed(context) };
      const { args, calls } = await startJob(context, job, printTo(context));
      // The job works on copies.
      call.args.slice(0, described.inputs + described.outputs).forEach((value, k) => {
        const stored = args[k];
        if (k >= described.inputs && value.kind === "tensor" && stored?.kind === "tensor")
          value.data.bytes.set(stored.data.bytes);
      });
      return { outputs: outputsOf(call.result()), calls };
    };
    return { compiled, run };
  });
}
