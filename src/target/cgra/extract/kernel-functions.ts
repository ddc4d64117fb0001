/** Functions that are one loop nest for a fabric each, out of a program that annotates its loops. */
import type { IRModule } from "../../../ir/module.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import type { Sink } from "../../../support/diagnostic.js";
import { runPipeline, step } from "../../../transform/pipeline.js";
import { splitCgraKernels } from "../../../transform/tir/split-cgra-kernels.js";
import { codes } from "../codes.js";

/** The kernels of the program, in order; that there are none is reported. */
export function kernelFunctions(module: IRModule, sink: Sink): readonly PrimFunc[] {
  const split = runPipeline(module, [step(splitCgraKernels)], sink);
  if (split === undefined) return [];
  const kernels = [...split.functions.values()].filter(
    (f): f is PrimFunc => f.kind === "tir.PrimFunc" && f.attrs.has("cgra.kernel"),
  );
  if (kernels.length === 0) sink.report(codes.noKernel({}));
  return kernels;
}
