/** The passes that bring TensorIR to the form code is generated from. */
import type { IRModule } from "../../ir/module.js";
import type { Sink } from "../../support/diagnostic.js";
import { runPipeline, step, type PipelineHooks, type Step } from "../../transform/pipeline.js";
import { canonicalizeLoop } from "../../transform/tir/canonicalize-loop.js";
import { checkAccess } from "../../transform/tir/check-access.js";
import { compactBuffer } from "../../transform/tir/compact-buffer.js";
import { convertBlocks } from "../../transform/tir/convert-blocks.js";
import { flattenBuffer } from "../../transform/tir/flatten-buffer.js";
import { lowerInitBlock } from "../../transform/tir/lower-init-block.js";
import { lowerMatchBuffer } from "../../transform/tir/lower-match-buffer.js";
import { lowerThreadBinding } from "../../transform/tir/lower-thread-binding.js";
import { mergeLoops } from "../../transform/tir/merge-loops.js";
import { planAllocation } from "../../transform/tir/plan-allocation.js";
import { removeNoOp } from "../../transform/tir/remove-no-op.js";
import { unrollLoop } from "../../transform/tir/unroll-loop.js";
import { vectorizeLoop } from "../../transform/tir/vectorize-loop.js";

export interface LowerOptions {
  /** Off: no v128 code for vectorised loops. */
  readonly simd?: boolean;
}

/** The pipeline of this target, from level `block` to `flat`. */
export const wasmPipeline = ({ simd = true }: LowerOptions = {}): Step[] => [
  step(mergeLoops),
  step(checkAccess),
  step(lowerInitBlock),
  step(lowerMatchBuffer),
  step(planAllocation),
  step(convertBlocks),
  step(compactBuffer),
  step(lowerThreadBinding),
  step(canonicalizeLoop),
  step(flattenBuffer),
  step(vectorizeLoop, { enable: simd }),
  step(unrollLoop),
  step(removeNoOp),
];

/** Lowers all T functions; undefined when a pass reported an error. */
export const lowerForWasm = (
  module: IRModule,
  sink: Sink,
  options: LowerOptions = {},
  hooks: PipelineHooks = {},
): IRModule | undefined => runPipeline(module, wasmPipeline(options), sink, hooks);
