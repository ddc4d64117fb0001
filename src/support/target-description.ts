/** Targets as data: what schedules, cost models and code generators know of a processor. */
import type { DType } from "./dtype.js";
import {
  architectureOf,
  architectures,
  processors,
  registersOf,
  type Architecture,
} from "./processors.js";

export type TargetKind = "llvm" | "c" | "wasm" | "cgra" | "interp";

/** A processor; figures that are not known are undefined. */
export interface TargetDescription {
  /** As schedules and templates name it; a preset's, or one of a library. */
  readonly kind: string;
  /** Name of the processor as LLVM spells it; `native` becomes what was found. */
  readonly processor: string | undefined;
  /** Where code is to run, as LLVM spells it; undefined is the machine at hand. */
  readonly triple: string | undefined;
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
  /** What was said of extensions, in order: `+avx2`, `-fma`. */
  readonly attributes: readonly string[];
  /** `relaxed` lets results be less accurate than another order of additions makes them. */
  readonly accuracy: "full" | "relaxed";
}

/** What is known of the machine at hand. */
export interface HostProcessor {
  /** Name of one of the {@link architectures}. */
  readonly architecture?: string | undefined;
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
    triple: undefined,
    vectorBits: 128,
    vectorRegisters: 16,
    fma: false,
    cores: 1,
    caches: CACHES,
    features: new Set(),
    attributes: [],
    accuracy: "full",
    ...given,
  },
});

/** Those of WebAssembly that code is made for. */
const WASM_FEATURES: readonly string[] = ["simd128", "relaxed-simd"];

/** All kinds of targets, by name. */
export const targetPresets: readonly TargetPreset[] = [
  preset("c", "C99 text for any compiler."),
  preset("cgra", "Coarse-grained reconfigurable fabrics.", { vectorBits: 0, vectorRegisters: 0 }),
  preset("interp", "The reference interpreter.", { vectorBits: 0, vectorRegisters: 0 }),
  preset("llvm", "Native code through LLVM."),
  preset("wasm", "WebAssembly with 128-bit vectors.", { features: new Set(["simd128"]) }),
];

/** What a text that names a target says, or what is wrong with it. */
export type TargetText =
  | { readonly target: TargetDescription }
  | { readonly problem: string; readonly known?: readonly string[] };

/**
 * Reads `llvm`, `llvm -mcpu=haswell -mattr=+fma,-avx512f -num-cores=4`, `wasm -mattr=+relaxed-simd`.
 * Native code without `-mcpu` and `-mtriple` is for the machine at hand, where it is known; `-vector-width=0` leaves
 * vectors unused; `-accuracy=relaxed` takes ways to compute that are faster and round more.
 */
export function parseTarget(text: string, host?: HostProcessor): TargetText {
  const [kind = "", ...flags] = text.trim().split(/\s+/);
  const found = targetPresets.find(({ name }) => name === kind);
  const kinds = targetPresets.map(({ name }) => name);
  if (found === undefined) return { problem: `there is no target \`${kind}\``, known: kinds };
  const isNative = kind === "llvm" || kind === "c";
  const known = {
    processor: undefined as string | undefined,
    triple: undefined as string | undefined,
    cores: 1,
    attributes: [] as string[],
    accuracy: "full" as TargetDescription["accuracy"],
    width: undefined as number | undefined,
  };
  for (const flag of flags) {
    const [, key = "", value = ""] = /^--?([\w-]+)=(.+)$/.exec(flag) ?? [];
    if (key === "accuracy") {
      if (value !== "full" && value !== "relaxed")
        return { problem: `accuracy is full or relaxed, not ${value}` };
      known.accuracy = value;
    } else if (key === "mcpu" && isNative) known.processor = value;
    else if (key === "mtriple" && isNative) known.triple = value;
    else if (key === "mattr")
      known.attributes = value.split(",").map((name) => (/^[+-]/.test(name) ? name : `+${name}`));
    else if (key === "vector-width" && isNative) {
      if (!/^(0|128|256|512)$/.test(value))
        return { problem: `vectors have 128, 256 or 512 bits, or 0, not ${value}` };
      known.width = Number(value);
    } else if (key === "num-cores") {
      if (!/^[1-9]\d{0,2}$/.test(value))
        return { problem: `threads are counted from 1 to 999, but there were to be ${value}` };
      known.cores = Number(value);
    } else if (key !== "opt-level" && key !== "keys" && key !== "device")
      return { problem: `\`${flag}\` is no option of target \`${kind}\`` };
  }
  const place = placeOf(known, host);
  if ("problem" in place) return place;
  const { processor, triple, architecture, isHost } = place;
  const base = isNative ? place.features : undefined;
  const features = new Set(base ?? found.description.features);
  for (const attribute of known.attributes) {
    const name = attribute.slice(1);
    if (kind === "wasm" && !WASM_FEATURES.includes(name))
      return { problem: `WebAssembly has no extension \`${name}\``, known: WASM_FEATURES };
    if (attribute.startsWith("-")) features.delete(name);
    else features.add(name);
  }
  const { description } = found;
  const registers = description.vectorBits > 0 ? registersOf(architecture, features) : description;
  const vectorBits = known.width ?? registers.vectorBits;
  return {
    target: {
      ...description,
      fma: registers.fma,
      vectorRegisters: vectorBits === 0 ? 0 : registers.vectorRegisters,
      vectorBits,
      processor,
      triple,
      features,
      attributes: known.attributes,
      accuracy: known.accuracy,
      cores: known.cores,
      caches: (isNative && isHost ? host?.caches : undefined) ?? description.caches,
    },
  };
}

