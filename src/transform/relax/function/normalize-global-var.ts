/** Names of functions in the module. */
import { rewrite } from "../../../ir/core/rewrite.js";
import { globalVar, irModule, type BaseFunc, type IRModule } from "../../../ir/module.js";
import { definePass } from "../../pass.js";

/**
 * Precondition: none.
 * Result: public functions have the names under which they are exported; private ones that had such a name get another.
 * Sound because all that mentions a function follows.
 */
export const normalizeGlobalVar = definePass({
  name: "normalize-global-var",
  dialect: "module",
  summary: "Gives functions the names under which they are exported.",
  options: {},
  run(module) {
    const names = newNames(module);
    if ([...names].every(([before, after]) => before === after)) return module;
    const functions = new Map<string, BaseFunc>();
    for (const [before, func] of module.functions) {
      const name = names.get(before)!;
      const after = rewrite(func, (node) => {
        const renamed = node.kind === "ir.GlobalVar" ? names.get(node.name) : undefined;
        return node.kind === "ir.GlobalVar" && renamed !== undefined && renamed !== node.name
          ? globalVar(renamed, node.span)
          : node;
      });
      functions.set(name, withName(after, name));
    }
    return irModule(functions, module);
  },
});

/** The name under which a function is exported. */
const symbolOf = (func: BaseFunc): string | undefined => {
  if (func.kind === "ir.ExternFunc" || func.isPrivate) return undefined;
  const symbol = func.attrs.get("global_symbol");
  return typeof symbol === "string" ? symbol : undefined;
};

function newNames(module: IRModule): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const isPublic = (func: BaseFunc): boolean => func.kind === "ir.ExternFunc" || !func.isPrivate;
  const give = (before: string, wanted: string): void => {
    let name = wanted;
    for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`;
    taken.add(name);
    names.set(before, name);
  };
  const all = [...module.functions];
  // Exported names first, then those of other public functions, then private ones.
  for (const [name, func] of all) if (symbolOf(func) !== undefined) give(name, symbolOf(func)!);
  for (const [name, func] of all) if (!names.has(name) && isPublic(func)) give(name, name);
  for (const [name] of all) if (!names.has(name)) give(name, name);
  return names;
}

function withName(func: BaseFunc, name: string): BaseFunc {
  if (func.kind === "ir.ExternFunc") return func;
  const attrs = new Map(func.attrs);
  attrs.delete("global_symbol");
  return func.name === name && !func.attrs.has("global_symbol") ? func : { ...func, name, attrs };
}
