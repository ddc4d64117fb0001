import type { Func } from "../../../ir/relax/expr.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import { SharedFunctions } from "../fuse/shared-functions.js";
import { isDescription, patternsOf, PATTERN } from "../pattern/index.js";
import type { PatternRule } from "../pattern/pattern.js";
import { isExternal, updated } from "../rewrite/index.js";
import { partitioned, type Partitioning } from "./by-pattern.js";
import { withCodegen } from "./codegen-function.js";
import { codegenOf, COMPOSITE } from "./external.js";

/**
 * Precondition: none. Result: in dataflow blocks, what matches a pattern is a call of a private function that says so by
 * `Composite`; earlier patterns win. Patterns of the module that were asked for are gone. Sound because what is inside
 * a match is used only there.
 */
export const fuseOpsByPattern = definePass({
  name: "fuse-ops-by-pattern",
  dialect: "relax",
  summary: "Makes functions of what matches dataflow patterns.",
  options: {
    patterns: option.strings({ default: [], help: "names in order of preference; none for all" }),
    bindConstants: option.bool({ default: true, help: "keep constants inside the functions" }),
    annotateCodegen: option.bool({ default: false, help: "wrap each function for its code generator" }), // prettier-ignore
    entryFunctions: option.strings({ default: [], help: "functions to look in; none for all" }),
  },
  run(module, options, ctx) {
    const own = patternsOf(module, options.patterns, ctx);
    const rules = [...own, ...(options.patterns.length === 0 ? (ctx.patterns ?? []) : [])];
    const names = new Set<unknown>(own.map((p) => p.name));
    const shared = new SharedFunctions(module);
    const by: Partitioning = {
      rules,
      shared,
      keepConstants: options.bindConstants,
      attrs: (rule) => new Map([[COMPOSITE, rule.name]]),
      ...(options.annotateCodegen && {
        finish: (func: Func, rule: PatternRule) => withCodegen(func, codegenOf(rule.name)),
      }),
    };
    const isOpen = (func: Func, name: string): boolean =>
      !isExternal(func) &&
      !isDescription(func) &&
      (options.entryFunctions.length === 0 || options.entryFunctions.includes(name));
    return updated(
      module,
      (func, name) => {
        if (func.kind !== "relax.Function") return func;
        if (names.has(func.attrs.get(PATTERN))) return undefined;
        return isOpen(func, name) ? partitioned(module, name, func, by) : func;
      },
      shared.added,
    );
  },
});
