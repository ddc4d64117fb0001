/** Assignments: definitions of buffers, symbols and locals; stores; aliases. */
import type { AnnAssign, Assign, AugAssign, Expr, Name } from "../../../../grammar/ast/nodes.js";
import { makeBuffer, type Buffer } from "../../../ir/tir/buffer.js";
import {
  call as makeCall,
  intImm,
  load,
  makeVar,
  pointerVar,
  type Call as TirCall,
  type PrimExpr,
} from "../../../ir/tir/expr.js";
import { alloc, bind, decl, store } from "../../../ir/tir/stmt.js";
import { handle, int32, tryDType, type DType } from "../../../support/dtype.js";
import type { Span } from "../../../support/source.js";
import { codes } from "../../codes.js";
import { define, memberOf, report, resolve, spanOf, type ElabContext } from "../../context.js";
import { lookup } from "../../scope.js";
import type { Value } from "../../value.js";
import { aliasEntity } from "./macro.js";
import { isOpaque } from "./opaque.js";
import { definingCalls } from "./defining-call.js";
import { applyBinary } from "./expression.js";
import { elaborateValue } from "./reader.js";
import { describe, isOneElement, isPrim, regionLoad, toPrim } from "./operand.js";
import { castTo } from "./operators.js";
import { augmentStore, elaborateStore, storedValue } from "./store.js";
import type { StatementList } from "./statement-list.js";
import { symbolDeclaration } from "./symbol.js";
import { localType } from "./type-annotation.js";
import { elaborateShape } from "./buffer-args.js";

export function elaborateAssign(ctx: ElabContext, stmt: Assign, list: StatementList): void {
  if (stmt.targets.length !== 1) {
    report(ctx, codes.notPartOfLanguage({ at: spanOf(ctx, stmt), construct: "`a = b = …`" }));
    return;
  }
  assignTo(ctx, stmt.targets[0]!, stmt.value, list);
}

function assignTo(ctx: ElabContext, target: Expr, value: Expr, list: StatementList): void {
  switch (target.kind) {
    case "Name":
      return assignName(ctx, target, value, list);
    case "Subscript":
      return elaborateStore(ctx, target, value, list);
    case "Tuple":
    case "List":
      return assignTuple(ctx, target.items, value, target, list);
    default:
      report(ctx, codes.badTarget({ at: spanOf(ctx, target), what: "this" }));
  }
}

/** `a, b = …` element by element; a starred target takes what the others leave. */
function assignTuple(
  ctx: ElabContext,
  targets: readonly Expr[],
  value: Expr,
  at: Expr,
  list: StatementList,
): void {
  if (value.kind === "Tuple" || value.kind === "List") {
    if (value.items.length === targets.length && !targets.some((t) => t.kind === "Starred")) {
      targets.forEach((t, i) => assignTo(ctx, t, value.items[i]!, list));
      return;
    }
  }
  if (value.kind === "Call") {
    const member = memberOf(ctx, value.func);
    const handler = member?.dialect === "T" ? definingCalls.get(member.name) : undefined;
    if (handler !== undefined) {
      const made = handler(ctx, value, list, hintsOf(targets), member!.name);
      if (made !== undefined) spread(ctx, targets, made, at, list);
      return;
    }
  }
  const source = elaborateValue(ctx, value);
  if (source.kind !== "error") spread(ctx, targets, source, at, list);
  else for (const t of targets) if (t.kind === "Name") define(ctx, t.id, { kind: "error" });
}

const hintsOf = (targets: readonly Expr[]): string[] =>
  targets.map((t) =>
    t.kind === "Name"
      ? t.id
      : t.kind === "Starred" && t.value.kind === "Name"
        ? `*${t.value.id}`
        : "v",
  );

