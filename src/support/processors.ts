/** Architectures and processors that native code is made for. */

/** What is the same in all processors of an architecture. */
export interface Architecture {
  readonly name: string;
  /** First parts of the triples of LLVM that name it. */
  readonly spelling: RegExp;
  /** Where code goes when only a processor is named. */
  readonly triple: string;
  readonly pointerBits: 32 | 64;
  /** What the header of object files says (`e_machine` of ELF). */
  readonly elf: number;
  /** As Node names it, where Node runs on it. */
  readonly node?: string;
  /** LLVM's name for any processor of it. */
  readonly generic: string;
  /** Extensions that processors have when none is named. */
  readonly features: readonly string[];
}

const RISCV = ["m", "a", "f", "d", "c"];

/** Those that the code generators of LLVM are bound for. */
export const architectures: readonly Architecture[] = [
  {
    name: "x86_64",
    spelling: /^(x86_64|amd64)$/,
    triple: "x86_64-unknown-linux-gnu",
    pointerBits: 64,
    elf: 62,
    node: "x64",
    generic: "x86-64",
    features: ["sse2"],
  },
  {
    name: "aarch64",
    spelling: /^(aarch64|arm64)$/,
    triple: "aarch64-unknown-linux-gnu",
    pointerBits: 64,
    elf: 183,
    node: "arm64",
    generic: "generic",
    features: ["neon"],
  },
  {
    name: "arm",
    spelling: /^(arm|thumb)(v[678][\w.]*)?$/,
    triple: "armv7-unknown-linux-gnueabihf",
    pointerBits: 32,
    elf: 40,
    node: "arm",
    generic: "generic",
    features: [],
  },
  {
    name: "riscv64",
    spelling: /^riscv64$/,
    triple: "riscv64-unknown-linux-gnu",
    pointerBits: 64,
    elf: 243,
    node: "riscv64",
    generic: "generic-rv64",
    features: RISCV,
  },
  {
    name: "riscv32",
    spelling: /^riscv32$/,
    triple: "riscv32-unknown-elf",
    pointerBits: 32,
    elf: 243,
    generic: "generic-rv32",
    features: RISCV,
  },
];

/** The architecture of a triple, `aarch64-linux-gnu`. */
export const architectureOf = (triple: string): Architecture | undefined =>
  architectures.find(({ spelling }) => spelling.test(triple.split("-", 1)[0]!));

/** A processor by LLVM's name for it. */
export interface Processor {
  readonly architecture: Architecture;
  readonly features: readonly string[];
}

/** Extensions of the processors that programs are usually compiled for; each level has those before it. */
const V2 = ["sse2", "sse3", "ssse3", "sse4.1", "sse4.2", "popcnt"];
const V3 = [...V2, "avx", "avx2", "fma", "bmi", "bmi2", "f16c", "lzcnt", "movbe"];
const V4 = [...V3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"];
const VNNI = [...V4, "avx512vnni"];
const BF16 = [...VNNI, "avx512bf16"];
const FEATURES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  x86_64: {
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
  },
  aarch64: {
    "cortex-a53": ["neon"],
    "cortex-a72": ["neon"],
    "neoverse-n1": ["neon", "dotprod"],
    "apple-m1": ["neon", "dotprod"],
  },
  arm: {
    "cortex-a7": ["neon", "vfp4"],
    "cortex-a9": ["neon"],
    "cortex-m4": [],
    "cortex-m7": [],
  },
  riscv64: { "sifive-u74": RISCV },
};

/** Processors by name. */
export const processors: ReadonlyMap<string, Processor> = new Map(
  architectures.flatMap((architecture) =>
    Object.entries(FEATURES[architecture.name] ?? {}).map(
      ([name, features]) => [name, { architecture, features }] as const,
    ),
  ),
);

/** Extensions that some processor of an architecture is said to have. */
export const extensionsOf = (architecture: Architecture): ReadonlySet<string> =>
  new Set([...architecture.features, ...Object.values(FEATURES[architecture.name] ?? {}).flat()]);

/** Vector registers, and whether one instruction multiplies and adds. */
export interface Registers {
  readonly vectorBits: number;
  readonly vectorRegisters: number;
  readonly fma: boolean;
}

const NONE: Registers = { vectorBits: 0, vectorRegisters: 0, fma: false };

/** Width and number of registers follow from the extensions. */
export function registersOf(
  architecture: Architecture | undefined,
  features: ReadonlySet<string>,
): Registers {
  switch (architecture?.name) {
    case "arm":
      return features.has("neon")
        ? { vectorBits: 128, vectorRegisters: 16, fma: features.has("vfp4") }
        : NONE;
    case "riscv32":
    case "riscv64":
      // A vector unit has 128 bits at least.
      return features.has("v")
        ? { vectorBits: 128, vectorRegisters: 32, fma: true }
        : { ...NONE, fma: features.has("f") };
    default:
      if (features.has("avx512f")) return { vectorBits: 512, vectorRegisters: 32, fma: true };
      if (features.has("avx2"))
        return { vectorBits: 256, vectorRegisters: 16, fma: features.has("fma") };
      if (features.has("neon")) return { vectorBits: 128, vectorRegisters: 32, fma: true };
      if (features.has("simd128"))
        return { vectorBits: 128, vectorRegisters: 16, fma: features.has("relaxed-simd") };
      return { vectorBits: 128, vectorRegisters: 16, fma: false };
  }
}
