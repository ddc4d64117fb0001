/** Ways into the readers of expressions and statements for what they call; the context carries the readers. */
import type { Expr, Suite } from "../../../../grammar/ast/nodes.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import type { Stmt } from "../../../ir/tir/stmt.js";
import { codes } from "../../codes.js";
import { report, spanOf, withScope, type ElabContext } from "../../context.js";
import type { ErrorValue, Value } from "../../value.js";
import { toPrim } from "./operand.js";
import { statementList, type StatementList } from "./statement-list.js";

/** Greatest nesting of expressions and statements. */
export const DEPTH_LIMIT = 700;

export const errorValue: ErrorValue = { kind: "error" };

/** Any value. Never throws; errors are reported and become an ErrorValue. */
export const elaborateValue = (ctx: ElabContext, expr: Expr): Value => ctx.readers.value(ctx, expr);

/** A scalar or vector expression; undefined is an error that was reported. */
export function elaboratePrimExpr(ctx: ElabContext, expr: Expr): PrimExpr | undefined {
  return toPrim(ctx, ctx.readers.value(ctx, expr), expr);
}

/** The statements of a suite in the present scope. */
export const elaborateStatements = (ctx: ElabContext, suite: Suite, list: StatementList): void =>
  ctx.readers.statements(ctx, suite, list);

/** A suite in a scope of its own. */
export const elaborateSuite = (ctx: ElabContext, suite: Suite): Stmt =>
  withScope(ctx, () => {
    const list = statementList();
    elaborateStatements(ctx, suite, list);
    return list.finish();
  });

/** Reports a construct of Python that is not read. */
export function notPart(ctx: ElabContext, at: Expr, construct: string): ErrorValue {
  report(ctx, codes.notPartOfLanguage({ at: spanOf(ctx, at), construct }));
  return errorValue;
}
