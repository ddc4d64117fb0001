/** Statements of a loop-nest template: names are bound, what remains is emitted. */
import type * as ast from "../../grammar/ast/nodes.js";
import { intImm, load, makeVar, type PrimExpr } from "../ir/tir/expr.js";
import {
  assertStmt,
  bind,
  evaluate as evaluateStmt,
  ifStmt,
  jump,
  store,
  whileLoop,
} from "../ir/tir/stmt.js";
import type { Buffer } from "../ir/tir/buffer.js";
import { int64, isFloat, type DType } from "../support/dtype.js";
import { executeBlock, executeInit, executeWide, signatureStatement } from "./blocks.js";
import { newScalar } from "./buffers.js";
import { call } from "./calls.js";
import { codes } from "./codes.js";
import { evaluate, indicesOf, unpack } from "./evaluate.js";
import { toDType } from "./statics.js";
import { executeFor } from "./loops.js";
import { entryOf } from "./names.js";
import { binaryOperator, convert, literalAs, toCondition, toExpr, truth } from "./operators.js";
import { newScope, ownerOf, type Scope, type ScopeKind } from "./scope.js";
import { require } from "./guards.js";
import { collect, emit, fail, placeOf, spanOf, spend, type State } from "./state.js";
import { exprValue, isStaticNumber, none, valueText, type Value } from "./values.js";

/** What a statement list returned; undefined when it ran to its end. */
export type Returned = Value | undefined;

/** The body of an inline or template. */
export const executeFunction = (s: State, scope: Scope, body: ast.Suite): Returned =>
  execute(s, scope, body.body);

/** Statements in order, up to a `return`. */
export function execute(s: State, scope: Scope, list: readonly ast.Stmt[]): Returned {
  for (const stmt of list) {
    const returned = statement(s, scope, stmt);
    if (returned !== undefined) return returned;
  }
  return undefined;
}

/** Statements that run many times or perhaps not: with names of their own, without `return`. */
export function executeInside(
  s: State,
  scope: Scope,
  kind: ScopeKind,
  list: readonly ast.Stmt[],
  prepare?: (inside: Scope) => void,
): void {
  s.atHead = false;
  s.analyzer.scope(() => {
    const inside = newScope(kind, scope);
    prepare?.(inside);
    for (const stmt of list) {
      if (statement(s, inside, stmt) !== undefined)
        fail(codes.runtimeReturn({ ...placeOf(s, stmt) }));
    }
  });
}

function statement(s: State, scope: Scope, stmt: ast.Stmt): Returned {
  spend(s, stmt);
  switch (stmt.kind) {
    case "ExprStmt":
      expressionStatement(s, scope, stmt);
      return undefined;
    case "Assign":
      assign(s, scope, stmt);
      return undefined;
    case "AnnAssign":
      declare(s, scope, stmt);
      return undefined;
    case "AugAssign":
      augment(s, scope, stmt);
      return undefined;
    case "For":
      return executeFor(s, scope, stmt);
    case "While": {
      const cond = toCondition(s, evaluate(s, scope, stmt.cond), stmt.cond);
      const body = collect(s, () => executeInside(s, scope, "loop", stmt.body.body));
      emit(s, whileLoop(cond.expr, body, spanOf(s, stmt.cond)), stmt);
      return undefined;
    }
    case "If":
      return branch(s, scope, stmt);
    case "With":
      return withStatement(s, scope, stmt);
    case "Return":
      return stmt.value === undefined ? none : evaluate(s, scope, stmt.value);
    case "Assert":
      assertion(s, scope, stmt);
      return undefined;
    case "FunctionDef":
      scope.names.set(stmt.name, {
        value: {
          kind: "function",
          name: stmt.name,
          params: stmt.params,
          body: stmt.body,
          scope,
          source: s.source,
        },
      });
      return undefined;
    case "Pass":
      return undefined;
    case "Break":
    case "Continue":
      emit(s, jump(stmt.kind === "Break" ? "break" : "continue", spanOf(s, stmt)), stmt);
      return undefined;
    case "UnsupportedStmt":
      return stmt.attempt === undefined
        ? unsupported(s, stmt, stmt.construct)
        : attempted(s, scope, stmt, stmt.attempt);
    default:
      return fail(
        codes.unsupportedConstruct({
          ...placeOf(s, stmt),
          what: stmt.kind === "ClassDef" ? "a class" : "this statement",
        }),
      );
  }
}

