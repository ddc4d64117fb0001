/** From a checked module to a folder of C files. */
import type { IRModule } from "../ir/module.js";
import type { Sink } from "../support/diagnostic.js";
import { compileC, projectFiles, type CompiledC } from "../target/c/index.js";
import { lowerToLoops, type AotModule } from "../transform/relax/aot/lower.js";
import { guardLookup, type EntryGuards } from "./guards.js";

export interface CProjectOptions {
  /** First part of the names of files and functions. */
  readonly prefix: string;
  /** Off: refuses programs that compute with floats. */
  readonly float?: boolean | undefined;
  /** Models of fixed size keep their memory in the program. */
  readonly staticMemory?: boolean | undefined;
  readonly simd?: boolean | undefined;
  /** Of a vector register; by default vectors are as long as they are written. */
  readonly registerBits?: number | undefined;
  /** The function to compile; default: all public ones. */
  readonly entry?: string | undefined;
  /** Those that are known of functions; the others are found. */
  readonly guards?: EntryGuards | undefined;
}

/** A model in C, and how it is called. */
export interface CProject {
  readonly compiled: CompiledC;
  readonly aot: AotModule;
  readonly files: ReadonlyMap<string, string | Uint8Array>;
}

/** Undefined when errors were reported. */
export function buildForC(
  module: IRModule,
  sink: Sink,
  options: CProjectOptions,
): CProject | undefined {
  const aot = lowerToLoops(module, sink, {
    constants: "table",
    ...(options.entry !== undefined && { functions: new Set([options.entry]) }),
  });
  if (aot === undefined) return undefined;
  const compiled = compileC(aot.module, sink, {
    prefix: options.prefix,
    models: aot.functions,
    exported: exportedOf(aot),
    float: options.float ?? true,
    staticMemory: options.staticMemory ?? false,
    simd: options.simd ?? true,
    registerBits: options.registerBits,
    guards: guardLookup(module, options.guards),
  });
  return compiled && { compiled, aot, files: projectFiles(compiled) };
}

/** Where there are models, kernels are their parts; else public T functions are what hosts call. */
export function exportedOf({ module, functions }: AotModule): Set<string> {
  if (functions.length > 0) return new Set();
  return new Set(
    [...module.functions].flatMap(([name, f]) =>
      f.kind === "tir.PrimFunc" && !f.isPrivate ? [name] : [],
    ),
  );
}
