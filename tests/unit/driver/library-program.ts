/** Object code called through its header by a program in C, beside the interpreter. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { callModel, compileProgram, type CProgram } from "../../../src/cli/c-program.js";
import { checkText } from "../../../src/driver/frontend.js";
import { lowerModule } from "../../../src/driver/lower.js";
import { buildLibrary, type NativeLibrary } from "../../../src/driver/native-library.js";
import { prepareFor } from "../../../src/driver/optimise.js";
import { difference } from "../../../src/driver/outputs.js";
import { Diagnostics } from "../../../src/support/diagnostic.js";
import { parseTarget } from "../../../src/support/target-description.js";
import { modelDriver } from "../../../src/target/c/index.js";
import { inputsAt, interpreted, type Sizes } from "./reference.js";

export interface LibraryTools {
  readonly target: string;
  readonly compiler: string;
  readonly flags: readonly string[];
  /** What runs programs for other machines. */
  readonly emulator?: string;
}

/** Object code for a target. */
export async function builtLibrary(
  target: string,
  name: string,
  text: string,
): Promise<NativeLibrary> {
  const parsed = parseTarget(target);
  if (!("target" in parsed)) throw new Error(parsed.problem);
  const front = checkText({ name, text });
  const sink = new Diagnostics();
  const module = (await prepareFor("llvm", front.module, sink, { target }))!;
  const library = buildLibrary(module, sink, { prefix: "model", description: parsed.target });
  assert.equal(sink.all.filter((d) => d.severity === "error").map((d) => d.message), []); // prettier-ignore
  return library!;
}

/** Calls a function of a file through the header, and interprets it. */
export async function compareLibrary(
  file: string,
  entry: string,
  sizes: Sizes,
  { target, compiler, flags, emulator }: LibraryTools,
): Promise<void> {
  const text = readFileSync(file, "utf8");
  const library = await builtLibrary(target, file, text);
  const sink = new Diagnostics();
  const reference = (await lowerModule(checkText({ name: file, text }).module, sink))!;
  const args = inputsAt(reference, entry, sizes);
  const expected = interpreted(reference, entry, args);
  const files = new Map<string, string | Uint8Array>([
    ["model.o", library.object],
    ["model.h", library.header],
    ["driver.c", modelDriver(library.interface)],
    ...library.constants,
  ]);
  const program = compileProgram(files, compiler, [...flags, "-O0", "model.o"]);
  try {
    const runs = emulator === undefined ? program : emulated(program, emulator);
    const given = { compiled: library.interface, aot: library.aot };
    assert.is(difference(callModel(runs, given, entry, args), expected, 1e-5), undefined);
  } finally {
    program.close();
  }
}

function emulated(program: CProgram, emulator: string): CProgram {
  const file = join(program.folder, "emulated");
  writeFileSync(file, `#!/bin/sh\nexec ${emulator} ${program.file} "$@"\n`, { mode: 0o755 });
  return { ...program, file };
}
