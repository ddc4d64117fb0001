/** Which functions of a module are reached. */
import { visit } from "../../../ir/core/visit.js";
import type { BaseFunc, IRModule } from "../../../ir/module.js";

/** Names of the module's functions that a function mentions, once each. */
export function functionsNamedIn(module: IRModule, func: BaseFunc): ReadonlySet<string> {
  const found = new Set<string>();
  const note = (name: string): void => void (module.functions.has(name) && found.add(name));
  visit(func, {
    enter(node) {
      if (node.kind === "ir.GlobalVar") note(node.name);
      // Packed calls may name a function of the module.
      else if (node.kind === "ir.ExternFunc") note(node.symbol);
    },
  });
  return found;
}

/** Names of the functions that are reached from the entries; from all public functions when there are none. */
export function reachableFunctions(
  module: IRModule,
  entries: readonly string[] = [],
): ReadonlySet<string> {
  const isPublic = (func: BaseFunc): boolean => func.kind !== "ir.ExternFunc" && !func.isPrivate;
  const roots =
    entries.length > 0
      ? entries
      : [...module.functions].filter(([, func]) => isPublic(func)).map(([name]) => name);
  const reached = new Set(roots);
  for (const name of reached) {
    const func = module.functions.get(name);
    if (func !== undefined) for (const next of functionsNamedIn(module, func)) reached.add(next);
  }
  return reached;
}
