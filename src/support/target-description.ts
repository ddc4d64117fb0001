/** Targets as data: what schedules, cost models and code generators know of a processor. */
import type { DType } from "./dtype.js";

export type TargetKind = "llvm" | "c" | "wasm" | "cgra" | "interp";

/** A processor; figures that are not known are undefined. */
export interface TargetDescription {
  /** As schedules and templates name it; a preset's, or one of a library. */
  readonly kind: string;
  /** Name of the processor as LLVM spells it; `native` becomes what was found. */
  readonly processor: string | undefined;
  /** Bits of a vector register; 0 where there is none. */
  readonly vectorBits: number;
  readonly vectorRegisters: number;
  /** One instruction multiplies and adds. */
  readonly fma: boolean;
  readonly cores: number;
  /** Bytes of the caches of one core, innermost first. */
  readonly caches: readonly number[];
  /** Extensions of the instruction set, as LLVM spells them. */
  readonly features: ReadonlySet<string>;
}

/** What is known of the machine at hand. */
export interface HostProcessor {
  readonly features: ReadonlySet<string>;
  readonly cores?: number | undefined;
  readonly caches?: readonly number[] | undefined;
}

/** A kind with its summary, for lists. */
export interface TargetPreset {
  readonly name: TargetKind;
  readonly summary: string;
  readonly description: TargetDescription;
}

const CACHES = [32 << 10, 1 << 20, 8 << 20];

const preset = (
  name: TargetKind,
  summary: string,
  given: Partial<TargetDescription> = {},
): TargetPreset => ({
  name,
  summary,
  description: {
    kind: name,
    processor: undefined,
    vectorBits: 128,
    vectorRegisters: 16,
    fma: false,
    cores: 1,
    caches: CACHES,
    features: new Set(),
    ...given,
  },
});

/** All kinds of targets, by name. */
export const targetPresets: readonly TargetPreset[] = [
  preset("c", "C99 text for any compiler."),
  preset("cgra", "Coarse-grained reconfigurable fabrics.", { vectorBits: 0, vectorRegisters: 0 }),
  preset("interp", "The reference interpreter.", { vectorBits: 0, vectorRegisters: 0 }),
  preset("llvm", "Native code through LLVM."),
  preset("wasm", "WebAssembly with 128-bit vectors.", { features: new Set(["simd128"]) }),
];

