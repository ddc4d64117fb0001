/** Conditions at the entry of kernels. */
import { boundsOf } from "../analysis/index.js";
import { guardText } from "../analysis/tir/merge-guards.js";
import { boolImm, ifThenElse, type PrimExpr } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { Span } from "../support/source.js";

/** A condition over the symbols of a function that must hold at entry. */
export interface Guard {
  readonly condition: PrimExpr;
  readonly message: string;
  readonly span?: Span | undefined;
}

/** For `CompileOptions.guards`: what analysis could neither prove nor refute, as far as symbols decide it. */
export const boundGuards = (_: string, func: PrimFunc): readonly Guard[] =>
  boundsOf(func).guards.map((guard) => ({
    condition:
      guard.when === undefined ? guard.cond : ifThenElse(guard.when, guard.cond, boolImm(true)),
    message: guardText([guard]),
    span: guard.accesses[0]?.span,
  }));
