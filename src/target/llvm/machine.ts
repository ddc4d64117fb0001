/** What generated code may use. */
import type { TargetDescription } from "../../support/target-description.js";

export interface Machine {
  /** Version of LLVM that reads the text. */
  readonly llvmVersion: number;
  /** As LLVM spells it. */
  readonly processor: string;
  /** Extensions beyond those of the processor, `+avx2,-avx512f`. */
  readonly features: string;
  /** Widest vectors, in bits. */
  readonly vectorBits: number;
  /** Whether `a·b + c` is rounded once. */
  readonly fma: boolean;
  /** Whether four products of bytes are summed by one instruction. */
  readonly vnni?: boolean;
}

/** Processors to compile for when only the extensions are known, the best first. */
const MODELS: readonly (readonly [needs: readonly string[], processor: string])[] = [
  [["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni"], "icelake-server"],
  [["avx512f", "avx512bw", "avx512dq", "avx512vl"], "x86-64-v4"],
  [["avx2", "fma", "bmi2", "f16c"], "haswell"],
  [["sse4.2", "popcnt"], "nehalem"],
  [["sse2"], "x86-64"],
];

/** What the processor of a target has; products and sums are fused unless `fma` is off. */
export function machineOf(
  { processor, features, vectorBits, fma: hasFma }: TargetDescription,
  llvmVersion: number,
  fma = true,
): Machine {
  const model = MODELS.find(([needs]) => needs.every((f) => features.has(f)))?.[1];
  const named = processor === "native" ? undefined : processor;
  const isWide = features.has("avx512bf16") && model === "icelake-server";
  return {
    llvmVersion,
    processor: named ?? model ?? "generic",
    features: isWide && named === undefined ? "+avx512bf16" : "",
    vectorBits,
    fma: fma && hasFma,
    vnni: features.has("avx512vnni") && features.has("avx512vl"),
  };
}
