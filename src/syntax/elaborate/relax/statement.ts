/** Statements of R function bodies. */
import { silenceTargets } from "./silence.js";
import type * as A from "../../../../grammar/ast/nodes.js";
import { primValue, tupleGetItem, type Expr } from "../../../ir/relax/expr.js";
import { structuralEqual } from "../../../ir/core/equal.js";
import { isVoid, type StructInfo } from "../../../ir/relax/struct-info.js";
import { tryDType } from "../../../support/dtype.js";
import { codes } from "../../codes.js";
import { define, memberOf, resolve, type Member } from "../../context.js";
import { relaxCodes } from "../../relax-codes.js";
import { functionAttributes } from "./function-attrs.js";
import { elaborateDataflow, elaborateOutput } from "./dataflow.js";
import { elaborateExpr } from "./expression.js";
import { elaborateIf } from "./branch.js";
import { infoOf } from "./infer.js";
import { leaf, literalPrim } from "./operand.js";
import { elaborateConstant } from "./constant.js";
import { elaborateNested } from "./nested.js";
import { at, emit, emitCast, emitNamed, fail, type FunctionState } from "./state.js";
import { introduce, useTypeVars } from "./symbols.js";
import { elaborateType } from "./types.js";
import { describe, isExpr, isPrim, type RValue } from "./value.js";
import { tuple as tupleNode } from "../../../ir/relax/expr.js";
import { anyOperand } from "./operand.js";

/** One statement; `return` and `R.output` are read by whoever owns the suite. */
export function elaborateStatement(state: FunctionState, stmt: A.Stmt): void {
  state.statement = stmt;
  switch (stmt.kind) {
    case "Pass":
    case "ErrorStmt":
    case "Import":
      return;
    case "ExprStmt":
      return expressionStatement(state, stmt);
    case "Assign":
      return assignment(state, stmt);
    case "AnnAssign":
      return annotated(state, stmt);
    case "With":
      return elaborateDataflow(state, stmt);
    case "If":
      return elaborateIf(state, stmt);
    case "FunctionDef":
      return elaborateNested(state, stmt);
    case "Return":
      return fail(state, relaxCodes.returnLast({ at: at(state, stmt) }));
    default:
      return fail(
        state,
        relaxCodes.statementNotAllowed({ at: at(state, stmt), construct: constructOf(stmt) }),
      );
  }
}

function constructOf(stmt: A.Stmt): string {
  switch (stmt.kind) {
    case "For":
      return "a `for` loop";
    case "While":
      return "a `while` loop";
    case "AugAssign":
      return `\`${stmt.op}=\``;
    case "Assert":
      return "`assert`";
    case "ClassDef":
      return "a class";
    case "UnsupportedStmt":
      return stmt.construct;
    default:
      return `\`${stmt.kind.toLowerCase()}\``;
  }
}

/** Calls that act instead of giving a value. */
function expressionStatement(state: FunctionState, stmt: A.ExprStmt): void {
  const { value: expr } = stmt;
  if (expr.kind === "Str" || expr.kind === "ErrorExpr") return;
  const member = expr.kind === "Call" ? memberOf(state.ctx, expr.func) : undefined;
  if (expr.kind === "Call" && member?.dialect === "R") {
    if (member.name === "func_attr") return functionAttributes(state, expr);
    if (member.name === "output") return elaborateOutput(state, expr);
  }
  const value = elaborateExpr(state, expr);
  switch (value.kind) {
    case "error":
      return;
    case "cast":
      emitCast(state, value.value, value.info, { name: "_", span: at(state, stmt), bound: true });
      return;
    default:
      break;
  }
  const acting =
    value.kind === "items" && value.items.length === 0 ? tupleNode([], at(state, stmt)) : value;
  const info = isExpr(acting) ? infoOf(state.ctx, acting) : undefined;
  if (!isExpr(acting) || info === undefined || (acting.kind !== "relax.Call" && !isVoid(info))) {
    fail(state, relaxCodes.noEffect({ at: at(state, stmt) }));
    return;
  }
  if (!isVoid(info) && info.kind !== "relax.ObjectInfo")
    fail(state, relaxCodes.unusedValue({ at: at(state, stmt) }));
  emit(state, acting, { name: "_", span: at(state, stmt), bound: true });
}

function assignment(state: FunctionState, stmt: A.Assign): void {
  if (stmt.targets.length !== 1) {
    fail(state, relaxCodes.chainedAssignment({ at: at(state, stmt) }));
    silenceTargets(state, stmt.targets);
    return;
  }
  bindTarget(state, stmt.targets[0]!, stmt.value, stmt);
}