/** Extensions of the processors that programs are usually compiled for; each level has those before it. */
const V2 = ["sse2", "sse3", "ssse3", "sse4.1", "sse4.2", "popcnt"];
const V3 = [...V2, "avx", "avx2", "fma", "bmi", "bmi2", "f16c", "lzcnt", "movbe"];
const V4 = [...V3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"];
const VNNI = [...V4, "avx512vnni"];
const BF16 = [...VNNI, "avx512bf16"];
const PROCESSORS: Readonly<Record<string, readonly string[]>> = {
  "x86-64": ["sse2"],
  "x86-64-v2": V2,
  nehalem: V2,
  "x86-64-v3": V3,
  haswell: V3,
  skylake: V3,
  znver1: V3,
  znver2: V3,
  znver3: V3,
  "x86-64-v4": V4,
  "skylake-avx512": V4,
  cascadelake: VNNI,
  "icelake-client": VNNI,
  "icelake-server": VNNI,
  tigerlake: VNNI,
  cooperlake: BF16,
  sapphirerapids: BF16,
  znver4: BF16,
  "cortex-a53": ["neon"],
  "cortex-a72": ["neon"],
  "neoverse-n1": ["neon", "dotprod"],
  "apple-m1": ["neon", "dotprod"],
};

type Registers = Pick<TargetDescription, "vectorBits" | "vectorRegisters" | "fma">;

/** Width and number of registers follow from the extensions. */
function registersOf(features: ReadonlySet<string>): Registers {
  if (features.has("avx512f")) return { vectorBits: 512, vectorRegisters: 32, fma: true };
  if (features.has("avx2"))
    return { vectorBits: 256, vectorRegisters: 16, fma: features.has("fma") };
  if (features.has("neon")) return { vectorBits: 128, vectorRegisters: 32, fma: true };
  if (features.has("simd128"))
    return { vectorBits: 128, vectorRegisters: 16, fma: features.has("relaxed-simd") };
  return { vectorBits: 128, vectorRegisters: 16, fma: false };
}

/** What a text that names a target says, or what is wrong with it. */
export type TargetText =
  | { readonly target: TargetDescription }
  | { readonly problem: string; readonly known?: readonly string[] };

/**
 * Reads `llvm`, `llvm -mcpu=haswell -mattr=+fma,-avx512f -num-cores=4`, `wasm -mattr=+relaxed-simd`.
 * Native code without `-mcpu` is for the machine at hand, where it is known; `-vector-width=0` leaves vectors unused.
 */
export function parseTarget(text: string, host?: HostProcessor): TargetText {
  const [kind = "", ...flags] = text.trim().split(/\s+/);
  const found = targetPresets.find(({ name }) => name === kind);
  const kinds = targetPresets.map(({ name }) => name);
  if (found === undefined) return { problem: `there is no target \`${kind}\``, known: kinds };
  const isNative = kind === "llvm" || kind === "c";
  const known = {
    processor: undefined as string | undefined,
    cores: 1,
    attributes: [] as string[],
    width: undefined as number | undefined,
  };
  for (const flag of flags) {
    const [, key = "", value = ""] = /^--?([\w-]+)=(.+)$/.exec(flag) ?? [];
    if (key === "mcpu" && isNative) known.processor = value;
    else if (key === "mattr") known.attributes = value.split(",");
    else if (key === "vector-width" && isNative && /^(0|128|256|512)$/.test(value))
      known.width = Number(value);
    else if (key === "num-cores" && /^\d{1,4}$/.test(value)) known.cores = Math.max(1, +value);
    else if (key !== "mtriple" && key !== "opt-level" && key !== "keys" && key !== "device")
      return { problem: `\`${flag}\` is no option of target \`${kind}\`` };
  }
  const { processor } = known;
  const isHost = isNative && (processor === undefined || processor === "native");
  if (processor !== undefined && processor !== "native" && PROCESSORS[processor] === undefined)
    return { problem: `there is no processor \`${processor}\``, known: Object.keys(PROCESSORS) };
  const base = isHost ? host?.features : PROCESSORS[processor ?? ""];
  const features = new Set(base ?? found.description.features);
  for (const attribute of known.attributes) {
    if (attribute.startsWith("-")) features.delete(attribute.slice(1));
    else features.add(attribute.replace(/^\+/, ""));
  }
  const { description } = found;
  const registers = description.vectorBits > 0 ? registersOf(features) : description;
  const vectorBits = known.width ?? registers.vectorBits;
  return {
    target: {
      ...description,
      fma: registers.fma,
      vectorRegisters: vectorBits === 0 ? 0 : registers.vectorRegisters,
      vectorBits,
      processor,
      features,
      cores: known.cores,
      caches: (isHost ? host?.caches : undefined) ?? description.caches,
    },
  };
}

/** A target that only libraries know: nothing is known of it but its name. */
export const unknownTarget = (kind: string): TargetDescription => ({
  ...targetPresets.find(({ name }) => name === "interp")!.description,
  kind,
});

/** How many elements of a type one vector register holds; at least one. */
export const lanesOf = ({ vectorBits }: TargetDescription, dtype: DType): number =>
  Math.max(1, Math.floor(vectorBits / Math.max(8, dtype.bits)));

/** Whether there are vector registers to be filled. */
export const hasVectors = ({ vectorBits }: TargetDescription): boolean => vectorBits > 0;

/**
 * Whether what a library has for one target is for another: C for processors with vectors takes what native code takes.
 * Behind the kind stand features that the target must have, `cgra+dot+b5`.
 */
export function servesTarget(
  written: string | undefined,
  wanted: TargetDescription | undefined,
): boolean {
  if (written === undefined) return true;
  if (wanted === undefined) return false;
  const [kind, ...features] = written.split("+");
  const isKind = kind === wanted.kind || (kind === "llvm" && wanted.kind === "c" && hasVectors(wanted)); // prettier-ignore
  return isKind && features.every((feature) => wanted.features.has(feature));
}

/** How much a text is for one very target: 0 is for all, more is preferred. */
export function exactness(
  written: string | undefined,
  wanted: TargetDescription | undefined,
): number {
  if (written === undefined) return 0;
  const [kind, ...features] = written.split("+");
  return (kind === wanted?.kind ? 2 : 1) + features.length;
}
