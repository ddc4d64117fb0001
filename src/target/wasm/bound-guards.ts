/** The conditions under which a function's accesses are in bounds, as guards of its kernel. */
import { boundsOf } from "../../analysis/index.js";
import { guardText } from "../../analysis/tir/merge-guards.js";
import { ifThenElse, boolImm } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Guard } from "./codegen/kernel.js";

/** For `CompileOptions.guards`: what analysis could neither prove nor refute, as far as symbols decide it. */
export const boundGuards = (_: string, func: PrimFunc): readonly Guard[] =>
  boundsOf(func).guards.map((guard) => ({
    condition:
      guard.when === undefined ? guard.cond : ifThenElse(guard.when, guard.cond, boolImm(true)),
    message: guardText([guard]),
    span: guard.accesses[0]?.span,
  }));
