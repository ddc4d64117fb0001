import { varsOf } from "../../ir/core/free-vars.js";
import { visit } from "../../ir/core/visit.js";
import { logic, type PrimExpr } from "../../ir/tir/expr.js";
import { rewriteBody } from "../../ir/tir/statements.js";
import { ifStmt, type For, type Stmt } from "../../ir/tir/stmt.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { isSymbolic } from "./bounded-walk.js";

/**
 * Precondition: level `loop`. Result: a condition on symbols and outer loops that guards the whole body of a loop
 * stands around the loop. Sound because it is the same in all iterations, reads nothing that the loop writes, and has
 * no division that the loop might never reach.
 */
export const hoistIfThenElse = definePass({
  name: "hoist-if-then-else",
  dialect: "tir",
  summary: "Moves conditions that a loop does not change out of it.",
  from: "loop",
  requires: ["convert-blocks"],
  options: {},
  run: (module) =>
    // Inner loops first: what leaves them may leave the outer ones too.
    mapPrimFuncs(module, (func) => rewriteBody(func, (s) => (s.kind === "tir.For" ? outOf(s) : s))),
});

function outOf(loop: For): Stmt {
  const { body } = loop;
  if (body.kind !== "tir.If" || body.otherwise !== undefined) return loop;
  const parts = conjuncts(body.cond);
  const isFixed = (e: PrimExpr): boolean => !varsOf(e).includes(loop.var) && isSymbolic(e) && !mayFail(e); // prettier-ignore
  const fixed = parts.filter(isFixed);
  if (fixed.length === 0) return loop;
  const kept = parts.filter((e) => !isFixed(e));
  const inner = kept.length === 0 ? body.then : { ...body, cond: allOf(kept) };
  return ifStmt(allOf(fixed), { ...loop, body: inner }, undefined, body.span);
}

/** The parts of `a and b and …`. */
export const conjuncts = (e: PrimExpr): readonly PrimExpr[] =>
  e.kind === "tir.Logic" && e.op === "and" && e.dtype.lanes === 1
    ? [...conjuncts(e.a), ...conjuncts(e.b)]
    : [e];

const allOf = (parts: readonly PrimExpr[]): PrimExpr => parts.reduce((a, b) => logic("and", a, b));

/** Whether it divides by what may be 0. */
function mayFail(e: PrimExpr): boolean {
  let found = false;
  visit(e, {
    enter(n) {
      if (n.kind !== "tir.Binary" || !/div|mod/.test(n.op)) return;
      found ||= n.b.kind !== "tir.IntImm" || n.b.value === 0;
    },
  });
  return found;
}
