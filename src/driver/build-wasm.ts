/** From a checked module to a `.rxe` artefact for WebAssembly. No I/O. */
import { boundsOf } from "../analysis/index.js";
import { exprText } from "../arith/index.js";
import { encodeArtefact, type Artefact } from "../artefact/index.js";
import type { IRModule } from "../ir/module.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { writeKernelTable } from "../runtime/kernel-table.js";
import type { Sink } from "../support/diagnostic.js";
import { compileVm } from "../target/vm/index.js";
import { compileWasm } from "../target/wasm/index.js";

export interface BuildOptions {
  readonly entry?: string | undefined;
  /** Written into the artefact as its producer. */
  readonly version?: string;
  /** Off: no v128 code. */
  readonly simd?: boolean;
  /** Off: no texts and places for messages. */
  readonly sources?: boolean;
}

/** Conditions that a T function's accesses need, to be checked on entry. */
export const guardsOf = (func: PrimFunc) => boundsOf(func).guards;

/** Builds; undefined when errors were reported. */
export function buildWasm(
  module: IRModule,
  sink: Sink,
  options: BuildOptions = {},
): Artefact | undefined {
  const executable = compileVm(module, sink, { sources: options.sources ?? true });
  const hasKernels = [...module.functions.values()].some((f) => f.kind === "tir.PrimFunc");
  const wasm = hasKernels
    ? compileWasm(module, sink, {
        guards: (_, func) =>
          guardsOf(func).map(({ cond }) => ({ condition: cond, message: exprText(cond) })),
        ...(options.simd !== undefined && { simd: options.simd }),
      })
    : undefined;
  if (executable === undefined || (hasKernels && wasm === undefined)) return undefined;
  return {
    manifest: {
      producer: `relaxc ${options.version ?? ""}`.trim(),
      target: "wasm",
      entry: options.entry,
      kernels: wasm && writeKernelTable(wasm, executable.sources),
    },
    executable,
    kernels: wasm?.bytes ?? new Uint8Array(),
  };
}

/** The bytes of the artefact file. */
export const artefactBytes = (artefact: Artefact): Uint8Array => encodeArtefact(artefact);
