/** Pipelines that have names: `-p @zero`, `relaxc build`. */
import { hasVectors, type TargetDescription } from "../support/target-description.js";

/** What programs are built for. */
export type BuildKind = "wasm" | "llvm" | "c" | "cgra";

export interface NamedPipeline {
  readonly summary: string;
  /** As `-p` takes it; it may name others. */
  readonly text: string;
}

/** What every target does to operators: values known before are computed, loops that can be shared are. */
const optimiseWith = (layouts = "", loops = ""): string =>
  "fold-batchnorm-to-conv2d{known=true},decompose-ops-for-inference,normalize,convert-to-dataflow,canonicalize-bindings," +
  `eliminate-common-subexpr,fuse-scheduled-patterns,dead-code-elimination,${layouts}fold-constant,` +
  "legalize-ops,canonicalize-bindings,fold-constant,annotate-tir-op-pattern,fuse-ops,fuse-tir,bind-scalar-constants," +
  `rewrite-dataflow-reshape,dead-code-elimination,${loops}apply-schedules,propagate-layouts,merge-loops`;

/** Values in explicit, planned memory. */
const LOWER =
  "to-non-dataflow,remove-purity-checking,call-tir-rewrite,static-plan-block-memory," +
  "lower-alloc-tensor";

/** For processors with vectors. */
const NATIVE = `${optimiseWith("fuse-attention,optimize-layout-transform,pad-channels,fold-constant,block-channels,flatten-rows,flatten-pixels,remove-redundant-reshape,")},share-kernels,@memory`;

/** By name, without the `@`. */
export const namedPipelines: Readonly<Record<string, NamedPipeline>> = {
  zero: {
    summary: "Lowers operators and fuses their loops.",
    text: "legalize-ops,convert-to-dataflow,annotate-tir-op-pattern,fold-constant,fuse-ops,fuse-tir",
  },
  optimise: { summary: "From operators to fused loop nests.", text: optimiseWith() },
  memory: { summary: "Makes memory explicit and plans it.", text: LOWER },
  "default-wasm": {
    summary: "What a build for WebAssembly does.",
    text: `${optimiseWith("fuse-attention,optimize-layout-transform,fold-constant,channels-last,")},@memory`,
  },
  "default-c": { summary: "What a build for C does.", text: NATIVE },
  "default-llvm": { summary: "What a build for LLVM does.", text: NATIVE },
  "default-scalar": {
    summary: "What a build for a processor without vectors does, through C or LLVM.",
    text: "@optimise,@memory",
  },
  "default-cgra": {
    summary: "What a build for a fabric does.",
    text: `${optimiseWith("", "scale-by-shifts,tile-for-fabric,")},@memory`,
  },
};

/** Name of the pipeline of a build of a kind. */
export const pipelineFor = (kind: BuildKind, target: TargetDescription): string =>
  (kind === "llvm" || kind === "c") && !hasVectors(target) ? "default-scalar" : `default-${kind}`;
