/** Which functions of a module are reached. */
import { visit } from "../../../ir/core/visit.js";
import type { BaseFunc, IRModule } from "../../../ir/module.js";

/** Functions do not change, so that each is searched once. */
const known = new WeakMap<BaseFunc, ReadonlySet<string>>();

/** Names of functions that a function mentions, of this module or not. */
function namesIn(func: BaseFunc): ReadonlySet<string> {
  const found = new Set<string>();
  visit(func, {
    enter(node) {
      if (node.kind === "ir.GlobalVar") found.add(node.name);
      // Packed calls may name a function of the module.
      else if (node.kind === "ir.ExternFunc") found.add(node.symbol);
    },
  });
  known.set(func, found);
  return found;
}

/** Names of the module's functions that a function mentions, once each. */
export const functionsNamedIn = (module: IRModule, func: BaseFunc): ReadonlySet<string> =>
  new Set([...(known.get(func) ?? namesIn(func))].filter((name) => module.functions.has(name)));

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
