/** Loops that run once. */
import { substitute } from "../../ir/core/rewrite.js";
import { visitStatements } from "../../ir/tir/statements.js";
import { bind, seq, type For, type Stmt } from "../../ir/tir/stmt.js";
import { isSymbolic } from "./bounded-walk.js";

/** The body of a loop that runs once, for its first value; one that is read from memory is read before the body. */
export const onlyIteration = (loop: For): Stmt =>
  isSymbolic(loop.min)
    ? substitute(loop.body, new Map([[loop.var, loop.min]]))
    : seq([bind(loop.var, loop.min, loop.span), loop.body], loop.span);

/** Whether the body has a `break` or `continue`, which would leave another loop when this one is gone. */
export function mayJump(body: Stmt): boolean {
  let found = false;
  visitStatements(body, (s) => {
    if (s.kind === "tir.Jump") found = true;
    return found ? false : undefined;
  });
  return found;
}