function spread(
  ctx: ElabContext,
  targets: readonly Expr[],
  source: Value,
  at: Expr,
  list: StatementList,
): void {
  if (source.kind === "tir.Call" && isOpaque(source.op))
    return spreadOpaque(ctx, targets, source, list);
  const items = source.kind === "items" ? source.items : [source];
  const star = targets.findIndex((t) => t.kind === "Starred");
  const extra = items.length - targets.length;
  if (star < 0 ? extra !== 0 : extra < -1) {
    report(
      ctx,
      codes.targetCount({ at: spanOf(ctx, at), count: targets.length, values: items.length }),
    );
    for (const t of targets) if (t.kind === "Name") define(ctx, t.id, { kind: "error" });
    return;
  }
  let next = 0;
  for (const target of targets) {
    if (target.kind === "Starred") {
      const taken = items.slice(next, next + extra + 1);
      next += extra + 1;
      if (target.value.kind === "Name")
        define(ctx, target.value.id, aliasEntity({ kind: "items", items: taken, isList: true }));
    } else if (target.kind === "Name") bindValue(ctx, target, items[next++]!, list, true);
    else report(ctx, codes.badTarget({ at: spanOf(ctx, target), what: "this" }));
  }
}

/** Results of an accelerator call that gives several: each is an item of it. */
function spreadOpaque(
  ctx: ElabContext,
  targets: readonly Expr[],
  source: TirCall,
  list: StatementList,
): void {
  targets.forEach((target, i) => {
    if (target.kind !== "Name") {
      report(ctx, codes.badTarget({ at: spanOf(ctx, target), what: "this" }));
      return;
    }
    const item = makeCall(".item", [source, intImm(i, int32)], source.dtype, source.span);
    const v = makeVar(target.id, source.dtype, spanOf(ctx, target));
    define(ctx, target.id, { kind: "scalar", var: v });
    list.push(bind(v, item, spanOf(ctx, target)));
  });
}

function assignName(ctx: ElabContext, target: Name, value: Expr, list: StatementList): void {
  if (value.kind === "Call") {
    const symbol = symbolDeclaration(ctx, target.id, value);
    if (symbol) return;
    const member = memberOf(ctx, value.func);
    const handler = member?.dialect === "T" ? definingCalls.get(member.name) : undefined;
    if (handler !== undefined) {
      const made = handler(ctx, value, list, [target.id], member!.name);
      define(ctx, target.id, made === undefined ? { kind: "error" } : aliasEntity(made));
      return;
    }
    if (member !== undefined && member.name === "meta_var") {
      const made = elaborateValue(ctx, value);
      define(ctx, target.id, aliasEntity(made));
      return;
    }
  }
  bindValue(ctx, target, elaborateValue(ctx, value), list, false);
}

/**
 * `x = e`: buffers, regions, tuples and objects are other names for what they are; a pointer is an immutable local; a
 * scalar is stored where `x` is a mutable scalar already, and else makes one (2026) or an immutable local (before).
 */
function bindValue(
  ctx: ElabContext,
  target: Name,
  value: Value,
  list: StatementList,
  fromTuple: boolean,
): void {
  const known = resolve(ctx, target.id);
  const assigns =
    known?.kind === "buffer" &&
    (known.buffer.scalar || (isOneElement(known.buffer) && isPrim(value)));
  if (assigns) {
    const e = toPrim(ctx, value, target);
    if (e !== undefined) storeScalar(ctx, known.buffer, e, target, list);
    return;
  }
  // Variables of blocks and loops that a tuple is spread over keep their identity.
  if (value.kind === "tir.Var" && fromTuple) {
    define(ctx, target.id, { kind: "scalar", var: value });
    return;
  }
  if (value.kind === "error") {
    define(ctx, target.id, { kind: "error" });
    return;
  }
  if (
    value.kind === "tir.Call" &&
    value.op.startsWith(".") &&
    value.args[0]?.kind === "tir.Buffer"
  ) {
    const buffer = viewOf(value, value.args[0], target.id, spanOf(ctx, target));
    define(ctx, target.id, { kind: "buffer", buffer });
    list.push(decl(buffer, spanOf(ctx, target)));
    return;
  }
  const isVectorRegion = value.kind === "tir.BufferRegion";
  if (
    (!isPrim(value) && value.kind !== "tir.IterVar") ||
    value.kind === "tir.StringImm" ||
    isVectorRegion
  ) {
    define(ctx, target.id, aliasEntity(value));
    return;
  }
  const e = toPrim(ctx, value, target);
  if (e === undefined) return;
  const isScopeId = e.kind === "tir.Call" && isOpaque(e.op) && !e.op.includes(".");
  if (isScopeId || e.dtype === handle || e.dtype.code === "handle" || ctx.era !== "2026")
    bindLocal(ctx, target, e, e.dtype, list);
  else makeScalar(ctx, target, e.dtype, e, list);
}

