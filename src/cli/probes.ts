/** What the machine has: the engine, its WebAssembly features, memory. */
import { availableParallelism, totalmem } from "node:os";
import { NativeUnavailable } from "../native/foreign.js";
import { BINDINGS_LLVM, llvmBindings } from "../native/llvm/bindings.js";
import { installedLibraries, llvmLibrary, LLVM_VARIABLE } from "../native/llvm/library.js";
import { version } from "./version.js";

export interface Probe {
  readonly name: string;
  /** `missing` is needed, `absent` would only make things faster or larger. */
  readonly state: "found" | "absent" | "missing";
  readonly detail: string;
}

/** The part of the engine's WebAssembly interface that is asked here. */
const { WebAssembly: engine } = globalThis as unknown as {
  readonly WebAssembly: { validate(bytes: Uint8Array): boolean };
};

const HEAD = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
/** One function `() -> ()` of these instructions. */
const functionOf = (...code: readonly number[]): readonly number[] => [
  ...HEAD,
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, code.length + 4, 0x01, code.length + 2, 0x00, ...code, 0x0b],
];
const V128_ZERO = [0xfd, 0x0c, ...Array<number>(16).fill(0)];

/** Smallest modules that need a feature. */
const FEATURES: readonly (readonly [string, readonly number[], Probe["state"], string])[] = [
  [
    "WebAssembly SIMD",
    functionOf(...V128_ZERO, 0x1a),
    "missing",
    "128-bit vectors; every Node from 16 on has them",
  ],
  [
    "WebAssembly relaxed SIMD",
    functionOf(...V128_ZERO, ...V128_ZERO, ...V128_ZERO, 0xfd, 0x85, 0x02, 0x1a),
    "absent",
    "fused multiply-add; Node 21 and newer",
  ],
  [
    "WebAssembly memory64",
    [...HEAD, 0x05, 0x03, 0x01, 0x04, 0x01],
    "absent",
    "more than 4 GiB for one program; Node 24 and newer",
  ],
];

/** Runs all probes. */
export async function probeAll(): Promise<readonly Probe[]> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isNew = major > 20 || (major === 20 && minor >= 10);
  const features = FEATURES.map(([name, bytes, otherwise, about]): Probe => {
    const found = engine.validate(Uint8Array.from(bytes));
    return { name, state: found ? "found" : otherwise, detail: about };
  });
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GiB, ${availableParallelism()} cores`;
  return [
    { name: "relaxc", state: "found", detail: version },
    {
      name: "Node",
      state: isNew ? "found" : "missing",
      detail: `${process.versions.node}; 20.10 or newer is needed`,
    },
    ...features,
    probeNative(),
    probeBindings(),
    { name: "machine", state: "found", detail: memory },
  ];
}

/** The library behind target `llvm`. */
function probeNative(): Probe {
  const name = "libLLVM";
  try {
    const { file, version: found } = llvmLibrary();
    const others = installedLibraries().filter((v) => v !== found);
    const more = others.length === 0 ? "" : `; ${LLVM_VARIABLE} takes ${others.join(", ")} instead`;
    return { name, state: "found", detail: `${file}, version ${found}; target \`llvm\`${more}` };
  } catch (error) {
    return { name, state: "absent", detail: reasonOf(error) };
  }
}

/** The package that writes bitcode without the library. */
function probeBindings(): Probe {
  const name = "llvm-bindings";
  try {
    llvmBindings();
    const detail = `LLVM ${BINDINGS_LLVM}; writes bitcode where libLLVM is absent`;
    return { name, state: "found", detail };
  } catch (error) {
    return { name, state: "absent", detail: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof NativeUnavailable)) throw error;
  return `${error.what}; ${error.hint}`;
}
