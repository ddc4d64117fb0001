/** Modules that are linked to the program. */
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";

/**
 * Precondition: none.
 * Result: the module attribute `external_mods` lists the names given, after those it listed before.
 * Sound because the attribute is read by whoever links the program.
 */
export const attachExternModules = definePass({
  name: "attach-extern-modules",
  dialect: "module",
  summary: "Lists modules that are to be linked to the program.",
  options: {
    modules: option.strings({ default: [], help: "Names of files or modules." }),
  },
  run(module, { modules }) {
    const listed = module.attrs.get("external_mods");
    const before = Array.isArray(listed) ? listed : [];
    const added = [...new Set(modules)].filter((name) => !before.includes(name));
    if (added.length === 0) return module;
    return {
      ...module,
      attrs: new Map([...module.attrs, ["external_mods", [...before, ...added]]]),
    };
  },
});
