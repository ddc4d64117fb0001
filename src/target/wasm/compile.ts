/** IRModule → WebAssembly: one function and one entry for each T function. */
import { visit } from "../../ir/core/visit.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { IRModule } from "../../ir/module.js";
import { DiagnosticError, type Sink } from "../../support/diagnostic.js";
import type { HostImport, KernelInfo, StatusInfo } from "../../runtime/kernel-info.js";
import { LOWEST_ADDRESS } from "./codegen/address.js";
import type { Kernel, ModuleContext, StatusEntry } from "./codegen/context.js";
import { defineEntry, defineKernel, parameterTypes, symbolNames } from "./codegen/kernel.js";
import { TEAM_BYTES } from "./codegen/team.js";
import type { Guard } from "../guard.js";
import { signatureOf, type Signature } from "../signature.js";
import type { FunctionRef } from "./encoder/function.js";
import { moduleBuilder } from "./encoder/module.js";
import { compileFunctions, type CompiledFunctions } from "./function/index.js";

export interface CompiledWasm extends CompiledFunctions {
  readonly bytes: Uint8Array;
  readonly kernels: readonly KernelInfo[];
  /** Status `code` is entry `code - 1`. */
  readonly statuses: readonly StatusInfo[];
  readonly hostImports: readonly HostImport[];
}

export interface CompileOptions {
  /** Conditions to check at the entry of a function, in terms of its own variables. */
  readonly guards?: (name: string, func: PrimFunc) => readonly Guard[];
  /** Round `a·b + c` of vectors once, where the engine has relaxed SIMD; default false, as the interpreter rounds. */
  readonly fma?: boolean;
  /** Threads that share parallel loops; above 1 the memory is shared. Default 1. */
  readonly threads?: number;
}

/**
 * Generates code for all T functions, which must be flat (see `lowerLoops`). Mistakes go to the sink, one a
 * function; then there is no result.
 */
export function generate(
  module: IRModule,
  sink: Sink,
  options: CompileOptions = {},
): CompiledWasm | undefined {
  const builder = moduleBuilder(LOWEST_ADDRESS);
  const isTeam = (options.threads ?? 1) > 1;
  if (isTeam) builder.shareMemory();
  const teams = new Set<string>();
  const routines = new Map<string, FunctionRef>();
  const entries: StatusEntry[] = [];
  const kernels = new Map<string, Kernel>();
  const signatures = new Map<string, Signature>();
  const hostImports: HostImport[] = [];
  const shared: ModuleContext = {
    module: builder,
    kernels,
    fma: options.fma ?? false,
    hostImports,
    stackPointer: builder.global("i32", 0, "scratch"),
    stackEnd: builder.global("i32", 0, "scratch_end"),
    returned: builder.global("i64", 0),
    team: isTeam
      ? {
          thread: builder.global("i32", 0, "thread"),
          threads: builder.global("i32", 1, "threads"),
          base: builder.global("i32", builder.reserve(TEAM_BYTES, 64), "team"),
        }
      : undefined,
    routine(name, make) {
      const known = routines.get(name);
      if (known !== undefined) return known;
      const made = make();
      routines.set(name, made);
      return made;
    },
    status: (entry) => entries.push(entry),
  };
  let failed = false;
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      failed = true;
      sink.report(error.diagnostic);
    }
  };
  for (const [name, func] of module.functions) {
    if (func.kind !== "tir.PrimFunc") continue;
    const signature = signatureOf(name, func);
    const ref = builder.declare(name, parameterTypes(signature), ["i32"]);
    signatures.set(name, signature);
    kernels.set(name, { name, func, symbols: signature.symbols, ref });
  }
  const sure = new Set<string>();
  for (const [name, kernel] of kernels) {
    guarded(() => {
      const signature = signatures.get(name)!;
      const reasons = entries.length;
      const guards = options.guards?.(name, kernel.func) ?? [];
      if (defineKernel(shared, kernel, signature, guards)) teams.add(name);
      builder.export(`kernel:${name}`, defineEntry(shared, kernel, signature));
      if (entries.length === reasons && !callsOthers(kernel.func)) sure.add(name);
    });
  }
  if (failed) return undefined;
  const functions = compileFunctions(shared, module, signatures, sure);
  return {
    bytes: builder.encode(),
    kernels: [...signatures.values()].map(({ info }) =>
      teams.has(info.name) ? { ...info, isTeam: true } : info,
    ),
    statuses: entries.map(statusInfo),
    hostImports,
    ...functions,
  };
}

/** A callee's reason to stop is its caller's too. */
function callsOthers(func: PrimFunc): boolean {
  let found = false;
  visit(func.body, { enter: (n) => void (found ||= n.kind === "tir.CallGlobal") });
  return found;
}

const statusInfo = (entry: StatusEntry): StatusInfo => ({
  kind: entry.kind,
  function: entry.function,
  message: entry.message,
  symbols: conditionSymbols(entry.condition),
  span: entry.span,
});
const conditionSymbols = (condition: PrimExpr | undefined): string[] =>
  condition === undefined ? [] : symbolNames(condition);
