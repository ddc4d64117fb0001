/** Functions inside an R function: closures, and T functions of 2022-era text, which move to the module. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { varBinding } from "../../../ir/relax/expr.js";
import { define, liftFunction, memberOf, resolve, withScope } from "../../context.js";
import { relaxCodes } from "../../relax-codes.js";
import { elaborateTirFunction } from "../tir/index.js";
import { elaborateFunction, signatureOfText } from "./function.js";
import { at, emitNamed, fail, makeBound, type FunctionState } from "./state.js";

/** `def` as a statement. */
export function elaborateNested(state: FunctionState, def: A.FunctionDef): void {
  const { ctx } = state;
  const place = { source: ctx.source, start: def.nameStart, end: def.nameEnd };
  switch (decoratedAs(state, def)) {
    case "T": {
      fail(state, relaxCodes.liftedFunction({ at: place, name: def.name }));
      const func = elaborateTirFunction(def, ctx);
      const entity =
        func === undefined ? undefined : liftFunction(ctx, def.name, { ...func, isPrivate: true });
      define(
        ctx,
        def.name,
        entity === undefined ? { kind: "error" } : { kind: "function", name: entity },
      );
      return;
    }
    case "R":
      return closure(state, def);
    case "macro":
      define(ctx, def.name, {
        kind: "macro",
        macro: { def, dialect: "R", hygienic: true, scope: ctx.scope },
      });
      return;
    default:
      fail(
        state,
        relaxCodes.statementNotAllowed({
          at: place,
          construct: "a function without a decorator",
          hints: ["write `@R.function` above it"],
        }),
      );
      define(ctx, def.name, { kind: "error" });
  }
}

function decoratedAs(state: FunctionState, def: A.FunctionDef): "T" | "R" | "macro" | undefined {
  for (const decorator of def.decorators) {
    const member = memberOf(state.ctx, decorator.kind === "Call" ? decorator.func : decorator);
    if (member?.dialect === "T" && member.name === "prim_func") return "T";
    if (member?.dialect === "R" && member.name === "function") return "R";
    if (member?.dialect === "R" && member.name === "macro") return "macro";
  }
  return undefined;
}

function closure(state: FunctionState, def: A.FunctionDef): void {
  const { ctx } = state;
  const span = { source: ctx.source, start: def.nameStart, end: def.nameEnd };
  const e = { name: def.name, span, bound: true } as const;
  if (!mentions(def.body, def.name) || resolve(ctx, def.name)?.kind === "relax") {
    const func = elaborateFunction(ctx, def, true);
    if (func === undefined) define(ctx, def.name, { kind: "error" });
    else emitNamed(state, func, e);
    return;
  }
  // A recursive closure: its variable exists before its body is read.
  const info = withScope(ctx, () => signatureOfText(ctx, def));
  if (def.returns === undefined)
    fail(state, relaxCodes.recursionType({ at: span, name: def.name }));
  const bound = makeBound(state, info, e);
  define(ctx, def.name, bound.entity);
  const func = elaborateFunction(ctx, def, true);
  if (func === undefined) define(ctx, def.name, { kind: "error" });
  else state.frame.bindings.push(varBinding(bound.var, func, at(state, def)));
}

/** Whether a suite names something. */
function mentions(suite: A.Suite, name: string): boolean {
  return suite.body.some((stmt) => statementMentions(stmt, name));
}

function statementMentions(stmt: A.Stmt, name: string): boolean {
  switch (stmt.kind) {
    case "ExprStmt":
      return expressionMentions(stmt.value, name);
    case "Assign":
      return expressionMentions(stmt.value, name);
    case "AnnAssign":
    case "Return":
      return stmt.value !== undefined && expressionMentions(stmt.value, name);
    case "If":
      return (
        expressionMentions(stmt.cond, name) ||
        mentions(stmt.then, name) ||
        (stmt.otherwise !== undefined && mentions(stmt.otherwise, name))
      );
    case "With":
    case "FunctionDef":
      return mentions(stmt.body, name);
    default:
      return false;
  }
}

function expressionMentions(expr: A.Expr, name: string): boolean {
  switch (expr.kind) {
    case "Name":
      return expr.id === name;
    case "Call":
      return (
        expressionMentions(expr.func, name) ||
        expr.args.some((a) => expressionMentions(a.value, name))
      );
    case "Tuple":
    case "List":
      return expr.items.some((i) => expressionMentions(i, name));
    case "Subscript":
    case "Attribute":
      return expressionMentions(expr.value, name);
    case "Binary":
      return expressionMentions(expr.left, name) || expressionMentions(expr.right, name);
    case "Unary":
      return expressionMentions(expr.operand, name);
    case "Compare":
      return expr.operands.some((o) => expressionMentions(o, name));
    default:
      return false;
  }
}
