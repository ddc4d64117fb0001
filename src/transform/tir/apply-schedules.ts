/** Schedules of libraries, applied to the T functions that they are for. */
import { irModule, type BaseFunc, type IRModule } from "../../ir/module.js";
import { visit } from "../../ir/core/visit.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { option } from "../../support/option.js";
import { codes } from "../codes.js";
import { definePass } from "../pass.js";
import { SCHEDULED } from "../scheduler.js";

/**
 * Precondition: a library of schedules is at hand. Result: functions for which one fits are as it leaves them, or
 * choose at run time among several; functions with loops that are not serial stay as they are written. Sound because
 * each step of a schedule keeps what the function computes.
 */
export const applySchedules = definePass({
  name: "apply-schedules",
  dialect: "tir",
  summary: "Schedules functions as the library says for the target.",
  from: "block",
  options: {
    trace: option.bool({ default: false, help: "Note the steps taken in `relaxc.trace`." }),
  },
  run(module, { trace }, ctx) {
    const { scheduler } = ctx;
    if (scheduler === undefined) {
      ctx.report(codes.noLibrary({ pass: "apply-schedules" }));
      return module;
    }
    const functions = new Map<string, BaseFunc>();
    const taken = new Set<string>();
    let current: IRModule = module;
    for (const [name, func] of module.functions) {
      const made =
        func.kind === "tir.PrimFunc" && isPlain(func)
          ? scheduler.schedule(current, name, { sink: ctx, taken, isTraced: trace })
          : undefined;
      if (made === undefined) {
        functions.set(name, func);
        continue;
      }
      for (const [own, image] of made) {
        functions.set(own, image);
        taken.add(own);
      }
    }
    if (taken.size > 0) current = irModule(functions, module);
    return current;
  },
});

/** Whether nobody scheduled the function yet. */
function isPlain(func: PrimFunc): boolean {
  if (!func.sTir || func.attrs.get(SCHEDULED) === true) return false;
  let isSerial = true;
  let hasBlock = false;
  visit(func.body, {
    enter(node) {
      if (node.kind === "tir.For") isSerial &&= node.loopKind === "serial";
      if (node.kind === "tir.Block") hasBlock ||= !node.implicitRoot;
      return isSerial ? undefined : false;
    },
  });
  return isSerial && hasBlock;
}
