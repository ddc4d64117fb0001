/** From a checked module to an artefact that runs. */
import type { Artefact, Executable } from "../artefact/index.js";
import type { IRModule } from "../ir/module.js";
import { writeKernelTable } from "../runtime/kernel-table.js";
import { sameTensor, type NDArray } from "../support/ndarray.js";
import type { Sink } from "../support/diagnostic.js";
import { compileGraph } from "../target/graph/index.js";
import { compileVm } from "../target/vm/index.js";
import { compileWasm } from "../target/wasm/index.js";
import { guardsOf } from "./guards.js";
import { interfaceOf } from "./interface.js";
import { signaturesOf } from "./run.js";
import { encodeSignatures } from "./signatures.js";

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
  /** Those of the module, when they are at hand. */
  readonly guards?: ReturnType<typeof guardsOf>;
}

/** Compiles a module for WebAssembly and the virtual machine; undefined when errors were reported. */
export function buildForWasm(
  module: IRModule,
  sink: Sink,
  options: BuildOptions,
): Artefact | undefined {
  const guards = options.guards ?? guardsOf(module);
  const wasm = compileWasm(module, sink, {
    simd: options.simd ?? true,
    guards: (name) =>
      (guards.get(name) ?? []).map((g) => ({ condition: g.cond, message: g.text, span: g.span })),
  });
  const executable = compileVm(module, sink, { sources: options.sources ?? true });
  if (wasm === undefined || executable === undefined) return undefined;
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
      target: "wasm",
      entry: options.entry,
      kernels: writeKernelTable(
        {
          ...wasm,
          constants: wasm.constants.map(numberOf),
        },
        executable.sources,
      ),
      signatures: encodeSignatures(signaturesOf(module)),
      interface: interfaceOf(module),
    },
    executable,
    kernels: wasm.bytes,
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
