/** T functions run by compiled code at compile time. */
import { visit } from "../ir/core/visit.js";
import { irModule, type BaseFunc, type IRModule } from "../ir/module.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { instantiate, type WasmArtifact } from "../runtime/wasm/instance.js";
import { runPrimFunc } from "../runtime/wasm/run-prim-func.js";
import { Diagnostics } from "../support/diagnostic.js";
import { tensorValue } from "../support/value.js";
import { compileWasm } from "../target/wasm/index.js";
import type { KernelRunner } from "../transform/pass.js";

/** Runs T functions as WebAssembly, which gives the same bits as the interpreter; each is compiled once. */
export function makeKernelRunner(): KernelRunner {
  const compiled = new Map<PrimFunc, WasmArtifact | undefined>();
  return (module, name, args) => {
    const func = module.functions.get(name);
    if (func?.kind !== "tir.PrimFunc") return false;
    if (!compiled.has(func)) compiled.set(func, compile(module, func));
    const artifact = compiled.get(func);
    if (artifact === undefined || artifact.hostImports.length > 0) return false;
    const outcome = runPrimFunc(
      instantiate(artifact),
      name,
      args.map((a) => tensorValue(a)),
    );
    return outcome.ok;
  };
}

/** The function alone; one that calls others is left to the interpreter. */
function compile(module: IRModule, func: PrimFunc): WasmArtifact | undefined {
  let isAlone = true;
  visit(func.body, { enter: (n) => void (n.kind === "tir.CallGlobal" && (isAlone = false)) });
  if (!isAlone) return undefined;
  const alone = irModule(new Map<string, BaseFunc>([[func.name, func]]), module);
  const sink = new Diagnostics();
  const found = compileWasm(alone, sink);
  return sink.failed ? undefined : found;
}
