/** The targets that schedules are fuzzed on. */
import { interpret } from "../../interp/index.js";
import type { IRModule } from "../../ir/module.js";
import { instantiate } from "../../runtime/wasm/instance.js";
import { runPrimFunc } from "../../runtime/wasm/run-prim-func.js";
import { Diagnostics } from "../../support/diagnostic.js";
import type { Value } from "../../support/value.js";
import { compileWasm } from "../../target/wasm/index.js";
import { buildBatch } from "../c/batch.js";
import { findCompiler, STRICT } from "../c/build.js";
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

export const onNative: Target = {
  name: "llvm",
  prepare(modules) {
    const made = modules.map((module) => {
      let instance: ReturnType<typeof nativeInstance> | undefined;
      const way: Way = (args) => {
        instance ??= nativeInstance(module);
        const result = runPrimFunc(instance, "main", args);
        return result.ok ? undefined : `status ${result.status} ${result.reason?.message ?? ""}`;
      };
      return { way, close: () => instance?.dispose() };
    });
    return { ways: made.map((m) => m.way), close: () => made.forEach((m) => m.close()) };
  },
};

/** One C file for all modules. */
export const onC: Target = {
  name: "c",
  prepare(modules) {
    const compiler = findCompiler("gcc", "cc", "clang");
    if (compiler === undefined) return { ways: modules.map(() => () => "no C compiler is installed"), close: () => undefined }; // prettier-ignore
    const entries = modules.map((module) => ({ module, entry: "main" }));
    const batch = buildBatch(entries, compiler, [...STRICT, "-O1"]);
    return { ways: modules.map((_, k) => (args) => batch.run(k, args)), close: batch.close };
  },
};
