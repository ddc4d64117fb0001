/** The passes that bring TensorIR to the form code is generated from; shared by all targets. */
import type { IRModule } from "../ir/module.js";
import type { Sink } from "../support/diagnostic.js";
import { runPipeline, step, type PipelineHooks, type Step } from "./pipeline.js";
import { alignStorage } from "./tir/align-storage.js";
import { bindSizes } from "./tir/bind-sizes.js";
import { canonicalizeLoop } from "./tir/canonicalize-loop.js";
import { checkAccess } from "./tir/check-access.js";
import { compactBuffer } from "./tir/compact-buffer.js";
import { convertBlocks } from "./tir/convert-blocks.js";
import { flattenBuffer } from "./tir/flatten-buffer.js";
import { hoistIfThenElse } from "./tir/hoist-if-then-else.js";
import { lowerInitBlock } from "./tir/lower-init-block.js";
import { lowerMatchBuffer } from "./tir/lower-match-buffer.js";
import { lowerThreadBinding } from "./tir/lower-thread-binding.js";
import { mergeLoops } from "./tir/merge-loops.js";
import { narrowLoop } from "./tir/narrow-loop.js";
import { planAllocation } from "./tir/plan-allocation.js";
import { removeNoOp } from "./tir/remove-no-op.js";
import { simplify } from "./tir/simplify.js";
import { specialiseTails } from "./tir/specialise-tails.js";
import { transposeRegisters } from "./tir/transpose-registers.js";
import { unrollLoop } from "./tir/unroll-loop.js";
import { vectorizeLoop } from "./tir/vectorize-loop.js";

export interface LowerOptions {
  /** Off: vectorised loops run in order. */
  readonly simd?: boolean;
  /** Conditions that differ between lanes become masks of loads and stores. */
  readonly masks?: boolean;
  /** Of a vector register, when longer vectors are computed in parts. */
  readonly registerBits?: number | undefined;
  /** Longest loop that is unrolled. */
  readonly maxUnroll?: number;
  /** Told after each pass, by its name. */
  readonly onPass?: ((name: string) => void) | undefined;
}

/** From level `block` to `flat`. */
export const loopPipeline = ({
  simd = true,
  masks = false,
  registerBits = 0,
  maxUnroll = 16,
}: LowerOptions = {}): Step[] => [
  step(mergeLoops),
  step(checkAccess),
  step(lowerInitBlock),
  step(lowerMatchBuffer),
  step(planAllocation),
  step(convertBlocks),
  step(simplify),
  step(compactBuffer),
  step(alignStorage),
  step(specialiseTails, { lanes: simd && !masks }),
  step(lowerThreadBinding),
  step(canonicalizeLoop),
  step(hoistIfThenElse),
  step(narrowLoop),
  step(flattenBuffer),
  step(bindSizes),
  step(vectorizeLoop, { enable: simd, masks, registerBits }),
  step(unrollLoop, { maxExtent: maxUnroll }),
  step(transposeRegisters),
  step(removeNoOp),
];

/** Lowers all T functions; undefined when a pass reported an error. */
export const lowerLoops = (
  module: IRModule,
  sink: Sink,
  options: LowerOptions = {},
  hooks: PipelineHooks = { after: ({ text }) => options.onPass?.(text) },
): IRModule | undefined => runPipeline(module, loopPipeline(options), sink, hooks);