function expressionStatement(s: State, scope: Scope, { value: e }: ast.ExprStmt): void {
  if (e.kind === "Str") return;
  if (e.kind !== "Call") {
    evaluate(s, scope, e);
    return;
  }
  if (signatureStatement(s, scope, e)) return;
  const v = call(s, scope, e);
  if (v.kind === "expr" && v.expr.kind === "tir.Call")
    emit(s, evaluateStmt(v.expr, spanOf(s, e)), e);
}

// ---- assignment ---------------------------------------------------------------

/** Names that what a statement defines is called after. */
const hintsOf = (target: ast.Expr): string[] =>
  target.kind === "Name"
    ? [target.id]
    : target.kind === "Starred"
      ? hintsOf(target.value).map((h) => `*${h}`)
      : target.kind === "Tuple" || target.kind === "List"
        ? target.items.flatMap(hintsOf)
        : ["v"];

function assign(s: State, scope: Scope, stmt: ast.Assign): void {
  const [first] = stmt.targets;
  const v =
    stmt.value.kind === "Call"
      ? call(s, scope, stmt.value, hintsOf(first!))
      : evaluate(s, scope, stmt.value);
  for (const target of stmt.targets) assignTo(s, scope, target, v, stmt);
}

function assignTo(s: State, scope: Scope, target: ast.Expr, v: Value, at: ast.Stmt): void {
  switch (target.kind) {
    case "Name":
      return assignName(s, scope, target, v, at);
    case "Subscript": {
      const of = evaluate(s, scope, target.value);
      if (of.kind !== "buffer")
        return fail(
          codes.invalidArgument({
            ...placeOf(s, target),
            what: `${valueText(of)} is not stored to`,
          }),
        );
      return storeTo(s, of.buffer, indicesOf(s, scope, of.buffer, target), v, at);
    }
    case "Tuple":
    case "List": {
      const parts = unpack(s, target.items, v, at);
      target.items.forEach((t, i) =>
        assignTo(s, scope, t.kind === "Starred" ? t.value : t, parts[i]!, at),
      );
      return;
    }
    default:
      return fail(codes.unsupportedConstruct({ ...placeOf(s, target), what: "this target" }));
  }
}

function assignName(s: State, scope: Scope, target: ast.Name, v: Value, at: ast.Stmt): void {
  if (target.id === "_") return;
  const owner = ownerOf(scope, target.id);
  const entry = owner?.scope.names.get(target.id);
  if (entry?.isScalar && entry.value.kind === "buffer")
    return storeTo(s, entry.value.buffer, [intImm(0, int64)], v, at);
  if (owner?.crossed !== undefined)
    return fail(codes.rebind({ ...placeOf(s, target), name: target.id, what: owner.crossed.kind }));
  scope.names.set(target.id, entryOf(s, v, at));
}

/** A store, converted to the type of the buffer. */
export function storeTo(
  s: State,
  buffer: Buffer,
  indices: readonly PrimExpr[],
  v: Value,
  at: ast.AstBase,
): void {
  s.atHead = false;
  if (v.kind !== "expr" && !isStaticNumber(v))
    return fail(
      codes.invalidArgument({ ...placeOf(s, at), what: `${valueText(v)} cannot be stored` }),
    );
  emit(s, store(buffer, indices, stored(s, v, buffer.dtype, at), spanOf(s, at)), at);
  s.stores.set(buffer, (s.stores.get(buffer) ?? 0) + 1);
}

