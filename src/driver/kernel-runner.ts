/** T functions run by compiled code at compile time. */
import { visit } from "../ir/core/visit.js";
import { irModule, type BaseFunc, type IRModule } from "../ir/module.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { instantiate, type WasmInstance } from "../runtime/wasm/instance.js";
import { runPrimFunc } from "../runtime/wasm/run-prim-func.js";
import { Diagnostics } from "../support/diagnostic.js";
import { tensorValue } from "../support/value.js";
import { compileWasm } from "../target/wasm/index.js";
import type { KernelRunner } from "../transform/pass.js";

/** Runs T functions as WebAssembly, which gives the same bits as the interpreter; each is compiled and placed once. */
export function makeKernelRunner(): KernelRunner {
  const placed = new Map<PrimFunc, WasmInstance | undefined>();
  return (module, name, args) => {
    const func = module.functions.get(name);
    if (func?.kind !== "tir.PrimFunc") return false;
    if (!placed.has(func)) placed.set(func, place(module, func));
    const instance = placed.get(func);
    if (instance === undefined) return false;
    const values = args.map((a) => tensorValue(a));
    return runPrimFunc(instance, name, values, args.length - 1).ok;
  };
}

/** The function alone; one that calls others is left to the interpreter. */
function place(module: IRModule, func: PrimFunc): WasmInstance | undefined {
  let isAlone = true;
  visit(func.body, { enter: (n) => void (n.kind === "tir.CallGlobal" && (isAlone = false)) });
  if (!isAlone) return undefined;
  const alone = irModule(new Map<string, BaseFunc>([[func.name, func]]), module);
  const sink = new Diagnostics();
  const found = compileWasm(alone, sink);
  return sink.failed || found === undefined || found.hostImports.length > 0
    ? undefined
    : instantiate(found);
}
