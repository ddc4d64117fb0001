/** The optional package `llvm-bindings`: LLVM 14, compiled into a package of its own where it is installed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NativeUnavailable } from "../foreign.js";
import { IrError } from "./compile.js";

/** The part of the package that is used. It reads and writes files only, and frees nothing. */
interface LlvmBindings {
  readonly LLVMContext: new () => object;
  readonly SMDiagnostic: new () => object;
  parseIRFile(file: string, mistake: object, context: object): object;
  /** Whether something is wrong. */
  verifyModule(module: object): boolean;
  WriteBitcodeToFile(module: object, file: string): void;
}

/** The version of LLVM that is in the package. */
export const BINDINGS_LLVM = 14;

/** The package; throws {@link NativeUnavailable} where it is not installed. */
export function llvmBindings(): LlvmBindings {
  try {
    return createRequire(import.meta.url)("llvm-bindings") as LlvmBindings;
  } catch (error) {
    const isThere = (error as { code?: unknown }).code !== "MODULE_NOT_FOUND";
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new NativeUnavailable(
      isThere
        ? `the package \`llvm-bindings\` cannot be loaded: ${reason}`
        : "the package `llvm-bindings` is not installed",
      "`npm run setup:llvm` in a checkout or `npm install llvm-bindings@0.4.2` elsewhere compiles it, with `llvm-14-dev` and `g++` of Debian and Ubuntu",
    );
  }
}

/** Whether the package is installed and can be loaded. */
export function hasBindings(): boolean {
  try {
    llvmBindings();
    return true;
  } catch {
    return false;
  }
}

/** Checks a module and gives it as bitcode; throws {@link IrError} when the verifier objects. The text must be readable. */
export function bitcodeByBindings(text: string): Uint8Array {
  const bindings = llvmBindings();
  const folder = mkdtempSync(join(tmpdir(), "relaxc-bitcode-"));
  const [source, target] = [join(folder, "module.ll"), join(folder, "module.bc")];
  try {
    writeFileSync(source, text);
    const context = new bindings.LLVMContext();
    const module = bindings.parseIRFile(source, new bindings.SMDiagnostic(), context);
    if (bindings.verifyModule(module)) throw new IrError("the module is not well formed");
    bindings.WriteBitcodeToFile(module, target);
    return readFileSync(target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
