/** `relaxc run --target c`: generated C, compiled by the compiler at hand, runs in a process of its own. */
import { buildForC } from "../driver/c-project.js";
import type { LowerOptions } from "../driver/lower.js";
import type { EntryGuard } from "../driver/guards.js";
import { prepareFor } from "../driver/optimise.js";
import { outputsOf, type Output } from "../driver/outputs.js";
import { isKernel, type Signature } from "../driver/run.js";
import type { IRModule } from "../ir/module.js";
import type { Sink } from "../support/diagnostic.js";
import type { Host } from "../support/host.js";
import { tensorValue, tupleValue, type Value } from "../support/value.js";
import { boundGuards } from "../target/guard.js";
import { compileC, driverText } from "../target/c/index.js";
import { callKernel, callModel, compileProgram, compilerOf, speedFlags, type CProgram } from "./c-program.js"; // prettier-ignore

/** Runs a function of a program, as the module it is compiled from says; undefined when errors were reported. */
export async function runnerForC(
  host: Host,
  graph: IRModule,
  lowered: IRModule,
  signature: Signature,
  sink: Sink,
  options: LowerOptions & { readonly fma: boolean; readonly registerBits: number },
): Promise<
  { readonly compiled: IRModule; readonly run: (values: readonly Value[]) => Output[] } | undefined
> {
  const compiler = compilerOf(host, ["cc", "gcc", "clang", "tcc"]);
  const { fma, registerBits } = options;
  const flags = speedFlags(compiler, fma);
  const { name } = signature;
  if (isKernel(signature)) {
    const compiled = compileC(lowered, sink, {
      exported: new Set([name]),
      guards: boundGuards,
      registerBits,
    });
    if (compiled === undefined) return undefined;
    const files = new Map([
      [`${compiled.prefix}.h`, compiled.header],
      [`${compiled.prefix}.c`, compiled.source],
      ["driver.c", driverText(compiled, [name])],
    ]);
    const run = (values: readonly Value[]): Output[] =>
      within(compileProgram(files, compiler, flags), (program) => {
        const args = values.map((v) =>
          v.kind === "tensor" ? tensorValue({ ...v.data, bytes: v.data.bytes.slice() }) : v,
        );
        const value = callKernel(program, compiled, name, args);
        const stored = args.filter((v) => v.kind === "tensor");
        const isVoid = value.kind === "tuple" && value.fields.length === 0;
        return outputsOf(tupleValue(isVoid ? stored : [...stored, value]));
      });
    return { compiled: lowered, run };
  }
  const guards = new Map<string, readonly EntryGuard[]>();
  const module = await prepareFor("c", graph, sink, { ...options, guards });
  const project =
    module && buildForC(module, sink, { prefix: "model", entry: name, guards, registerBits });
  if (module === undefined || project === undefined) return undefined;
  const run = (values: readonly Value[]): Output[] =>
    within(compileProgram(project.files, compiler, flags), (program) =>
      outputsOf(callModel(program, project, name, values)),
    );
  return { compiled: module, run };
}

function within<T>(program: CProgram, work: (program: CProgram) => T): T {
  try {
    return work(program);
  } finally {
    program.close();
  }
}
