/** Object files and shared libraries with their header: `relaxc build --target llvm -o model.so`. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { codes } from "../driver/codes.js";
import type { NativeLibrary } from "../driver/native-library.js";
import { DiagnosticError } from "../support/diagnostic.js";
import type { Host } from "../support/host.js";
import { architectureOf } from "../support/processors.js";
import { compilerOf } from "./c-program.js";

/** Whether a file to be written is one that linkers take. */
export const isLibraryName = (file: string | undefined): file is string =>
  file !== undefined && /\.(o|so)$/.test(file);

/** Refuses the name of a file that linkers take where something else would be written to it. */
export function checkOutputName(file: string | undefined, kind: string): void {
  const isLinked = /\.(o|so|obj|a|dll|dylib|lib)$/.test(file ?? "");
  if (isLinked && !(kind === "llvm" && isLibraryName(file)))
    throw new DiagnosticError(codes.outputName({ file: file!, kind }));
}

/**
 * The files of a library by their paths; `.so` is linked by the C compiler at hand, for a triple by the one with its
 * name. Throws a DiagnosticError.
 */
export function libraryFiles(
  host: Host,
  file: string,
  { object, header, constants }: NativeLibrary,
  triple: string | undefined,
): ReadonlyMap<string, Uint8Array> {
  const folder = file.slice(0, file.length - basename(file).length);
  return new Map([
    [file, file.endsWith(".so") ? shared(object, linkerOf(host, triple)) : object],
    [file.replace(/\.\w+$/, ".h"), new TextEncoder().encode(header)],
    ...[...constants].map(([name, bytes]) => [`${folder}${name}`, bytes] as const),
  ]);
}

function linkerOf(host: Host, triple: string | undefined): string {
  if (triple === undefined) return compilerOf(host, ["cc", "gcc", "clang"]);
  const [first, ...others] = triple.split("-");
  // Compilers leave out of their names what LLVM takes for granted, `arm-linux-gnueabihf-gcc`.
  const system = others.filter((part) => part !== "unknown" && part !== "pc");
  const starts = new Set([first, architectureOf(triple)?.name]);
  const names = [triple, ...[...starts].map((start) => [start, ...system].join("-"))];
  return compilerOf(host, names.map((name) => `${name}-gcc`), triple); // prettier-ignore
}

function shared(object: Uint8Array, compiler: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "relaxc-so-"));
  try {
    writeFileSync(join(folder, "a.o"), object);
    const made = spawnSync(compiler, ["-shared", "-o", "a.so", "a.o"], { cwd: folder, encoding: "utf8" }); // prettier-ignore
    if (made.status === 0) return readFileSync(join(folder, "a.so"));
    const said = made.error?.message ?? made.stderr;
    const notes = said.trim().split("\n").slice(0, 20);
    throw new DiagnosticError(codes.linker({ compiler: basename(compiler), notes }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
