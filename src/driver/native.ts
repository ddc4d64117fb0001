/** Native code in this process: from T functions to object code, and from object code to what runs it. */
import type { IRModule } from "../ir/module.js";
import { MissingFeatures, nativeDevice, OtherArchitecture } from "../native/device.js";
import { NativeUnavailable } from "../native/foreign.js";
import { bitcodeOf } from "../native/llvm/bitcode.js";
import { compileIr, defaultTriple } from "../native/llvm/compile.js";
import { unknownExtensions } from "../native/llvm/extensions.js";
import { llvmLibrary } from "../native/llvm/library.js";
import type { NativeLoader } from "../runtime/load-artefact.js";
import { DiagnosticError, type Sink } from "../support/diagnostic.js";
import { architectureOf, extensionsOf } from "../support/processors.js";
import { didYouMean } from "../support/suggest.js";
import type { TargetDescription } from "../support/target-description.js";
import { compileLlvm, machineOf, type CompiledLlvm, type CompileOptions } from "../target/llvm/index.js"; // prettier-ignore
import { codes } from "./codes.js";
import type { OnPhase } from "./phases.js";

export interface NativeOptions extends Pick<CompileOptions, "guards" | "exports"> {
  readonly description: TargetDescription;
  readonly simd?: boolean | undefined;
  readonly fma?: boolean | undefined;
  /** Told after each pass, and when text and code are made. */
  readonly onPhase?: OnPhase | undefined;
}

export interface NativeCode extends CompiledLlvm {
  readonly object: Uint8Array;
  /** Extensions of the processor that the code needs. */
  readonly requires: readonly string[];
  /** Threads for parallel loops. */
  readonly threads: number;
}

/** The text of LLVM IR for all T functions; undefined when errors were reported. */
export function nativeText(
  module: IRModule,
  sink: Sink,
  { description, simd = true, fma = true, guards, exports, onPhase }: NativeOptions,
): CompiledLlvm | undefined {
  if (!areExtensionsKnown(description, sink)) return undefined;
  const machine = machineOf(description, llvmLibrary().version, fma);
  return compileLlvm(module, sink, {
    machine,
    simd,
    exports,
    onPass: onPhase,
    ...(guards && { guards }),
  });
}

/** Whether the code generator knows what was said of extensions; it would leave out what it does not know. */
function areExtensionsKnown({ attributes, triple }: TargetDescription, sink: Sink): boolean {
  if (attributes.length === 0) return true;
  const unknown = unknownExtensions(triple, attributes);
  for (const name of unknown) {
    const architecture = architectureOf(triple ?? defaultTriple())!;
    const near = didYouMean(name, extensionsOf(architecture));
    sink.report(
      codes.unknownExtension({
        name,
        architecture: architecture.name,
        version: llvmLibrary().version,
        ...(near && { hints: [near] }),
      }),
    );
  }
  return unknown.length === 0;
}

/** Object code of all T functions; undefined when errors were reported. */
export function compileNative(
  module: IRModule,
  sink: Sink,
  options: NativeOptions,
): NativeCode | undefined {
  try {
    const { description } = options;
    const machine = machineOf(description, llvmLibrary().version);
    const made = nativeText(module, sink, options);
    if (made === undefined) return undefined;
    options.onPhase?.("LLVM IR");
    const object = compileIr(made.text, machine);
    options.onPhase?.("object code");
    const requires = [...description.features].sort();
    return { ...made, object, requires, threads: description.cores };
  } catch (error) {
    if (!(error instanceof NativeUnavailable)) throw error;
    sink.report(unavailable(error));
    return undefined;
  }
}

/** Bitcode of LLVM IR with pointers of a spelling; undefined when an error was reported. */
export function bitcode(
  text: string,
  pointers: "typed" | "opaque",
  sink: Sink,
): Uint8Array | undefined {
  try {
    return bitcodeOf(text, pointers);
  } catch (error) {
    if (!(error instanceof NativeUnavailable)) throw error;
    sink.report(unavailable(error));
    return undefined;
  }
}

const unavailable = ({ what, hint }: NativeUnavailable) =>
  codes.noNative({ reason: what, hints: [hint] });

/** Runs the native code of artefacts. */
export const loadNative: NativeLoader = (code, table, file) => {
  try {
    return nativeDevice(code, table);
  } catch (error) {
    if (error instanceof NativeUnavailable) throw new DiagnosticError(unavailable(error));
    if (error instanceof OtherArchitecture) {
      const { architecture, atHand } = error;
      throw new DiagnosticError(codes.nativeArchitecture({ file, architecture, atHand }));
    }
    if (error instanceof MissingFeatures) {
      const features = error.features.map((f) => `\`${f}\``).join(", ");
      throw new DiagnosticError(codes.nativeFeatures({ file, features }));
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new DiagnosticError(codes.brokenNative({ file, reason }));
  }
};