/** A view of the accelerator dialect (`B = A.view("float16")`): its layout is the call that made it. */
function viewOf(call: TirCall, base: Buffer, name: string, span: Span): Buffer {
  const first = call.args[1];
  const dtype =
    first?.kind === "tir.StringImm"
      ? tryDType(first.value)
      : first?.kind === "tir.DTypeImm"
        ? first.value
        : undefined;
  return makeBuffer({
    name,
    dtype: dtype ?? base.dtype,
    shape: base.shape,
    data: base.data,
    scope: base.scope,
    layout: call,
    span,
  });
}

/** Immutable local. */
export function bindLocal(
  ctx: ElabContext,
  target: Name,
  value: PrimExpr,
  dtype: DType,
  list: StatementList,
): void {
  if (!claim(ctx, target)) return;
  const pointer = value.kind === "tir.Var" ? value.pointer : undefined;
  const at = spanOf(ctx, target);
  const v =
    pointer === undefined
      ? makeVar(target.id, dtype, at)
      : pointerVar(target.id, pointer.element, pointer.scope, at);
  define(ctx, target.id, { kind: "scalar", var: v });
  list.push(bind(v, typedAs(value, dtype), at));
}

/** A value in another type; what an accelerator's call gives is only known by the annotation. */
function typedAs(value: PrimExpr, dtype: DType): PrimExpr {
  if (value.kind === "tir.Call" && value.dtype === handle && isOpaque(value.op))
    return { ...value, dtype };
  return castTo(value, dtype);
}

/** A name may be defined once in a scope (mutable scalars aside). */
function claim(ctx: ElabContext, target: Name): boolean {
  const here = ctx.scope.names.get(target.id);
  if (here === undefined || ctx.era !== "2026") return true;
  if (here.kind === "scalar" || (here.kind === "buffer" && !here.buffer.scalar)) {
    report(ctx, codes.alreadyDefined({ at: spanOf(ctx, target), name: target.id }));
    return false;
  }
  return true;
}

/** Mutable scalar, with its first value. */
function makeScalar(
  ctx: ElabContext,
  target: Name,
  dtype: DType,
  value: PrimExpr | undefined,
  list: StatementList,
): void {
  if (!claim(ctx, target)) return;
  const at = spanOf(ctx, target);
  const buffer = makeBuffer({
    name: target.id,
    dtype,
    shape: [intImm(1, int32, at)],
    scope: "local",
    scalar: true,
    span: at,
  });
  define(ctx, target.id, { kind: "buffer", buffer });
  list.push(alloc(buffer, undefined, at));
  if (value !== undefined) storeScalar(ctx, buffer, value, target, list);
}

function storeScalar(
  ctx: ElabContext,
  buffer: Buffer,
  value: PrimExpr,
  at: Expr,
  list: StatementList,
): void {
  const indices = [intImm(0, int32, spanOf(ctx, at))];
  list.push(store(buffer, indices, storedValue(value, buffer, indices), spanOf(ctx, at)));
}

