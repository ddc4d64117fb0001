/** Bindings and functions that nothing needs. */
import type { IRModule } from "../../../ir/module.js";
import { didYouMean } from "../../../support/suggest.js";
import { option } from "../../../support/option.js";
import { codes } from "../../codes.js";
import { definePass, type PassContext } from "../../pass.js";
import { mapFunctions, reachableFunctions, rewriteFunction, updated } from "../rewrite/index.js";
import { neededBindings } from "./needed-bindings.js";

/**
 * Precondition: A-normal form.
 * Result: every binding is used, acts, or checks something that is not proved; every function is reached from the
 * entries.
 * Sound because what is dropped has no effect but its value, which nothing reads.
 */
export const deadCodeElimination = definePass({
  name: "dead-code-elimination",
  dialect: "module",
  summary: "Removes bindings that nothing uses, and functions that nothing reaches.",
  options: {
    entryFunctions: option.strings({
      default: [],
      help: "Functions to keep with all they reach; all public ones when empty.",
    }),
  },
  run(module, { entryFunctions }, ctx) {
    if (!areThere(module, entryFunctions, ctx)) return module;
    const swept = mapFunctions(module, (func, name) => {
      const needed = neededBindings(module, func);
      return rewriteFunction(module, name, func, {
        value: (value, _, b) => (needed.has(b) ? value : undefined),
        cast: (b, _, original) => (needed.has(original) ? b : undefined),
      });
    });
    const reached = reachableFunctions(swept, entryFunctions);
    return updated(swept, (func, name) => (reached.has(name) ? func : undefined));
  },
});

function areThere(module: IRModule, names: readonly string[], ctx: PassContext): boolean {
  let all = true;
  for (const name of names) {
    if (module.functions.has(name)) continue;
    all = false;
    const near = didYouMean(name, module.functions.keys());
    ctx.report(
      codes.noFunction({ pass: "dead-code-elimination", name, hints: near ? [near] : [] }),
    );
  }
  return all;
}
