/** Statements of T. */
import type { Call, Expr, Stmt as Ast, Suite } from "../../../../grammar/ast/nodes.js";
import { evaluate, ifStmt, jump, returnStmt, whileLoop } from "../../../ir/tir/stmt.js";
import { assertStmt } from "../../../ir/tir/stmt.js";
import { isInteger } from "../../../support/dtype.js";
import { codes } from "../../codes.js";
import { define, memberOf, report, spanOf, type ElabContext } from "../../context.js";
import type { Value } from "../../value.js";
import { elaborateAnnotated, elaborateAssign, elaborateAugmented } from "./assign.js";
import {
  DEPTH_LIMIT,
  elaboratePrimExpr,
  elaborateValue,
  elaborateStatements,
  elaborateSuite,
} from "./reader.js";
import { elaborateFor } from "./loop.js";
import { expandMacro } from "./macro.js";
import { macroOf } from "./macro-definition.js";
import { toPrim } from "./operand.js";
import { insteadOf } from "../../python-constructs.js";
import { isCondition } from "./operators.js";
import { vectorStore } from "./store.js";
import { statementCalls } from "./statement-call.js";
import type { StatementList } from "./statement-list.js";
import { elaborateWith } from "./with.js";

/** The statements of a suite in the present scope. */
export function readStatements(ctx: ElabContext, suite: Suite, list: StatementList): void {
  if (ctx.depth > DEPTH_LIMIT) {
    const first = suite.body[0];
    if (first !== undefined)
      report(ctx, codes.tooDeep({ at: spanOf(ctx, first), limit: DEPTH_LIMIT }));
    return;
  }
  ctx.depth++;
  for (const stmt of suite.body) elaborateStatement(ctx, stmt, list);
  ctx.depth--;
}

function elaborateStatement(ctx: ElabContext, stmt: Ast, list: StatementList): void {
  const at = spanOf(ctx, stmt);
  switch (stmt.kind) {
    case "ExprStmt":
      return elaborateExprStmt(ctx, stmt.value, list);
    case "Assign":
      return elaborateAssign(ctx, stmt, list);
    case "AnnAssign":
      return elaborateAnnotated(ctx, stmt, list);
    case "AugAssign":
      return elaborateAugmented(ctx, stmt, list);
    case "For":
      return elaborateFor(ctx, stmt, list);
    case "With":
      return elaborateWith(ctx, stmt, list);
    case "If":
      return elaborateIf(ctx, stmt, list);
    case "While": {
      const cond = elaboratePrimExpr(ctx, stmt.cond);
      const body = elaborateSuite(ctx, stmt.body);
      if (cond !== undefined && isCondition(ctx, cond, "while", stmt.cond))
        list.push(whileLoop(cond, body, at));
      return;
    }
    case "Return": {
      const value = stmt.value;
      if (value === undefined || (value.kind === "Constant" && value.value === "None"))
        list.push(returnStmt(undefined, at));
      else {
        const result = elaboratePrimExpr(ctx, value);
        if (result !== undefined) list.push(returnStmt(result, at));
      }
      return;
    }
    case "Assert":
      return elaborateAssert(ctx, stmt, list);
    case "Pass":
      return;
    case "Break":
    case "Continue":
      list.push(jump(stmt.kind === "Break" ? "break" : "continue", at));
      return;
    case "Import":
      report(ctx, codes.statementNotAllowed({ at, construct: "an import" }));
      return;
    case "FunctionDef": {
      const macro = macroOf(ctx, stmt);
      if (macro !== undefined) define(ctx, stmt.name, { kind: "macro", macro });
      else report(ctx, codes.nestedFunction({ at, name: stmt.name }));
      return;
    }
    case "ClassDef":
      report(ctx, codes.statementNotAllowed({ at, construct: "a class" }));
      return;
    case "UnsupportedStmt":
      report(
        ctx,
        codes.notPartOfLanguage({
          at,
          construct: stmt.construct,
          hints: insteadOf(stmt.construct),
        }),
      );
      return;
    case "ErrorStmt":
      return;
  }
}

