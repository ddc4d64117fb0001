/** What a C file gives to others: its functions with their parameters, and the whole models among them. */
import { visit } from "../../ir/core/visit.js";
import type { IRModule } from "../../ir/module.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { AotFunction } from "../../transform/relax/aot/lower.js";
import { signatureOf } from "../signature.js";
import type { Kernel } from "./codegen/context.js";
import { prototype } from "./codegen/kernel.js";
import { identifier, Names } from "./codegen/names.js";
import { scratchPrototype } from "./codegen/scratch.js";
import { effectsOf } from "./codegen/written.js";
import { kernelHeader, modelHeader, type Model } from "./model.js";

export interface InterfaceOptions {
  /** First part of all names that other files see; default `model`. */
  readonly prefix?: string;
  /** T functions that other files may call; default: those that are not private. */
  readonly exported?: ReadonlySet<string>;
  /** Whole models among the functions; others call them by their interface. */
  readonly models?: readonly AotFunction[];
  /** Models of fixed size keep their memory in the program. */
  readonly staticMemory?: boolean;
  /** Functions find memory for what they allocate; default: callers give it. */
  readonly ownMemory?: boolean;
}

export interface CInterface {
  readonly prefix: string;
  readonly kernels: ReadonlyMap<string, Kernel>;
  readonly models: readonly Model[];
  /** Those that are taken. */
  readonly names: Names;
}

/** The T functions that are needed, by their names, and the models. */
export function interfaceOf(module: IRModule, options: InterfaceOptions = {}): CInterface {
  const prefix = identifier(options.prefix ?? "model");
  const { written, needsScratch } = effectsOf(module);
  const names = new Names();
  const kernels = new Map<string, Kernel>();
  const given = options.models ?? [];
  const parts = new Set(given.flatMap((m) => [m.name, m.workspace ?? ""]));
  const isPublic = (name: string, func: PrimFunc): boolean =>
    !parts.has(name) && (options.exported?.has(name) ?? !func.isPrivate);
  const needed = reachable(module, (name, func) => parts.has(name) || isPublic(name, func));
  const symbols = new Map(given.map((m) => [m.name, names.take(`${prefix}_${m.name}`)]));
  for (const [name, func] of module.functions) {
    if (func.kind !== "tir.PrimFunc" || !needed.has(name)) continue;
    kernels.set(name, {
      name,
      symbol: names.take(`${prefix}_${name}${symbols.has(name) ? "_body" : ""}`),
      func,
      signature: signatureOf(name, func),
      written: written.get(name)!,
      needsScratch: options.ownMemory !== true && needsScratch.has(name),
      measures: given.some((m) => m.workspace === name),
      isPublic: isPublic(name, func),
    });
  }
  const models = given.map((m): Model => {
    const kernel = kernels.get(m.name)!;
    const size = m.workspace === undefined ? undefined : kernels.get(m.workspace);
    const isFixed = m.workspaceBytes !== undefined && !kernel.needsScratch;
    const isStatic = options.staticMemory === true && isFixed && m.workspaceBytes > 0;
    return { described: m, symbol: symbols.get(m.name)!, kernel, size, isStatic };
  });
  return { prefix, kernels, models, names };
}

/** The T functions that other files may call. */
export const publicKernels = ({ kernels }: Pick<CInterface, "kernels">): Kernel[] =>
  [...kernels.values()].filter((k) => k.isPublic);

/** Prototypes for the header. */
export const publicPrototypes = (given: CInterface): string[] => [
  ...given.models.map(modelHeader),
  ...publicKernels(given).map(kernelHeader),
];

/** Prototypes of functions that no other file may call. */
export const privatePrototypes = ({ kernels }: CInterface): string[] =>
  [...kernels.values()]
    .filter((k) => !k.isPublic)
    .flatMap((k) => [prototype(k), ...(k.needsScratch ? [scratchPrototype(k)] : [])])
    .map((text) => `${text};`);

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
