/** Bodies, by way of the context: statements hold loops and blocks, which hold statements. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { Stmt } from "../../../ir/tir/stmt.js";
import type { RaiseContext } from "../context.js";

/** A body in the present scope. */
export const raiseBody = (ctx: RaiseContext, body: Stmt): A.Stmt[] => ctx.raisers.body(ctx, body);

/** A body in a scope of its own. */
export function raiseSuite(ctx: RaiseContext, body: Stmt): A.Stmt[] {
  ctx.names.push();
  const out = ctx.raisers.body(ctx, body);
  ctx.names.pop();
  return out;
}