/** A condition that is constant selects its branch while the text is read; `T.bool(True)` is one of the program. */
function elaborateIf(
  ctx: ElabContext,
  stmt: Extract<Ast, { kind: "If" }>,
  list: StatementList,
): void {
  const cond = elaboratePrimExpr(ctx, stmt.cond);
  if (stmt.cond.kind !== "Call" && cond?.kind === "tir.IntImm" && cond.dtype.code === "bool") {
    const taken = cond.value === 1 ? stmt.then : stmt.otherwise;
    if (taken !== undefined) elaborateStatements(ctx, taken, list);
    return;
  }
  const then = elaborateSuite(ctx, stmt.then);
  const otherwise = stmt.otherwise && elaborateSuite(ctx, stmt.otherwise);
  if (cond === undefined || (!isInteger(cond.dtype) && !isCondition(ctx, cond, "if", stmt.cond)))
    return;
  list.push(ifStmt(cond, then, otherwise, spanOf(ctx, stmt)));
}

function elaborateAssert(
  ctx: ElabContext,
  stmt: Extract<Ast, { kind: "Assert" }>,
  list: StatementList,
): void {
  const cond = elaboratePrimExpr(ctx, stmt.cond);
  const parsed = stmt.message === undefined ? undefined : assertMessage(ctx, stmt.message);
  if (parsed === undefined)
    report(ctx, codes.assertMessage({ at: spanOf(ctx, stmt.message ?? stmt) }));
  if (cond === undefined || parsed === undefined || !isCondition(ctx, cond, "assert", stmt.cond))
    return;
  list.push(assertStmt(cond, parsed.parts, parsed.kind, spanOf(ctx, stmt)));
}

/** `"message"`, `("Kind", "message")` or `("Kind", ["part", …])`. */
export function assertMessage(
  ctx: ElabContext,
  at: Expr,
): { readonly kind: string; readonly parts: string[] } | undefined {
  const value = elaborateValue(ctx, at);
  const text = (v: Value | undefined): string | undefined =>
    v?.kind === "tir.StringImm" ? v.value : undefined;
  const single = text(value);
  if (single !== undefined) return { kind: "RuntimeError", parts: [single] };
  if (value.kind !== "items") return undefined;
  const kind = text(value.items[0]);
  const rest = value.items[1];
  if (kind === undefined || value.items.length !== 2 || value.isList) return undefined;
  if (rest?.kind !== "items")
    return text(rest) === undefined ? undefined : { kind, parts: [text(rest)!] };
  const parts = rest.items.map(text);
  return parts.every((p) => p !== undefined) ? { kind, parts: parts as string[] } : undefined;
}

/** A call, or another expression that stands alone. A string is a comment. */
export function elaborateExprStmt(ctx: ElabContext, expr: Expr, list: StatementList): void {
  if (expr.kind === "Str") return;
  if (expr.kind === "Constant" && expr.value === "None") return;
  if (expr.kind === "Call" && elaborateCallStmt(ctx, expr, list)) return;
  if (expr.kind === "Compare") {
    const op = expr.ops[0]!;
    const instead =
      op === "=="
        ? "write `=` to assign"
        : 'remove it, or demand it: `assert condition, "message"`';
    report(ctx, codes.unusedComparison({ at: spanOf(ctx, expr), op, instead }));
    return;
  }
  const value = elaborateValue(ctx, expr);
  if (value.kind === "items" && value.items.length === 0) return;
  const result = toPrim(ctx, value, expr);
  if (result === undefined) return;
  if (result.kind === "tir.Call" && result.op === "ret") {
    const operand = result.args[0];
    list.push(
      returnStmt(
        operand as import("../../../ir/tir/expr.js").PrimExpr | undefined,
        spanOf(ctx, expr),
      ),
    );
  } else if (result.kind === "tir.Var" && expr.kind === "Call") {
    // A declaration of a symbol that nothing can refer to.
    report(ctx, codes.noValueStatement({ at: spanOf(ctx, expr) }));
  } else list.push(evaluate(result, spanOf(ctx, expr)));
}

/** Calls that mean a statement; false when the call is an ordinary expression. */
function elaborateCallStmt(ctx: ElabContext, call: Call, list: StatementList): boolean {
  const member = memberOf(ctx, call.func);
  if (member !== undefined) {
    const handler = member.dialect === "T" ? statementCalls.get(member.name) : undefined;
    if (handler === undefined) return false;
    handler(ctx, call, list, member.name);
    return true;
  }
  if (call.func.kind === "Attribute" && call.func.name === "vstore")
    return vectorStore(ctx, call, call.func, list);
  if (call.func.kind !== "Name") return false;
  const callee = elaborateValue(ctx, call.func);
  if (callee.kind === "macro") {
    expandMacro(ctx, callee.macro, call, (suite) => elaborateStatements(ctx, suite, list));
    return true;
  }
  return callee.kind === "error";
}
