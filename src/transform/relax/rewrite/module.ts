/** Modules with some of their functions changed. */
import { irModule, type BaseFunc, type IRModule } from "../../../ir/module.js";
import type { Func } from "../../../ir/relax/expr.js";
import { rewriteFunction, type Rewrite } from "./rewrite-function.js";

/** The module with each Relax function mapped; the same object when nothing changed. */
export function mapFunctions(module: IRModule, map: (func: Func, name: string) => Func): IRModule {
  return updated(module, (func, name) => (func.kind === "relax.Function" ? map(func, name) : func));
}

/** The module with each function mapped, or taken away where there is no image; `added` follow in order. */
export function updated(
  module: IRModule,
  map: (func: BaseFunc, name: string) => BaseFunc | undefined,
  added: ReadonlyMap<string, BaseFunc> = new Map(),
): IRModule {
  let changed = added.size > 0;
  const functions = new Map<string, BaseFunc>();
  for (const [name, func] of module.functions) {
    const after = map(func, name);
    changed ||= after !== func;
    if (after !== undefined) functions.set(name, after);
  }
  for (const [name, func] of added) functions.set(name, func);
  return changed ? irModule(functions, module) : module;
}

/** Rewrites all Relax functions; each gets rules of its own. */
export const rewriteModule = (
  module: IRModule,
  rules: (name: string, func: Func) => Rewrite | undefined,
): IRModule =>
  mapFunctions(module, (func, name) => {
    const own = rules(name, func);
    return own === undefined ? func : rewriteFunction(module, name, func, own);
  });

/** A name that the module and `taken` do not have yet: the hint, or `hint_1`, `hint_2`, … */
export function freshGlobal(module: IRModule, hint: string, taken: ReadonlySet<string>): string {
  let name = hint;
  for (let i = 1; module.functions.has(name) || taken.has(name); i++) name = `${hint}_${i}`;
  return name;
}

/** Attributes of functions that an outside compiler owns, or that describe patterns. */
const NOT_OURS = ["Codegen", "Composite", "pattern", "replacement"];

/** Whether passes over operators leave the function alone. */
export const isExternal = (func: Func): boolean => NOT_OURS.some((key) => func.attrs.has(key));

/** Whether passes that choose operators and layouts leave the function alone: it is external, or a group as it is wanted. */
export const isSettled = (func: Func): boolean => isExternal(func) || func.attrs.has("Primitive");
