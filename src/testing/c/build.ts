/** Compiling generated C and running it, for tests. */
import { callKernel, compileProgram, findCompiler as find } from "../../cli/c-program.js";
import type { IRModule } from "../../ir/module.js";
import { DiagnosticError, Diagnostics } from "../../support/diagnostic.js";
import type { Value } from "../../support/value.js";
import { compileC, driverText, type CompiledC } from "../../target/c/index.js";
import type { Compiled } from "../batch.js";

/** What strict hosts compile with. */
export const STRICT: readonly string[] = [
  "-std=c99",
  "-pedantic",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-Wmissing-prototypes",
];

/**
 * What random programs compile with. Whether memory is written first is guessed by compilers from loops they have
 * unrolled, and wrongly so for tails; the interpreter knows.
 */
export const STRICT_BUT_GUESSES: readonly string[] = [
  ...STRICT,
  "-Wno-unknown-warning-option",
  "-Wno-uninitialized",
  "-Wno-maybe-uninitialized",
];

/** The first of these compilers that is installed. */
export const findCompiler = (...names: readonly string[]): string | undefined =>
  find(names, process.env);

/** Functions that can be called. */
export interface CFunctions {
  /** Tensors receive what it stores. Text of what went wrong, if something did. */
  run(name: string, args: readonly Value[]): { readonly problem?: string; readonly result?: Value };
  close(): void;
}

const reasonOf = (error: unknown): string =>
  error instanceof DiagnosticError
    ? [error.diagnostic.message, ...error.diagnostic.notes].join("\n")
    : String(error);

/** Compiles a file with a driver. Throws the compiler's messages. */
export function buildC(
  compiled: CompiledC,
  names: readonly string[],
  compiler: string,
  flags: readonly string[],
): CFunctions {
  const { prefix, header, source } = compiled;
  const files = new Map([
    [`${prefix}.h`, header],
    [`${prefix}.c`, source],
    ["driver.c", driverText(compiled, names)],
  ]);
  try {
    const program = compileProgram(files, compiler, flags);
    return {
      run(name, args) {
        try {
          return { result: callKernel(program, compiled, name, args) };
        } catch (error) {
          return { problem: reasonOf(error) };
        }
      },
      close: program.close,
    };
  } catch (error) {
    throw new Error(reasonOf(error));
  }
}

/** The T functions of a module, generated and compiled. Throws the messages when that fails. */
export function cOf(
  module: IRModule,
  names: readonly string[],
  compiler: string,
  flags: readonly string[],
): Compiled {
  const sink = new Diagnostics();
  const compiled = compileC(module, sink);
  if (compiled === undefined)
    throw new Error(sink.all.map((d) => `${d.code} ${d.message}`).join("; "));
  const { run, close } = buildC(compiled, names, compiler, flags);
  return { run: (name, args) => run(name, args).problem, close };
}
