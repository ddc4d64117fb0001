/** Any node alone as syntax: a list of statements, or an expression. */
import type * as A from "../../../grammar/ast/nodes.js";
import type { Node } from "../../ir/nodes.js";
import type { RaiseContext } from "./context.js";
import { raiseRelaxFunction, raiseType, raiseValue } from "./relax/index.js";
import { raiseTirFunction } from "./tir/function.js";
import { raiseNode } from "./tir/operand.js";
import { raiseBody } from "./tir/statement.js";

const STATEMENTS = new Set([
  "tir.For", "tir.While", "tir.Store", "tir.If", "tir.Seq", "tir.Evaluate", "tir.Bind", "tir.Alloc", "tir.Decl",
  "tir.AllocConst", "tir.AttrStmt", "tir.Assert", "tir.Jump", "tir.Return", "tir.Realize", "tir.Block",
]); // prettier-ignore

/** Free variables print by their names; declarations they would need are left out. */
export function raiseAnyNode(ctx: RaiseContext, node: Node): A.Expr | A.Stmt[] {
  if (node.kind === "tir.PrimFunc") return [raiseTirFunction(node, node.name, ctx)];
  if (node.kind === "relax.Function") return [raiseRelaxFunction(node, node.name, ctx)];
  if (STATEMENTS.has(node.kind)) return raiseBody(ctx, node as Parameters<typeof raiseBody>[1]);
  if (node.kind.startsWith("relax.") && node.kind.endsWith("Info"))
    return raiseType(ctx, node as never, "body");
  if (node.kind.startsWith("relax.")) return raiseValue(ctx, node as never);
  return raiseNode(ctx, node);
}
