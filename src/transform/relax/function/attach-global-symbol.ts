/** Names under which functions are exported. */
import { definePass } from "../../pass.js";
import { updated } from "../rewrite/index.js";

/**
 * Precondition: none.
 * Result: every public function is exported under its own name.
 * Sound because the name in the module is the one that calls use.
 */
export const attachGlobalSymbol = definePass({
  name: "attach-global-symbol",
  dialect: "module",
  summary: "Exports public functions under their names in the module.",
  options: {},
  run: (module) =>
    updated(module, (func) => {
      if (func.kind === "ir.ExternFunc" || !func.attrs.has("global_symbol")) return func;
      // A public function without the attribute is exported under its name.
      const attrs = new Map(func.attrs);
      attrs.delete("global_symbol");
      return { ...func, attrs };
    }),
});
