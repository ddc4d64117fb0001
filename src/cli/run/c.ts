/** `relaxc run --target c`: generated C, compiled by the compiler at hand, runs in a process of its own. */
import { buildForC } from "../../driver/c-project.js";
import { prepareFor } from "../../driver/optimise.js";
import { outputsOf, type Output } from "../../driver/outputs.js";
import { isKernel, type Signature } from "../../driver/run.js";
import type { IRModule } from "../../ir/module.js";
import type { Sink } from "../../support/diagnostic.js";
import { tensorValue, type Value } from "../../support/value.js";
import { boundGuards } from "../../target/guard.js";
import { compileC, driverText } from "../../target/c/index.js";
import { callKernel, callModel, compileProgram, compilerOf, speedFlags, type CProgram } from "../c-program.js"; // prettier-ignore
import { compileOptions, reporting, type RunContext, type Runner } from "./context.js";
import type { TextProgram } from "./program.js";
import { outputsOfJob } from "./start.js";

/** Makes a function ready; undefined when errors were reported. */
export async function runnerForC(
  context: RunContext,
  text: TextProgram,
  signature: Signature,
): Promise<Runner | undefined> {
  const { host, flags } = context;
  const compiler = compilerOf(host, ["cc", "gcc", "clang", "tcc"]);
  const prepare = isKernel(signature) ? kernelIn : modelIn;
  const made = await reporting(context, (sink) => prepare(context, text, signature, sink));
  if (made === undefined) return undefined;
  const { compiled, files, outputs } = made;
  // What was compiled goes away with each run.
  const run: Runner["run"] = async (values) => {
    const program = compileProgram(files, compiler, speedFlags(compiler, !flags.noFma));
    try {
      return { outputs: outputs(program, values) };
    } finally {
      program.close();
    }
  };
  return { compiled, run };
}

/** C to be compiled, and how it is called. */
interface Generated {
  readonly compiled: IRModule;
  readonly files: Parameters<typeof compileProgram>[0];
  readonly outputs: (program: CProgram, values: readonly Value[]) => Output[];
}

/** A T function by itself. */
function kernelIn(
  context: RunContext,
  { module }: TextProgram,
  signature: Signature,
  sink: Sink,
): Generated | undefined {
  const { name } = signature;
  const exported = new Set([name]);
  const registerBits = context.chosen.description.vectorBits;
  const compiled = compileC(module, sink, { exported, guards: boundGuards, registerBits });
  if (compiled === undefined) return undefined;
  const files = new Map([
    [`${compiled.prefix}.h`, compiled.header],
    [`${compiled.prefix}.c`, compiled.source],
    ["driver.c", driverText(compiled, [name])],
  ]);
  const outputs: Generated["outputs"] = (program, values) => {
    const args = values.map((v) =>
      v.kind === "tensor" ? tensorValue({ ...v.data, bytes: v.data.bytes.slice() }) : v,
    );
    return outputsOfJob(signature, { value: callKernel(program, compiled, name, args), args });
  };
  return { compiled: module, files, outputs };
}

/** A function of a graph, with what it calls. */
async function modelIn(
  context: RunContext,
  text: TextProgram,
  { name }: Signature,
  sink: Sink,
): Promise<Generated | undefined> {
  const options = compileOptions(context, text);
  const registerBits = options.description.vectorBits;
  const compiled = await prepareFor("c", text.graph, sink, options);
  const { guards } = options;
  if (compiled === undefined) return undefined;
  const project = buildForC(compiled, sink, { prefix: "model", entry: name, guards, registerBits });
  if (project === undefined) return undefined;
  const outputs: Generated["outputs"] = (program, values) =>
    outputsOf(callModel(program, project, name, values));
  return { compiled, files: project.files, outputs };
}