/** Where code is to run, of a target with a processor and a triple. */
interface Place {
  readonly processor: string | undefined;
  /** Undefined for the architecture at hand, where none is named. */
  readonly triple: string | undefined;
  readonly architecture: Architecture | undefined;
  readonly features: Iterable<string> | undefined;
  /** The very processor at hand. */
  readonly isHost: boolean;
}

function placeOf(
  { processor, triple }: { readonly processor: string | undefined; readonly triple: string | undefined }, // prettier-ignore
  host: HostProcessor | undefined,
): Place | { readonly problem: string; readonly known: readonly string[] } {
  const architecture = triple === undefined ? undefined : architectureOf(triple);
  if (triple !== undefined && architecture === undefined) {
    const problem = `there is no code for the architecture of \`${triple}\``;
    return { problem, known: architectures.map(({ name }) => name) };
  }
  const native = architectures.find(({ name }) => name === host?.architecture);
  const isHost = processor === "native" || (processor === undefined && triple === undefined);
  if (isHost) {
    const features = host?.features;
    if (architecture === undefined || architecture === native)
      return { processor, triple, architecture: architecture ?? native, features, isHost };
    const problem = `the processor at hand runs no code for \`${triple}\``;
    return { problem, known: processorsOf(architecture) };
  }
  if (processor === undefined) {
    const features = architecture!.features;
    return { processor, triple, architecture, features, isHost };
  }
  const named = processors.get(processor);
  if (named === undefined)
    return { problem: `there is no processor \`${processor}\``, known: [...processors.keys()] };
  if (architecture !== undefined && architecture !== named.architecture) {
    const problem = `the processor \`${processor}\` runs no code for \`${triple}\``;
    return { problem, known: processorsOf(architecture) };
  }
  return {
    processor,
    triple: triple ?? (named.architecture === native ? undefined : named.architecture.triple),
    architecture: named.architecture,
    features: named.features,
    isHost,
  };
}

const processorsOf = (architecture: Architecture): string[] =>
  [...processors].filter(([, p]) => p.architecture === architecture).map(([name]) => name);

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

/** What libraries name targets of native code whose processors have no vectors, whichever way it is made. */
const SCALAR = "scalar";

/**
 * Whether what a library has for one target is for another: C takes what native code takes, which is `llvm` for processors
 * with vectors and `scalar` for those without. Behind the kind stand features that the target must have, `cgra+dot+b5`, `llvm+relaxed`.
 */
export const servesTarget = (
  written: string | undefined,
  wanted: TargetDescription | undefined,
): boolean => featuresLacked(written, wanted)?.length === 0;

/** Features that a target lacks to be served by what is written for one; undefined for another kind. */
export function featuresLacked(
  written: string | undefined,
  wanted: TargetDescription | undefined,
): readonly string[] | undefined {
  if (written === undefined) return [];
  if (wanted === undefined) return undefined;
  const [kind, ...asked] = written.split("+");
  const isKind = kind === nativeKindOf(wanted) || (kind === wanted.kind && kind !== "llvm");
  const { features, accuracy } = wanted;
  return isKind ? asked.filter((name) => name !== accuracy && !features.has(name)) : undefined;
}

/** What libraries name the processor of native code. */
const nativeKindOf = (target: TargetDescription): string | undefined =>
  target.kind !== "llvm" && target.kind !== "c" ? undefined : hasVectors(target) ? "llvm" : SCALAR;

/** How much a text is for one very target: 0 is for all, more is preferred. */
export function exactness(
  written: string | undefined,
  wanted: TargetDescription | undefined,
): number {
  if (written === undefined) return 0;
  const [kind, ...features] = written.split("+");
  return (kind === wanted?.kind ? 2 : 1) + features.length;
}