/** `a = e`, `a, b = e1, e2`, `a, b = t`. */
function bindTarget(state: FunctionState, target: A.Expr, value: A.Expr, stmt: A.Stmt): void {
  if (target.kind === "Name") {
    if (
      isModuleAlias(state, target, value) ||
      declaresSymbol(state, target, value) ||
      isAlias(state, target, value)
    )
      return;
    return bindValue(state, target, elaborateExpr(state, value), value, stmt, undefined);
  }
  if (target.kind !== "Tuple" && target.kind !== "List") {
    fail(state, relaxCodes.badTarget({ at: at(state, target), what: "this" }));
    return;
  }
  const { items } = target;
  if (value.kind === "Tuple" || value.kind === "List") {
    if (items.length !== value.items.length)
      return unpackMismatch(state, target, items.length, value.items.length);
    return bindPairs(state, items, value.items, stmt);
  }
  unpack(state, target, items, value, stmt);
}

/** All values are read before any name is bound, as in `a, b = b, a`. */
function bindPairs(
  state: FunctionState,
  targets: readonly A.Expr[],
  values: readonly A.Expr[],
  stmt: A.Stmt,
): void {
  const read = values.map((value, i) => {
    const target = targets[i]!;
    if (target.kind !== "Name") return undefined;
    return declaresSymbol(state, target, value) || isAlias(state, target, value)
      ? null
      : elaborateExpr(state, value);
  });
  targets.forEach((target, i) => {
    const value = read[i];
    if (target.kind !== "Name") bindTarget(state, target, values[i]!, stmt);
    else if (value !== null && value !== undefined)
      bindValue(state, target, value, values[i]!, stmt, undefined);
  });
}

function unpack(
  state: FunctionState,
  target: A.Expr,
  items: readonly A.Expr[],
  node: A.Expr,
  stmt: A.Stmt,
): void {
  const value = elaborateExpr(state, node);
  if (value.kind === "error") {
    for (const item of items)
      if (item.kind === "Name") define(state.ctx, item.id, { kind: "error" });
    return;
  }
  if (!isExpr(value)) {
    fail(state, relaxCodes.notATuple({ at: at(state, node), what: describe(value) }));
    silenceTargets(state, items);
    return;
  }
  const whole = value.kind === "relax.Tuple" ? value : leaf(state, value, at(state, node));
  const info = infoOf(state.ctx, whole);
  if (info.kind !== "relax.TupleInfo") {
    fail(state, relaxCodes.notATuple({ at: at(state, node), what: "this value" }));
    silenceTargets(state, items);
    return;
  }
  if (info.fields.length !== items.length)
    return unpackMismatch(state, target, items.length, info.fields.length);
  items.forEach((item, i) => {
    if (item.kind !== "Name")
      fail(state, relaxCodes.badTarget({ at: at(state, item), what: "this" }));
    else bindValue(state, item, tupleGetItem(whole, i, at(state, item)), node, stmt, undefined);
  });
}

function unpackMismatch(state: FunctionState, target: A.Expr, count: number, values: number): void {
  fail(state, relaxCodes.unpackCount({ at: at(state, target), count, values }));
  silenceTargets(state, [target]);
}

/** `cls = Module`. */
function isModuleAlias(state: FunctionState, target: A.Name, value: A.Expr): boolean {
  if (value.kind !== "Name" || resolve(state.ctx, value.id)?.kind !== "module") return false;
  define(state.ctx, target.id, { kind: "module" });
  return true;
}

/** `x = T.meta_var(e)`, `x = I.meta_var(e)`: another name for a scalar. */
function isAlias(state: FunctionState, target: A.Name, value: A.Expr): boolean {
  if (value.kind !== "Call") return false;
  const member: Member | undefined = memberOf(state.ctx, value.func);
  if (member?.name !== "meta_var" || value.args.length !== 1) return false;
  const inner = elaborateExpr(state, value.args[0]!.value);
  if (isPrim(inner)) define(state.ctx, target.id, { kind: "alias", value: inner });
  else if (inner.kind === "literal")
    define(state.ctx, target.id, { kind: "constant", value: inner.value });
  else if (isExpr(inner))
    define(state.ctx, target.id, { kind: "relax", value: leaf(state, inner, at(state, value)) });
  else define(state.ctx, target.id, { kind: "error" });
  return true;
}

/** `n = T.int64()`: declares a symbol, or names again the one that the signature introduced. */
function declaresSymbol(state: FunctionState, target: A.Name, value: A.Expr): boolean {
  if (value.kind !== "Call") return false;
  const member = memberOf(state.ctx, value.func);
  if (member?.dialect !== "T") return false;
  const dtype =
    member.name === "var"
      ? varDType(value)
      : value.args.every(isSizeFlag)
        ? tryDType(member.name)
        : undefined;
  if (dtype === undefined) return false;
  const known = resolve(state.ctx, target.id);
  if (known?.kind === "scalar") {
    if (known.var.dtype !== dtype) {
      fail(
        state,
        relaxCodes.symbolDType({
          at: at(state, value),
          name: target.id,
          first: known.var.dtype.name,
          second: dtype.name,
        }),
      );
    }
    return true;
  }
  if (known?.kind === "relax") {
    fail(state, relaxCodes.symbolTaken({ at: at(state, target), name: target.id }));
    return true;
  }
  introduce(state.ctx, state.ctx.scope, target.id, dtype, target);
  return true;
}

