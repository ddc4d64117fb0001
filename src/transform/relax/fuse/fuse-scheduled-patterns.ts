import type { Func } from "../../../ir/relax/expr.js";
import { definePass } from "../../pass.js";
import { MATCHED } from "../../scheduler.js";
import { partitioned, type Partitioning } from "../partition/by-pattern.js";
import { isDescription, patternCodes, patternsOf, PATTERN } from "../pattern/index.js";
import { isExternal, updated } from "../rewrite/index.js";
import { PRIMITIVE } from "./fuse-ops.js";
import { SharedFunctions } from "./shared-functions.js";

/**
 * Precondition: none. Result: in dataflow blocks, what matches a pattern that a schedule is for is a call of a private
 * function, which `fuse-tir` makes one T function; patterns of schedules that are preferred win. Those of the module are
 * gone. Sound because what is inside a match is used only there.
 */
export const fuseScheduledPatterns = definePass({
  name: "fuse-scheduled-patterns",
  dialect: "relax",
  summary: "Makes functions of what matches the dataflow patterns that schedules are for.",
  options: {},
  run(module, _, ctx) {
    const wanted = ctx.scheduler?.patterns ?? [];
    if (wanted.length === 0) return module;
    const described = [...patternsOf(module, [], ctx), ...(ctx.patterns ?? [])];
    const rules = wanted.flatMap(({ name, at }) => {
      const found = described.filter((rule) => rule.name === name);
      if (found.length === 0) ctx.report(patternCodes.unknownPattern({ name, at }));
      return found;
    });
    if (rules.length === 0) return module;
    const shared = new SharedFunctions(module);
    const by: Partitioning = {
      rules,
      shared,
      keepConstants: false,
      ownNames: true,
      attrs: ({ name }) => new Map<string, boolean | string>([[PRIMITIVE, true], [MATCHED, name]]), // prettier-ignore
    };
    const isOpen = (func: Func): boolean =>
      !isExternal(func) && !isDescription(func) && !func.attrs.has(PRIMITIVE);
    return updated(
      module,
      (func, name) => {
        if (func.kind !== "relax.Function") return func;
        if (wanted.some(({ name: own }) => own === func.attrs.get(PATTERN))) return undefined;
        return isOpen(func) ? partitioned(module, name, func, by) : func;
      },
      shared.added,
    );
  },
});
