/** From a checked module to an artefact that runs. */
import type { Artefact, Executable } from "../artefact/index.js";
import type { IRModule } from "../ir/module.js";
import { writeKernelTable, type KernelTable } from "../runtime/kernel-table.js";
import { sameTensor, type NDArray } from "../support/ndarray.js";
import type { Sink } from "../support/diagnostic.js";
import { architectureOf } from "../support/processors.js";
import type { TargetDescription } from "../support/target-description.js";
import { compileGraph } from "../target/graph/index.js";
import { compileVm } from "../target/vm/index.js";
import { compileWasm } from "../target/wasm/index.js";
import { codes } from "./codes.js";
import { guardLookup, type EntryGuards } from "./guards.js";
import { interfaceOf } from "./interface.js";
import { compileNative } from "./native.js";
import type { OnPhase } from "./phases.js";
import { signaturesOf } from "./run.js";
import { encodeSignatures } from "./signatures.js";
import { wholeFunctions } from "./whole-functions.js";

export interface BuildOptions {
  /** Written into the artefact. */
  readonly producer: string;
  /** Function that a run starts by default. */
  readonly entry?: string;
  /** 128-bit vector instructions; default true. */
  readonly simd?: boolean;
  /** Keep the text for messages; default true. */
  readonly sources?: boolean;
  /** Also for the graph executor: the function that must be a graph, or `true` for all public ones. */
  readonly graph?: string | true | undefined;
  /** Those that are known of functions; the others are found. */
  readonly guards?: EntryGuards | undefined;
  /** Told after each pass, and when code is made. */
  readonly onPhase?: OnPhase | undefined;
}

/** Code of T functions, with what the runtime must know of it. */
interface KernelCode extends Omit<KernelTable, "constants"> {
  readonly target: string;
  readonly code: Uint8Array;
  /** Constants that compiled Relax functions use. */
  readonly constants: readonly NDArray[];
}

/** Compiles a module for WebAssembly and the virtual machine; undefined when errors were reported. */
export function buildForWasm(
  module: IRModule,
  sink: Sink,
  options: BuildOptions & Partial<NativeBuildOptions>,
): Artefact | undefined {
  const fma = options.description?.fma === true && options.fma !== false;
  const threads = options.description?.cores ?? 1;
  const wasm = compileWasm(module, sink, {
    simd: options.simd ?? true,
    fma,
    threads,
    guards: guardLookup(module, options.guards),
    onPass: options.onPhase,
  });
  options.onPhase?.("WebAssembly");
  const requires = fma ? ["relaxed-simd"] : [];
  const code = wasm && { ...wasm, target: "wasm", code: wasm.bytes, requires, threads };
  return assemble(module, sink, options, code);
}

export interface NativeBuildOptions extends BuildOptions {
  /** What it is compiled for. */
  readonly description: TargetDescription;
  /** Round `a·b + c` once where the processor can; default true. */
  readonly fma?: boolean | undefined;
}

/** Compiles a module to native code for the virtual machine; undefined when errors were reported. */
export function buildForLlvm(
  module: IRModule,
  sink: Sink,
  options: NativeBuildOptions,
): Artefact | undefined {
  const { description, simd = true, fma, onPhase } = options;
  const { triple } = description;
  if (triple !== undefined && architectureOf(triple)?.pointerBits === 32) {
    sink.report(codes.smallAddresses({ triple }));
    return undefined;
  }
  const { module: whole, functions, constants } = wholeFunctions(module);
  onPhase?.("whole functions");
  const native = compileNative(whole, sink, {
    description,
    simd,
    fma,
    guards: guardLookup(module, options.guards),
    onPhase,
  });
  const code = native && {
    ...native,
    target: "llvm",
    code: native.object,
    functions,
    constants,
  };
  return assemble(module, sink, options, code);
}

/** Compiles for a target; undefined when errors were reported. */
export const buildFor = (
  module: IRModule,
  sink: Sink,
  options: NativeBuildOptions,
): Artefact | undefined =>
  options.description.kind === "llvm"
    ? buildForLlvm(module, sink, options)
    : buildForWasm(module, sink, options);

function assemble(
  module: IRModule,
  sink: Sink,
  options: BuildOptions,
  kernels: KernelCode | undefined,
): Artefact | undefined {
  const executable = compileVm(module, sink, { sources: options.sources ?? true });
  options.onPhase?.("bytecode");
  if (kernels === undefined || executable === undefined) return undefined;
  const numberOf = constantNumbers(executable);
  const graphs =
    options.graph === undefined
      ? undefined
      : compileGraph(module, sink, {
          entry: options.graph === true ? undefined : options.graph,
          sources: executable.sources,
          constantNumber: numberOf,
        });
  if (options.graph !== undefined && graphs === undefined) return undefined;
  return {
    manifest: {
      producer: options.producer,
      target: kernels.target,
      entry: options.entry,
      kernels: writeKernelTable(
        {
          ...kernels,
          constants: kernels.constants.map(numberOf),
        },
        executable.sources,
      ),
      signatures: encodeSignatures(signaturesOf(module)),
      interface: interfaceOf(module),
    },
    executable,
    kernels: kernels.code,
    ...(graphs && { graphs }),
  };
}

/** The number that a tensor has among the constants of a program. */
function constantNumbers({ constants }: Executable): (tensor: NDArray) => number {
  const numbers = new Map<NDArray, number>();
  constants.forEach((c, i) => c.kind === "tensor" && numbers.set(c.data, i));
  return (tensor) =>
    numbers.get(tensor) ??
    constants.findIndex((c) => c.kind === "tensor" && sameTensor(c.data, tensor));
}
