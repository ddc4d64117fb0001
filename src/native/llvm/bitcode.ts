/** Textual LLVM IR → bitcode, by libLLVM or else by the package `llvm-bindings`. */
import { NativeUnavailable } from "../foreign.js";
import { bitcodeByBindings, BINDINGS_LLVM, hasBindings } from "./bindings.js";
import { bitcodeByLibrary } from "./compile.js";
import { llvmLibrary, LLVM_VARIABLE, type LlvmLibrary } from "./library.js";

/** From this version on there is one type of pointer. */
const FIRST_OPAQUE = 15;

/** Bitcode of a module; throws {@link NativeUnavailable} where nothing here writes it. */
export function bitcodeOf(text: string, pointers: "typed" | "opaque" = "typed"): Uint8Array {
  const library = libraryOrBindings();
  const version = library?.version ?? BINDINGS_LLVM;
  if (pointers === "opaque" && version < FIRST_OPAQUE)
    throw new NativeUnavailable(
      `LLVM ${version} does not read pointers without types`,
      `write typed pointers, which later versions read too, or set ${LLVM_VARIABLE} to a version from ${FIRST_OPAQUE} on that is installed`,
    );
  return library === undefined ? bitcodeByBindings(text) : bitcodeByLibrary(library, text);
}

/** The library; undefined where only the package is there. */
function libraryOrBindings(): LlvmLibrary | undefined {
  try {
    return llvmLibrary();
  } catch (error) {
    if (!(error instanceof NativeUnavailable) || !hasBindings()) throw error;
    return undefined;
  }
}
