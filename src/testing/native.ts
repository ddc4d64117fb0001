/** Native code in tests: run where it can be made, required in CI. */
import { instantiateNative, type NativeInstance } from "../native/instance.js";
import { NativeUnavailable } from "../native/foreign.js";
import { compileIr } from "../native/llvm/compile.js";
import { llvmBindings } from "../native/llvm/bindings.js";
import { llvmLibrary } from "../native/llvm/library.js";
import type { IRModule } from "../ir/module.js";
import { Diagnostics } from "../support/diagnostic.js";
import { compileLlvm, type CompileOptions, type Machine } from "../target/llvm/index.js";

/** Whether this machine can make native code; in CI it must. */
export const hasNative = (): boolean => isThere(llvmLibrary);

/** Whether the package `llvm-bindings` is installed; in CI it must be. */
export const hasLlvmBindings = (): boolean => isThere(llvmBindings);

function isThere(load: () => unknown): boolean {
  try {
    load();
    return true;
  } catch (error) {
    if (!(error instanceof NativeUnavailable) || process.env["CI"] !== undefined) throw error;
    return false;
  }
}

/** A processor that every machine of the tests has; results are those of the interpreter, bit by bit. */
export const plainMachine = (): Machine => ({
  llvmVersion: llvmLibrary().version,
  processor: process.arch === "x64" ? "x86-64-v3" : "generic",
  features: "",
  vectorBits: 256,
  fma: false,
  vnni: false,
});

/** Compiles and links the T functions of a module; throws with the messages when that fails. */
export function nativeInstance(
  module: IRModule,
  { threads = 1, ...options }: Partial<CompileOptions> & { readonly threads?: number } = {},
): NativeInstance {
  const sink = new Diagnostics();
  const machine = options.machine ?? plainMachine();
  const compiled = compileLlvm(module, sink, { ...options, machine });
  if (compiled === undefined)
    throw new Error(`compiler: ${sink.all.map((d) => `${d.code} ${d.message}`).join("; ")}`);
  const object = compileIr(compiled.text, machine);
  return instantiateNative({ ...compiled, object }, threads);
}