const isSizeFlag = (a: A.Argument): boolean => a.name === "is_size_var";

function varDType(call: A.Call): ReturnType<typeof tryDType> {
  const first = call.args.find((a) => a.name === undefined || a.name === "dtype")?.value;
  if (call.args.length === 0) return tryDType("int32");
  return first?.kind === "Str" ? tryDType(first.value) : undefined;
}

function annotated(state: FunctionState, stmt: A.AnnAssign): void {
  const { target, value } = stmt;
  if (target.kind !== "Name") {
    fail(state, relaxCodes.badTarget({ at: at(state, target), what: "this" }));
    return;
  }
  if (value === undefined) {
    fail(
      state,
      relaxCodes.noEffect({
        at: at(state, stmt),
        hints: ["give it a value: `name: type = value`"],
      }),
    );
    return;
  }
  if (declaresSymbol(state, target, value)) return;
  // Symbols that the value introduces (`match_shape`) may stand in the annotation.
  const read = elaborateExpr(state, value);
  useTypeVars(state, stmt.annotation);
  const site = { strings: false, introduces: state.ctx.era === "2022" };
  const annotation = elaborateType(state, stmt.annotation, site);
  bindValue(
    state,
    target,
    annotation === undefined ? { kind: "error" } : read,
    value,
    stmt,
    annotation,
  );
}

/** Binds a value to a name. */
function bindValue(
  state: FunctionState,
  target: A.Name,
  value: RValue,
  node: A.Expr,
  stmt: A.Stmt,
  annotation: StructInfo | undefined,
): void {
  const e = { name: target.id, span: at(state, stmt), annotation, bound: true };
  if (value.kind === "error") {
    define(state.ctx, target.id, { kind: "error" });
    return;
  }
  if (value.kind === "cast") {
    if (
      annotation !== undefined &&
      state.ctx.era !== "2022" &&
      !structuralEqual(annotation, value.info, { mapFreeVars: false })
    ) {
      fail(state, relaxCodes.castAnnotation({ at: at(state, stmt) }));
    }
    const bound = emitCast(state, value.value, value.info, e);
    define(state.ctx, target.id, bound.entity);
    return;
  }
  const expr = boundValue(state, value, node, annotation);
  if (expr === undefined) define(state.ctx, target.id, { kind: "error" });
  else emitNamed(state, expr, e);
}

/** The value of a binding: numbers become constants, displays become tuples. */
function boundValue(
  state: FunctionState,
  value: RValue,
  node: A.Expr,
  annotation: StructInfo | undefined,
): Expr | undefined {
  const span = at(state, node);
  if (isExpr(value)) return value;
  if (isPrim(value)) return primValue(value, span);
  if (value.kind === "items") {
    const operand = anyOperand(state, { value, node }, { op: "tuple", name: "fields" });
    return operand?.kind === "relax.Tuple"
      ? operand
      : operand === undefined
        ? undefined
        : tupleNode([operand], span);
  }
  if (value.kind === "literal") {
    const v = value.value;
    if (v === null || typeof v === "string") {
      const instead = v === null ? "remove this line, or bind `R.tuple()`" : 'write `R.str("…")`';
      fail(
        state,
        relaxCodes.notAValue({ at: span, what: v === null ? "`None`" : "a string", instead }),
      );
      return undefined;
    }
    const prim = literalPrim(v, span);
    if (prim !== undefined && annotation?.kind === "relax.PrimInfo") {
      return primValue(
        prim.kind === "tir.IntImm" || prim.kind === "tir.FloatImm"
          ? retyped(prim, annotation)
          : prim,
        span,
      );
    }
    if (prim !== undefined) return elaborateConstant(state, node, undefined, node);
    if (Array.isArray(v))
      return anyOperand(state, { value, node }, { op: "tuple", name: "fields" });
  }
  if (value.kind === "relax.TupleInfo" && value.fields.length === 0) return tupleNode([], span);
  fail(
    state,
    relaxCodes.notAValue({
      at: span,
      what: describe(value),
      instead: "bind a tensor, tuple, shape or scalar",
    }),
  );
  return undefined;
}

function retyped<T extends { readonly dtype: { readonly name: string } }>(
  prim: T,
  annotation: StructInfo,
): T {
  return annotation.kind === "relax.PrimInfo" ? { ...prim, dtype: annotation.dtype } : prim;
}

/** Code of a name that is not visible; shared with branches. */
export const outOfScope = codes.outOfScope;
