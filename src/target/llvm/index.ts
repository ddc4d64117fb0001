/** Native code through LLVM: lowering, and text of LLVM IR. */
import type { IRModule } from "../../ir/module.js";
import type { Sink } from "../../support/diagnostic.js";
import { lowerLoops, type LowerOptions } from "../../transform/loop-pipeline.js";
import { codegenCodes } from "../codes.js";
import { DEPTH_LIMIT } from "./codegen/expr.js";
import { generate, type CompiledLlvm, type CompileOptions } from "./compile.js";

export type { CompiledLlvm, CompileOptions } from "./compile.js";
export { entryName } from "./codegen/kernel.js";
export { intrinsicNames } from "./codegen/call.js";
export { machineOf, type Machine } from "./machine.js";

/**
 * Compiles all T functions of a module, of any level, to text. Guards are looked up by the function as it stands in
 * `module`. Undefined when errors were reported.
 */
export function compileLlvm(
  module: IRModule,
  sink: Sink,
  options: CompileOptions & LowerOptions,
): CompiledLlvm | undefined {
  try {
    const lowered = lowerLoops(module, sink, { masks: true, maxUnroll: 64, ...options });
    if (lowered === undefined) return undefined;
    const { guards, machine, exports } = options;
    return generate(lowered, sink, {
      machine,
      exports,
      ...(guards && {
        guards: (name) => {
          const original = module.functions.get(name);
          return original?.kind === "tir.PrimFunc" ? guards(name, original) : [];
        },
      }),
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The JavaScript stack ended before the counted limit did.
    sink.report(codegenCodes.tooDeep({ limit: DEPTH_LIMIT }));
    return undefined;
  }
}
