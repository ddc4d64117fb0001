/** Readable C99 for hosts with any compiler: lowering and generation. */
import type { IRModule } from "../../ir/module.js";
import type { Sink } from "../../support/diagnostic.js";
import { lowerLoops, type LowerOptions } from "../../transform/loop-pipeline.js";
import { runPipeline, step } from "../../transform/pipeline.js";
import { splitRegisterBuffers } from "../../transform/tir/split-register-buffers.js";
import { DEPTH_LIMIT } from "./codegen/expr.js";
import { codegenCodes } from "../codes.js";
import { generate, type CompiledC, type CompileOptions } from "./compile.js";

export { generate, type CompiledC, type CompileOptions } from "./compile.js";
export type { Kernel } from "./codegen/context.js";
export { intrinsicNames } from "./codegen/call.js";
export { driverText } from "./driver.js";
export { exportsOf } from "./exported.js";
export { interfaceOf, publicPrototypes, type CInterface } from "./interface.js";
export { headerText } from "./layout.js";
export { hasSideFile, sideFile, type Model } from "./model.js";
export { modelDriver, projectFiles } from "./project.js";

/**
 * Compiles all T functions of a module, of any level. Guards are looked up by the function as it stands in `module`.
 * Undefined when errors were reported.
 */
export function compileC(
  module: IRModule,
  sink: Sink,
  options: CompileOptions & LowerOptions = {},
): CompiledC | undefined {
  try {
    const flat = lowerLoops(module, sink, { masks: true, maxUnroll: 64, ...options });
    const lowered = flat && runPipeline(flat, [step(splitRegisterBuffers)], sink);
    if (lowered === undefined) return undefined;
    const { guards } = options;
    return generate(lowered, sink, {
      ...options,
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
