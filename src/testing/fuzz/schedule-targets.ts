/** The targets that schedules are fuzzed on. */
import { interpret } from "../../interp/index.js";
import type { IRModule } from "../../ir/module.js";
import { instantiate } from "../../runtime/wasm/instance.js";
import { runPrimFunc } from "../../runtime/wasm/run-prim-func.js";
import { Diagnostics } from "../../support/diagnostic.js";
import type { Value } from "../../support/value.js";
import { C_LEVEL } from "../../target/c-flags.js";
import { compileWasm } from "../../target/wasm/index.js";
import { compileBatch, type Compiled } from "../batch.js";
import { cOf, findCompiler, STRICT_BUT_GUESSES } from "../c/build.js";
import { nativeInstance } from "../native.js";

/** Steps of the interpreter for a kernel as it is written. */
export const STEP_LIMIT = 4_000_000;

/** Runs a function on arguments; undefined: it ran, else why not. */
export type Way = (args: readonly Value[]) => string | undefined;

/** A target of the campaign. */
export interface Target {
  readonly name: string;
  /** Ways to run function `main` of each module, until they are closed. */
  prepare(modules: readonly IRModule[]): { readonly ways: readonly Way[]; close(): void };
}

/** A target that compiles each module when it is first run. */
const oneByOne = (name: string, way: (module: IRModule) => Way): Target => ({
  name,
  prepare: (modules) => ({
    ways: modules.map((module) => {
      let made: Way | undefined;
      return (args) => (made ??= way(module))(args);
    }),
    close: () => undefined,
  }),
});

export const onInterpreter = oneByOne("interpreter", (module) => (args) => {
  const outcome = interpret(module, "main", args, { stepLimit: 4 * STEP_LIMIT });
  return outcome.ok ? undefined : `${outcome.diagnostic.code} ${outcome.diagnostic.message}`;
});

export const onWasm = oneByOne("wasm", (module) => {
  const sink = new Diagnostics();
  const compiled = compileWasm(module, sink);
  if (compiled === undefined) return () => sink.all.map((d) => d.message).join("; ");
  const instance = instantiate(compiled);
  return (args) => {
    const result = runPrimFunc(instance, "main", args);
    return result.ok ? undefined : `status ${result.status} ${result.reason?.message ?? ""}`;
  };
});

/** A target that compiles all modules together. */
const together = (
  name: string,
  compile: (module: IRModule, names: readonly string[]) => Compiled,
): Target => ({
  name,
  prepare(modules) {
    const entries = modules.map((module) => ({ module, entry: "main" }));
    const batch = compileBatch(entries, compile);
    return { ways: modules.map((_, k) => (args) => batch.run(k, args)), close: batch.close };
  },
});

export const onNative = together("llvm", (module) => {
  const instance = nativeInstance(module);
  return {
    run(name, args) {
      const result = runPrimFunc(instance, name, args);
      return result.ok ? undefined : `status ${result.status} ${result.reason?.message ?? ""}`;
    },
    close: () => instance.dispose(),
  };
});

export const onC = together("c", (module, names) => {
  const compiler = findCompiler("gcc", "cc", "clang");
  if (compiler === undefined) throw new Error("no C compiler is installed");
  return cOf(module, names, compiler, [...STRICT_BUT_GUESSES, C_LEVEL]);
});
