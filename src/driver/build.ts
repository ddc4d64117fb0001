/** From a checked module to an artefact that runs. */
import type { Artefact, Executable } from "../artefact/index.js";
import { visit } from "../ir/core/visit.js";
import type { IRModule } from "../ir/module.js";
import { lookupOp } from "../op/registry.js";
import { writeKernelTable } from "../runtime/kernel-table.js";
import { sameTensor, type NDArray } from "../support/ndarray.js";
import type { Sink } from "../support/diagnostic.js";
import { compileVm } from "../target/vm/index.js";
import { compileWasm } from "../target/wasm/index.js";
import { codes } from "./codes.js";
import { guardsOf } from "./guards.js";
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
  /** Those of the module, when they are at hand. */
  readonly guards?: ReturnType<typeof guardsOf>;
}

/** Compiles a module for WebAssembly and the virtual machine; undefined when errors were reported. */
export function buildForWasm(
  module: IRModule,
  sink: Sink,
  options: BuildOptions,
): Artefact | undefined {
  if (reportUnlowered(module, sink)) return undefined;
  const guards = options.guards ?? guardsOf(module);
  const wasm = compileWasm(module, sink, {
    simd: options.simd ?? true,
    guards: (name) =>
      (guards.get(name) ?? []).map((g) => ({ condition: g.cond, message: g.text, span: g.span })),
  });
  const executable = compileVm(module, sink, { sources: options.sources ?? true });
  if (wasm === undefined || executable === undefined) return undefined;
  return {
    manifest: {
      producer: options.producer,
      target: "wasm",
      entry: options.entry,
      kernels: writeKernelTable(
        {
          ...wasm,
          constants: constantNumbers(executable, wasm.constants),
        },
        executable.sources,
      ),
      signatures: encodeSignatures(signaturesOf(module)),
    },
    executable,
    kernels: wasm.bytes,
  };
}

/** The numbers that tensors have among the constants of a program. */
function constantNumbers(executable: Executable, tensors: readonly NDArray[]): number[] {
  const numbers = new Map<NDArray, number>();
  executable.constants.forEach((c, i) => c.kind === "tensor" && numbers.set(c.data, i));
  return tensors.map(
    (t) =>
      numbers.get(t) ??
      executable.constants.findIndex((c) => c.kind === "tensor" && sameTensor(c.data, t)),
  );
}

/** Operators that need a loop nest and have none, all at once, each at its first use. */
export function reportUnlowered(module: IRModule, sink: Sink): boolean {
  const found = new Map<string, import("../support/source.js").Span | undefined>();
  visit(module, {
    enter(node) {
      if (node.kind !== "relax.Call" || node.op.kind !== "relax.Op") return;
      const def = lookupOp(node.op.name);
      if (def?.structural !== true && !found.has(node.op.name)) found.set(node.op.name, node.span);
    },
  });
  if (found.size === 0) return false;
  const [first, ...rest] = [...found];
  const names = [...found.keys()].map((name) => `\`R.${name}\``).join(", ");
  sink.report(
    codes.notLowered({
      at: first![1],
      count: found.size === 1 ? "1 operator has" : `${found.size} operators have`,
      names,
      labels: rest.flatMap(([name, span]) => (span ? [{ span, message: `\`R.${name}\`` }] : [])),
    }),
  );
  return true;
}
