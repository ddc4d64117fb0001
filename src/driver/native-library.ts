/** From a checked module to an object file, with the interface that C has for it. */
import { irModule, type IRModule } from "../ir/module.js";
import type { Sink } from "../support/diagnostic.js";
import type { TargetDescription } from "../support/target-description.js";
import { exportsOf, hasSideFile, headerText, interfaceOf, publicPrototypes, sideFile, type CInterface } from "../target/c/index.js"; // prettier-ignore
import { lowerToLoops, type AotModule } from "../transform/relax/aot/lower.js";
import { exportedOf } from "./c-project.js";
import { guardLookup, type EntryGuards } from "./guards.js";
import { compileNative } from "./native.js";

export interface NativeLibraryOptions {
  /** First part of the names of functions. */
  readonly prefix: string;
  readonly description: TargetDescription;
  readonly simd?: boolean | undefined;
  readonly fma?: boolean | undefined;
  /** Those that are known of functions; the others are found. */
  readonly guards?: EntryGuards | undefined;
}

/** Object code, what callers need to use it, and how models are called. */
export interface NativeLibrary {
  readonly interface: CInterface;
  readonly aot: AotModule;
  readonly object: Uint8Array;
  readonly header: string;
  /** Constants that callers read, by the names of their files. */
  readonly constants: ReadonlyMap<string, Uint8Array>;
}

/** Undefined when errors were reported. */
export function buildLibrary(
  module: IRModule,
  sink: Sink,
  { prefix, guards, ...options }: NativeLibraryOptions,
): NativeLibrary | undefined {
  const aot = lowerToLoops(module, sink, { constants: "table" });
  if (aot === undefined) return undefined;
  const given = interfaceOf(aot.module, {
    prefix,
    models: aot.functions,
    exported: exportedOf(aot),
    ownMemory: true,
  });
  const needed = new Map([...aot.module.functions].filter(([name]) => given.kernels.has(name)));
  const native = compileNative(irModule(needed, aot.module), sink, {
    ...options,
    guards: guardLookup(module, guards),
    exports: exportsOf(given),
  });
  if (native === undefined) return undefined;
  return {
    interface: given,
    aot,
    object: native.object,
    header: headerText({ prefix: given.prefix, publicPrototypes: publicPrototypes(given) }),
    constants: new Map(
      given.models.filter(hasSideFile).map((m) => [sideFile(m), m.described.constants!]),
    ),
  };
}
