/** What generated code may use. */
import { architectureOf } from "../../support/processors.js";
import type { TargetDescription } from "../../support/target-description.js";

export interface Machine {
  /** Version of LLVM that reads the text. */
  readonly llvmVersion: number;
  /** Undefined: the machine at hand. */
  readonly triple?: string | undefined;
  /** Bits of an address; 64 where nothing is said. */
  readonly pointerBits?: 32 | 64 | undefined;
  /** How functions are called, where an architecture has several ways, `lp64d`. */
  readonly abi?: string | undefined;
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
  { processor, triple, features, attributes, vectorBits, fma: hasFma }: TargetDescription,
  llvmVersion: number,
  fma = true,
): Machine {
  const architecture = triple === undefined ? undefined : architectureOf(triple);
  const pointerBits = architecture?.pointerBits ?? 64;
  const common = { llvmVersion, triple, pointerBits, vectorBits, fma: fma && hasFma };
  if (architecture !== undefined && architecture.name !== "x86_64")
    return {
      ...common,
      abi: architecture.name.startsWith("riscv") ? abiOfRiscv(pointerBits, features) : undefined,
      processor: processor ?? architecture.generic,
      features: [...[...features].map((feature) => `+${feature}`), ...attributes].join(","),
    };
  const model = MODELS.find(([needs]) => needs.every((f) => features.has(f)))?.[1];
  const named = processor === "native" ? undefined : processor;
  const isWide = features.has("avx512bf16") && model === "icelake-server";
  return {
    ...common,
    processor: named ?? model ?? "generic",
    features: [...(isWide && named === undefined ? ["+avx512bf16"] : []), ...attributes].join(","),
    vnni: features.has("avx512vnni") && features.has("avx512vl"),
  };
}

/** Floats are passed in the registers that there are for them. */
function abiOfRiscv(pointerBits: 32 | 64, features: ReadonlySet<string>): string {
  const floats = features.has("d") ? "d" : features.has("f") ? "f" : "";
  return `${pointerBits === 64 ? "lp64" : "ilp32"}${floats}`;
}
