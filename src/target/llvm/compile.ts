/** IRModule → LLVM IR: one function and one entry for each T function. */
import type { IRModule } from "../../ir/module.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { HostImport, KernelInfo, StatusInfo } from "../../runtime/kernel-info.js";
import { DiagnosticError, type Sink } from "../../support/diagnostic.js";
import { varsOf } from "../../ir/core/free-vars.js";
import type { Guard } from "../guard.js";
import { signatureOf } from "../signature.js";
import type { Kernel, ModuleContext, StopReason } from "./codegen/context.js";
import type { Exports } from "../exported-function.js";
import { defineExports } from "./codegen/export.js";
import { defineEntry, defineKernel } from "./codegen/kernel.js";
import type { Machine } from "./machine.js";
import { definePrelude } from "./prelude.js";
import { dialectOf } from "../llvm-dialect.js";
import { moduleText, quoted } from "./text/module.js";

/** A module as text, and what the host must know to run it. */
export interface CompiledLlvm {
  readonly text: string;
  readonly kernels: readonly KernelInfo[];
  /** Status `code` is entry `code - 1`. */
  readonly statuses: readonly StatusInfo[];
  readonly hostImports: readonly HostImport[];
}

export interface CompileOptions {
  readonly machine: Machine;
  /** Conditions to check at the entry of a function, in terms of its own variables. */
  readonly guards?: (name: string, func: PrimFunc) => readonly Guard[];
  /** Functions of the C interface; then there are no entries for the runtime. */
  readonly exports?: Exports | undefined;
}

/**
 * Generates code for all T functions, which must be flat (see `lowerLoops`). Mistakes go to the sink, one a
 * function; then there is no result.
 */
export function generate(
  module: IRModule,
  sink: Sink,
  { machine, guards, exports }: CompileOptions,
): CompiledLlvm | undefined {
  const text = moduleText(dialectOf(machine.llvmVersion));
  if (machine.abi !== undefined) text.flag("target-abi", machine.abi);
  const reasons: (StopReason & { readonly function: string })[] = [];
  const hostImports: HostImport[] = [];
  const kernels = new Map<string, Kernel>();
  const shared: ModuleContext = {
    module: text,
    machine,
    kernels,
    hostImports,
    status: (reason) => reasons.push(reason),
    attributes: attributesOf(machine),
  };
  for (const [name, func] of module.functions) {
    if (func.kind !== "tir.PrimFunc") continue;
    const symbol = quoted(`kernel.${name}`);
    kernels.set(name, { name, symbol, func, signature: signatureOf(name, func) });
  }
  definePrelude(shared, exports === undefined);
  let failed = false;
  for (const [name, kernel] of kernels) {
    try {
      defineKernel(shared, kernel, guards?.(name, kernel.func) ?? []);
      if (exports === undefined) defineEntry(shared, kernel);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      failed = true;
      sink.report(error.diagnostic);
    }
  }
  if (failed) return undefined;
  const statuses = reasons.map(({ condition, ...reason }) => ({
    kind: reason.kind,
    function: reason.function,
    message: reason.message,
    symbols: condition === undefined ? [] : varsOf(condition).map((v) => v.name),
    span: reason.span,
  }));
  if (exports !== undefined) defineExports(shared, exports, statuses);
  return {
    text: text.render(),
    kernels: [...kernels.values()].map((k) => k.signature.info),
    statuses,
    hostImports,
  };
}

function attributesOf({ processor, features, vectorBits }: Machine): string {
  const pairs = [
    ["target-cpu", processor],
    ...(features === "" ? [] : [["target-features", features]]),
    ["prefer-vector-width", String(vectorBits)],
    ["no-trapping-math", "true"],
  ];
  return `nounwind ${pairs.map(([k, v]) => `"${k}"="${v}"`).join(" ")}`;
}
