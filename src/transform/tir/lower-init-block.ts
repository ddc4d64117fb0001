import { initEmptyReductions } from "../../arith/empty-reductions.js";
import { compare, intImm, logic, type PrimExpr } from "../../ir/tir/expr.js";
import { rewriteBody } from "../../ir/tir/statements.js";
import { ifStmt, seq, type Block } from "../../ir/tir/stmt.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";

/**
 * Precondition: none. Result: no block has an `init`; it became a statement under the condition that all reduction
 * variables stand at their minimum, and a nest of its own where the reduction may be over nothing. Sound because that
 * is when the init is defined to run.
 */
export const lowerInitBlock = definePass({
  name: "lower-init-block",
  dialect: "tir",
  summary: "Turns block initialisations into statements under a condition.",
  from: "block",
  options: {},
  run: (module) =>
    mapPrimFuncs(module, (func) =>
      rewriteBody(initEmptyReductions(func), (s) =>
        s.kind === "tir.Block" && s.init !== undefined ? lower(s) : s,
      ),
    ),
});

function lower(block: Block): Block {
  const atStart = block.iters
    .filter((iter) => iter.iterKind === "reduce")
    .map((iter): PrimExpr => compare("eq", iter.var, iter.dom?.min ?? intImm(0, iter.var.dtype)));
  const init =
    atStart.length === 0
      ? block.init!
      : ifStmt(
          atStart.reduce((a, b) => logic("and", a, b)),
          block.init!,
        );
  return { ...block, init: undefined, body: seq([init, block.body]) };
}
