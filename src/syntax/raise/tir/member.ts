/** Functions of the module as text. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { nameExpr, path } from "../build.js";
import type { RaiseContext } from "../context.js";

/** `Module.f`, or the bare name among loose functions. */
export function moduleMember(ctx: RaiseContext, name: string): A.Expr {
  if (ctx.moduleRef === "") return nameExpr(name);
  ctx.usesModule = true;
  return path(ctx.moduleRef, name);
}
