/** Extensions of processors that the code generators of LLVM know. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { foreign } from "../foreign.js";
import { makeMachine } from "./compile.js";
import { llvmLibrary } from "./library.js";

/**
 * Names in `+avx2`, `-fma` that the code generator of a triple (absent: the machine at hand) leaves out, since it knows
 * none of them. No function of the library tells: it prints them when it gets them. None where that cannot be caught.
 */
export function unknownExtensions(
  triple: string | undefined,
  attributes: readonly string[],
): readonly string[] {
  const library = llvmLibrary();
  const text = printed(() => {
    const machine = makeMachine(library, { triple, processor: "", features: attributes.join(",") });
    library.c.disposeTargetMachine(machine);
  });
  const told = [...(text ?? "").matchAll(/^'[+-]([^']+)' is not a recognized feature/gm)];
  return [...new Set(told.map(([, name]) => name!))];
}

const STANDARD_ERROR = 2;

/** What a body of native code prints on standard error. */
function printed(body: () => void): string | undefined {
  const descriptors = descriptorCalls();
  if (descriptors === undefined) return undefined;
  const { dup, dup2 } = descriptors;
  const folder = mkdtempSync(join(tmpdir(), "relaxc-"));
  const path = join(folder, "printed");
  const file = openSync(path, "w");
  const before = dup(STANDARD_ERROR) as number;
  try {
    dup2(file, STANDARD_ERROR);
    body();
    return readFileSync(path, "utf8");
  } finally {
    dup2(before, STANDARD_ERROR);
    closeSync(before);
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}

/** Functions of the C library of Unix. */
function descriptorCalls() {
  try {
    const library = foreign().load(null);
    return { dup: library.func("int dup(int)"), dup2: library.func("int dup2(int, int)") };
  } catch {
    return undefined;
  }
}
