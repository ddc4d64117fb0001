/** Names that a refused statement would have bound: their uses are silent. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { define } from "../../context.js";
import type { FunctionState } from "./state.js";

/** Gives the names of binding targets the meaning "in error". */
export function silenceTargets(state: FunctionState, targets: readonly A.Expr[]): void {
  for (const target of targets) {
    if (target.kind === "Name") define(state.ctx, target.id, { kind: "error" });
    else if (target.kind === "Tuple" || target.kind === "List") silenceTargets(state, target.items);
  }
}

/** The same for all that statements bind, at any depth. */
export function silenceBindings(state: FunctionState, stmts: readonly A.Stmt[]): void {
  for (const stmt of stmts) {
    if (stmt.kind === "Assign") silenceTargets(state, stmt.targets);
    else if (stmt.kind === "AnnAssign") silenceTargets(state, [stmt.target]);
    else if (stmt.kind === "With") silenceBindings(state, stmt.body.body);
    else if (stmt.kind === "If")
      silenceBindings(state, [...stmt.then.body, ...(stmt.otherwise?.body ?? [])]);
  }
}