/** `x op= e` */
export function elaborateAugmented(ctx: ElabContext, stmt: AugAssign, list: StatementList): void {
  const { target } = stmt;
  if (target.kind === "Subscript") return augmentStore(ctx, stmt, target, list);
  if (target.kind !== "Name") {
    report(ctx, codes.badTarget({ at: spanOf(ctx, target), what: "this" }));
    return;
  }
  const known = resolve(ctx, target.id);
  if (known?.kind !== "buffer" || !known.buffer.scalar) {
    const value = elaborateValue(ctx, target);
    if (value.kind === "error") return;
    const type = isPrim(value) ? `T.${value.dtype.name}` : describe(value);
    report(ctx, codes.mutableAlias({ at: spanOf(ctx, target), name: target.id, type }));
    return;
  }
  const value = toPrim(ctx, elaborateValue(ctx, stmt.value), stmt.value);
  if (value === undefined) return;
  const old = load(known.buffer, [intImm(0, int32)], spanOf(ctx, target));
  const result = toPrim(ctx, applyBinary(ctx, stmt.op, old, value, target), target);
  if (result !== undefined) storeScalar(ctx, known.buffer, result, target, list);
}

/** `x: T.int32 = e`, `x: T.let[T.int32] = e`, `x: T.let = e`, `x: T.float32`, `x: T.f32[4]` */
export function elaborateAnnotated(ctx: ElabContext, stmt: AnnAssign, list: StatementList): void {
  const { target } = stmt;
  if (target.kind !== "Name") {
    report(ctx, codes.badTarget({ at: spanOf(ctx, target), what: "this" }));
    return;
  }
  const type = localType(ctx, stmt.annotation);
  if (type === undefined) {
    if (stmt.value !== undefined) elaborateValue(ctx, stmt.value);
    define(ctx, target.id, { kind: "error" });
    return;
  }
  if (type.shape !== undefined)
    return localVector(ctx, target, type.dtype!, type.shape, stmt, list);
  if (stmt.value === undefined) {
    if (type.dtype !== undefined && !type.isLet)
      return makeScalar(ctx, target, type.dtype, undefined, list);
    report(
      ctx,
      codes.intrinsicMeta({ at: spanOf(ctx, stmt), callee: `\`${target.id}\``, what: "a value" }),
    );
    return;
  }
  if (stmt.value.kind === "Call" && symbolDeclaration(ctx, target.id, stmt.value)) return;
  const made = elaborateValue(ctx, stmt.value);
  const value =
    made.kind === "tir.BufferRegion"
      ? regionLoad(ctx, made, stmt.value)
      : toPrim(ctx, made, stmt.value);
  if (value === undefined) {
    define(ctx, target.id, { kind: "error" });
    return;
  }
  const dtype = type.dtype ?? value.dtype;
  const known = lookup(ctx.scope, target.id);
  if (
    !type.isLet &&
    known?.kind === "buffer" &&
    known.buffer.scalar &&
    ctx.scope.names.has(target.id)
  ) {
    return storeScalar(ctx, known.buffer, value, target, list);
  }
  if (type.isLet || dtype.code === "handle" || ctx.era !== "2026")
    return bindTyped(ctx, target, value, type, list);
  makeScalar(ctx, target, dtype, value, list);
}

function bindTyped(
  ctx: ElabContext,
  target: Name,
  value: PrimExpr,
  type: NonNullable<ReturnType<typeof localType>>,
  list: StatementList,
): void {
  if (type.pointer === undefined)
    return bindLocal(ctx, target, value, type.dtype ?? value.dtype, list);
  if (!claim(ctx, target)) return;
  const at = spanOf(ctx, target);
  const v = pointerVar(target.id, type.pointer.element, type.pointer.scope, at);
  define(ctx, target.id, { kind: "scalar", var: v });
  list.push(bind(v, value, at));
}

/** `x: T.f32[4]`: a local array. */
function localVector(
  ctx: ElabContext,
  target: Name,
  dtype: DType,
  shapeAt: Expr,
  stmt: AnnAssign,
  list: StatementList,
): void {
  const shape = elaborateShape(ctx, shapeAt);
  if (shape === undefined || !claim(ctx, target)) return;
  const buffer = makeBuffer({
    name: target.id,
    dtype,
    shape,
    scope: "local",
    span: spanOf(ctx, target),
  });
  define(ctx, target.id, { kind: "buffer", buffer });
  list.push(alloc(buffer, undefined, spanOf(ctx, target)));
  if (stmt.value !== undefined)
    report(ctx, codes.badTarget({ at: spanOf(ctx, stmt.value), what: "an array declared so" }));
}
