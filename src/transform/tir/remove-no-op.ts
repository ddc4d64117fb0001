import { visit } from "../../ir/core/visit.js";
import { compare, unary, type PrimExpr } from "../../ir/tir/expr.js";
import { rewriteBody } from "../../ir/tir/statements.js";
import { seq, type Stmt } from "../../ir/tir/stmt.js";
import { isInteger } from "../../support/dtype.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";

/**
 * Precondition: none. Result: no statement without effect: evaluated constants, conditions without branches, empty
 * loops; a condition with an empty first branch is negated. Sound because evaluating what is dropped cannot stop the program or change memory.
 */
export const removeNoOp = definePass({
  name: "remove-no-op",
  dialect: "tir",
  summary: "Drops statements without effect.",
  options: {},
  run: (module) => mapPrimFuncs(module, (func) => rewriteBody(func, trimmed)),
});

const nothing: Stmt = seq([]);
const isNothing = (s: Stmt | undefined): boolean =>
  s === undefined || (s.kind === "tir.Seq" && s.body.length === 0);

function trimmed(s: Stmt): Stmt {
  switch (s.kind) {
    case "tir.Evaluate":
      return isHarmless(s.value) ? nothing : s;
    case "tir.Seq": {
      const kept = s.body.filter((child) => !isNothing(child));
      return kept.length === s.body.length && !kept.some((c) => c.kind === "tir.Seq")
        ? s
        : seq(kept, s.span);
    }
    case "tir.If":
      if (s.cond.kind === "tir.IntImm")
        return s.cond.value !== 0 ? s.then : (s.otherwise ?? nothing);
      if (isNothing(s.then) && isNothing(s.otherwise) && isHarmless(s.cond)) return nothing;
      if (s.otherwise === undefined || isNothing(s.otherwise))
        return s.otherwise === undefined ? s : { ...s, otherwise: undefined };
      return isNothing(s.then)
        ? { ...s, cond: negated(s.cond), then: s.otherwise, otherwise: undefined }
        : s;
    case "tir.For":
      if (s.extent.kind === "tir.IntImm" && s.extent.value <= 0 && isHarmless(s.min))
        return nothing;
      return isNothing(s.body) && isHarmless(s.min) && isHarmless(s.extent) ? nothing : s;
    case "tir.AttrStmt":
      return isNothing(s.body) ? nothing : s;
    default:
      return s;
  }
}

const INVERSE = { eq: "ne", ne: "eq", lt: "ge", ge: "lt", le: "gt", gt: "le" } as const;

/** Floats that are not numbers are neither less nor greater: their comparisons are negated as a whole. */
function negated(cond: PrimExpr): PrimExpr {
  if (cond.kind === "tir.Unary" && cond.op === "not") return cond.a;
  if (cond.kind === "tir.Compare" && isInteger(cond.a.dtype))
    return compare(INVERSE[cond.op], cond.a, cond.b, cond.span);
  return unary("not", cond, cond.span);
}

/** Evaluation reads no memory, calls nothing and divides by constants at most. */
function isHarmless(e: PrimExpr): boolean {
  let harmless = true;
  visit(e, {
    enter(n) {
      if (n.kind === "tir.Load" || n.kind === "tir.Call" || n.kind === "tir.CallGlobal")
        harmless = false;
      if (
        n.kind === "tir.Binary" &&
        /div|mod/.test(n.op) &&
        !(n.b.kind === "tir.IntImm" && n.b.value !== 0)
      )
        harmless = false;
    },
  });
  return harmless;
}
