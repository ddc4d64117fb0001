/** WebAssembly with 128-bit SIMD: lowering, code generation, own binary encoder. */
import type { IRModule } from "../../ir/module.js";
import type { Sink } from "../../support/diagnostic.js";
import { codegenCodes } from "../codes.js";
import { DEPTH_LIMIT } from "./codegen/expr.js";
import { generate, type CompiledWasm, type CompileOptions } from "./compile.js";
import { runPipeline, step } from "../../transform/pipeline.js";
import { splitRegisterBuffers } from "../../transform/tir/split-register-buffers.js";
import { lowerLoops, type LowerOptions } from "../../transform/loop-pipeline.js";

export { boundGuards, type Guard } from "../guard.js";
export { generate, type CompiledWasm, type CompileOptions } from "./compile.js";
export { intrinsicNames } from "./codegen/call.js";

/**
 * Compiles all T functions of a module, of any level. Guards are looked up by the function as it stands in `module`.
 * Undefined when errors were reported.
 */
export function compileWasm(
  module: IRModule,
  sink: Sink,
  options: CompileOptions & LowerOptions = {},
): CompiledWasm | undefined {
  try {
    return compile(module, sink, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The JavaScript stack ended before the counted limit did.
    sink.report(codegenCodes.tooDeep({ limit: DEPTH_LIMIT }));
    return undefined;
  }
}

function compile(
  module: IRModule,
  sink: Sink,
  options: CompileOptions & LowerOptions,
): CompiledWasm | undefined {
  const flat = lowerLoops(module, sink, options);
  const lowered = flat && runPipeline(flat, [step(splitRegisterBuffers)], sink);
  if (lowered === undefined) return undefined;
  const { guards, fma = false, threads = 1 } = options;
  return generate(lowered, sink, {
    fma,
    threads,
    ...(guards && {
      guards: (name) => {
        const original = module.functions.get(name);
        return original?.kind === "tir.PrimFunc" ? guards(name, original) : [];
      },
    }),
  });
}