/** A value in the type of its place; fractions are cut off for integers. */
function stored(s: State, v: Value, dtype: DType, at: ast.AstBase): PrimExpr {
  if (isStaticNumber(v) && (v.kind !== "float" || isFloat(dtype)))
    return literalAs(s, v, dtype, at);
  return toExpr(s, convert(s, at, v, dtype), at);
}

/** `x: T.let[dt] = e` (immutable) and `x: T.int64 = e` (mutable). */
function declare(s: State, scope: Scope, stmt: ast.AnnAssign): void {
  const { target, annotation, value } = stmt;
  if (target.kind !== "Name" || value === undefined)
    return fail(
      codes.unsupportedConstruct({
        ...placeOf(s, stmt),
        what: "a declaration without a name and a value",
      }),
    );
  const isLet = annotation.kind === "Subscript" && isMember(annotation.value, "let");
  const v = evaluate(s, scope, value);
  if (!isLet && !isMember(annotation, "let")) {
    const dtype = toDType(s, evaluate(s, scope, annotation), annotation);
    const buffer = newScalar(s, target.id, dtype, target);
    storeTo(s, buffer, [intImm(0, int64)], v, stmt);
    scope.names.set(target.id, { value: { kind: "buffer", buffer }, isScalar: true });
    return;
  }
  const dtype = isLet
    ? toDType(s, evaluate(s, scope, annotation.items[0]!), annotation)
    : undefined;
  const e = dtype === undefined ? toExpr(s, v, value) : stored(s, v, dtype, value);
  const variable = makeVar(target.id, e.dtype, spanOf(s, target));
  emit(s, bind(variable, e, spanOf(s, stmt)), stmt);
  scope.names.set(target.id, {
    value: exprValue(variable, v.kind === "expr" && v.phase === "value" ? "value" : "index"),
  });
  if (v.kind === "expr" && v.phase !== "value" && e.dtype === int64) s.analyzer.bind(variable, e);
}

const isMember = (e: ast.Expr, name: string): boolean =>
  e.kind === "Attribute" && e.name === name && e.value.kind === "Name" && e.value.id === "T";

function augment(s: State, scope: Scope, stmt: ast.AugAssign): void {
  const { target } = stmt;
  if (target.kind !== "Subscript") {
    const sum = binaryOperator(
      s,
      stmt,
      stmt.op,
      evaluate(s, scope, target),
      evaluate(s, scope, stmt.value),
    );
    return assignTo(s, scope, target, sum, stmt);
  }
  const of = evaluate(s, scope, target.value);
  if (of.kind !== "buffer")
    return fail(
      codes.invalidArgument({ ...placeOf(s, target), what: `${valueText(of)} is not stored to` }),
    );
  const indices = indicesOf(s, scope, of.buffer, target);
  const old = exprValue(load(of.buffer, indices, spanOf(s, target)), "value");
  const v = evaluate(s, scope, stmt.value);
  const added =
    v.kind === "expr" && v.expr.dtype !== of.buffer.dtype
      ? convert(s, stmt, v, of.buffer.dtype)
      : v;
  storeTo(s, of.buffer, indices, binaryOperator(s, stmt, stmt.op, old, added), stmt);
}

// ---- control ------------------------------------------------------------------

const unsupported = (s: State, at: ast.AstBase, what: string): never =>
  fail(codes.unsupportedConstruct({ ...placeOf(s, at), what }));

/** `try` in a schedule: where a step of the body refuses, the body is undone and the handler runs. */
function attempted(
  s: State,
  scope: Scope,
  stmt: ast.UnsupportedStmt,
  { body, error, handler }: ast.Attempt,
): Returned {
  const isRefusal =
    error === undefined ||
    (error.kind === "Attribute" &&
      error.name === "ScheduleError" &&
      error.value.kind === "Name" &&
      error.value.id === "S");
  if (!isRefusal) return unsupported(s, error, "`except` of anything but `S.ScheduleError`");
  if (s.host?.attempt === undefined) return unsupported(s, stmt, stmt.construct);
  return s.host.attempt(
    () => execute(s, scope, body.body),
    () => execute(s, scope, handler.body),
  );
}

