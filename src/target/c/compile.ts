/** IRModule → C99: one source and one header. */
import { visit } from "../../ir/core/visit.js";
import type { IRModule } from "../../ir/module.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { StatusInfo } from "../../runtime/kernel-info.js";
import { DiagnosticError, type Sink } from "../../support/diagnostic.js";
import type { AotFunction } from "../../transform/relax/aot/lower.js";
import type { Guard } from "../guard.js";
import { signatureOf } from "../signature.js";
import type { Kernel } from "./codegen/context.js";
import { defineKernel, prototype } from "./codegen/kernel.js";
import { makeModule } from "./codegen/module.js";
import { identifier, Names } from "./codegen/names.js";
import { defineScratch, scratchPrototype } from "./codegen/scratch.js";
import { effectsOf } from "./codegen/written.js";
import { modelHeader, modelSource, type Model } from "./model.js";
import { headerText, sourceText, type Parts } from "./layout.js";

export interface CompileOptions {
  /** First part of all names that other files see; default `model`. */
  readonly prefix?: string;
  /** T functions that other files may call; default: those that are not private. */
  readonly exported?: ReadonlySet<string>;
  /** Whole models among the functions; others call them by their interface. */
  readonly models?: readonly AotFunction[];
  /** Models of fixed size keep their memory in the program. */
  readonly staticMemory?: boolean;
  /** Off: refuses programs that compute with floats, and needs no `math.h`. */
  readonly float?: boolean;
  /** Conditions to check at the entry of a function, in terms of its own variables. */
  readonly guards?: (name: string, func: PrimFunc) => readonly Guard[];
}

/** A C file with what a host must know of it. */
export interface CompiledC {
  readonly prefix: string;
  readonly header: string;
  readonly source: string;
  readonly kernels: ReadonlyMap<string, Kernel>;
  readonly models: readonly Model[];
  /** Status `code` is entry `code - 1`. */
  readonly statuses: readonly StatusInfo[];
}

/**
 * Generates C for all T functions, which must be flat (see `lowerLoops`). Mistakes go to the sink, one a function;
 * then there is no result.
 */
export function generate(
  module: IRModule,
  sink: Sink,
  options: CompileOptions = {},
): CompiledC | undefined {
  const prefix = identifier(options.prefix ?? "model");
  const { written, needsScratch } = effectsOf(module);
  const names = new Names();
  const kernels = new Map<string, Kernel>();
  const models = options.models ?? [];
  const parts = new Set(models.flatMap((m) => [m.name, m.workspace ?? ""]));
  const isPublic = (name: string, func: PrimFunc): boolean =>
    !parts.has(name) && (options.exported?.has(name) ?? !func.isPrivate);
  const needed = reachable(module, (name, func) => parts.has(name) || isPublic(name, func));
  const symbols = new Map(models.map((m) => [m.name, names.take(`${prefix}_${m.name}`)]));
  for (const [name, func] of module.functions) {
    if (func.kind !== "tir.PrimFunc" || !needed.has(name)) continue;
    kernels.set(name, {
      name,
      symbol: names.take(`${prefix}_${name}${symbols.has(name) ? "_body" : ""}`),
      func,
      signature: signatureOf(name, func),
      written: written.get(name)!,
      needsScratch: needsScratch.has(name),
      measures: models.some((m) => m.workspace === name),
      isPublic: isPublic(name, func),
    });
  }
  const { shared, routines, statuses } = makeModule(prefix, kernels, names, options.float ?? true);
  const definitions: string[] = [];
  let failed = false;
  for (const kernel of kernels.values()) {
    try {
      const guards = options.guards?.(kernel.name, kernel.func) ?? [];
      definitions.push(defineKernel(shared, kernel, guards));
      if (kernel.needsScratch) definitions.push(defineScratch(shared, kernel));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      failed = true;
      sink.report(error.diagnostic);
    }
  }
  if (failed) return undefined;
  const ends = (p: string): string => `${p};`;
  const all = [...kernels.values()];
  const declared = (isPublic: boolean): string[] =>
    all
      .filter((k) => k.isPublic === isPublic)
      .flatMap((k) => [ends(prototype(k)), ...(k.needsScratch ? [ends(scratchPrototype(k))] : [])]);
  const described = models.map((m): Model => {
    const kernel = kernels.get(m.name)!;
    const size = m.workspace === undefined ? undefined : kernels.get(m.workspace);
    const isFixed = m.workspaceBytes !== undefined && !kernel.needsScratch;
    const isStatic = options.staticMemory === true && isFixed && m.workspaceBytes > 0;
    return { described: m, symbol: symbols.get(m.name)!, kernel, size, isStatic };
  });
  const layout: Parts = {
    prefix,
    float: shared.allowFloat,
    publicPrototypes: [...described.map(modelHeader), ...declared(true)],
    privatePrototypes: declared(false),
    externs: [...shared.externs.values()],
    tables: shared.tables,
    routines: [...routines.values()],
    definitions: [...definitions, ...described.map(modelSource)],
    statuses,
  };
  return {
    prefix,
    header: headerText(layout),
    source: sourceText(layout),
    kernels,
    models: described,
    statuses,
  };
}

/** The functions that other files may call, and those that they call. */
function reachable(
  module: IRModule,
  isPublic: (name: string, func: PrimFunc) => boolean,
): Set<string> {
  const found = new Set<string>();
  const walk = (name: string): void => {
    const func = module.functions.get(name);
    if (func?.kind !== "tir.PrimFunc" || found.has(name)) return;
    found.add(name);
    visit(func.body, {
      enter(n) {
        if (n.kind === "tir.CallGlobal") walk(n.callee.name);
        const symbol = n.kind === "tir.Call" ? n.args[0] : undefined;
        if (symbol?.kind === "tir.StringImm") walk(symbol.value);
      },
    });
  };
  for (const [name, func] of module.functions)
    if (func.kind === "tir.PrimFunc" && isPublic(name, func)) walk(name);
  return found;
}
