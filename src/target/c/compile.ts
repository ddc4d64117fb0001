/** IRModule → C99: one source and one header. */
import type { IRModule } from "../../ir/module.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { StatusInfo } from "../../runtime/kernel-info.js";
import { DiagnosticError, type Sink } from "../../support/diagnostic.js";
import type { Guard } from "../guard.js";
import type { Kernel } from "./codegen/context.js";
import { defineKernel } from "./codegen/kernel.js";
import { makeModule } from "./codegen/module.js";
import { defineScratch } from "./codegen/scratch.js";
import { interfaceOf, privatePrototypes, publicPrototypes, type InterfaceOptions } from "./interface.js"; // prettier-ignore
import { codes } from "./codes.js";
import { modelSource, type Model } from "./model.js";
import { headerText, sourceText, type Parts } from "./layout.js";

export interface CompileOptions extends InterfaceOptions {
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
  const given = interfaceOf(module, options);
  const { prefix, kernels, models, names } = given;
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
  for (const { described, size, isStatic, kernel } of models)
    if (options.staticMemory === true && !isStatic && (size !== undefined || kernel.needsScratch))
      sink.report(codes.memoryOfCaller({ name: described.name, at: kernel.func.span }));
  const layout: Parts = {
    prefix,
    float: shared.allowFloat,
    publicPrototypes: publicPrototypes(given),
    privatePrototypes: privatePrototypes(given),
    externs: [...shared.externs.values()],
    tables: shared.tables,
    routines: [...routines.values()],
    definitions: [...definitions, ...models.map(modelSource)],
    statuses,
  };
  return {
    prefix,
    header: headerText(layout),
    source: sourceText(layout),
    kernels,
    models,
    statuses,
  };
}