function branch(s: State, scope: Scope, stmt: ast.If): Returned {
  const cond = evaluate(s, scope, stmt.cond);
  const known = cond.kind === "pack" ? undefined : truth(cond);
  if (known !== undefined)
    return execute(s, scope, known ? stmt.then.body : (stmt.otherwise?.body ?? []));
  if (s.host?.isStatic === true)
    fail(codes.phase({ ...placeOf(s, stmt.cond), what: valueText(cond), construct: "`if`" }));
  const { expr, phase } = toCondition(s, cond, stmt.cond);
  if (expr.kind === "tir.IntImm") {
    // Decided for this instance; what the branch defines stays in it all the same.
    const suite = expr.value !== 0 ? stmt.then : stmt.otherwise;
    if (suite !== undefined) executeInside(s, scope, "branch", suite.body);
    return undefined;
  }
  const inside = (holds: boolean, suite: ast.Suite): ReturnType<typeof collect> =>
    collect(s, () => {
      executeInside(s, scope, "branch", suite.body, () => {
        if (phase !== "value") s.analyzer.assume(expr, holds);
      });
    });
  const then = inside(true, stmt.then);
  const otherwise = stmt.otherwise && inside(false, stmt.otherwise);
  emit(s, ifStmt(expr, then, otherwise, spanOf(s, stmt.cond)), stmt);
  return undefined;
}

function withStatement(s: State, scope: Scope, stmt: ast.With): Returned {
  const [item] = stmt.items;
  const context = item?.context;
  if (stmt.items.length === 1 && context?.kind === "Call" && context.func.kind === "Attribute") {
    const { name, value } = context.func;
    const root = value.kind === "Name" ? value.id : "";
    if (root === "T" && (name === "sblock" || name === "block")) {
      executeBlock(s, scope, context, stmt.body);
      return undefined;
    }
    if (root === "T" && name === "init") {
      executeInit(s, scope, stmt.body, context);
      return undefined;
    }
    if (root === "S" && name === "wide")
      return executeWide(s, scope, context, item!.target, stmt.body);
  }
  return fail(
    codes.unsupportedConstruct({
      ...placeOf(s, context ?? stmt),
      what: "a `with` other than T.sblock, T.init and S.wide",
    }),
  );
}

function assertion(s: State, scope: Scope, stmt: ast.Assert): void {
  const cond = evaluate(s, scope, stmt.cond);
  const text = stmt.message === undefined ? undefined : evaluate(s, scope, stmt.message);
  const message = text?.kind === "str" ? text.value : "a precondition does not hold";
  if (s.atHead) {
    require(s, cond, message, stmt.cond, () => describeSides(s, scope, stmt.cond));
    return;
  }
  const { expr } = toCondition(s, cond, stmt.cond);
  emit(s, assertStmt(expr, [message], "RuntimeError", spanOf(s, stmt)), stmt);
}

/** Both sides of a comparison that fails, as values. */
function describeSides(s: State, scope: Scope, cond: ast.Expr): string | undefined {
  if (cond.kind === "BoolOp")
    return describeSides(s, scope, cond.left) ?? describeSides(s, scope, cond.right);
  if (cond.kind !== "Compare" || cond.ops.length !== 1) return undefined;
  const v = evaluate(s, scope, cond);
  const holds =
    v.kind === "expr" ? s.analyzer.prove(v.expr) : v.kind === "pack" ? undefined : truth(v);
  if (holds !== false) return undefined;
  const [a, b] = cond.operands.map((o) => valueText(evaluate(s, scope, o)));
  const words = { "==": "is not", "!=": "is", "<": "is not below", "<=": "is above", ">": "is not above", ">=": "is below", in: "is not in", "not in": "is in", is: "is not", "is not": "is" } as const; // prettier-ignore
  return `${a} ${words[cond.ops[0]!]} ${b}`;
}
