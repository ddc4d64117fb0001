/** Symbolic dimensions of R functions: where they are introduced, and dimension expressions over them. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { dimsOf } from "../../../ir/relax/struct-info.js";
import { intImm, makeVar, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import { int64, isInteger, tryDType, type DType } from "../../../support/dtype.js";
import { didYouMean } from "../../../support/suggest.js";
import { memberOf, resolve, spanOf, type ElabContext } from "../../context.js";
import { relaxCodes } from "../../relax-codes.js";
import { visibleNames, type Scope } from "../../scope.js";
import { isInt } from "../../../support/int.js";
import { isIdentifier } from "../../../support/identifier.js";
import { constantValue } from "../constant.js";
import { elaborateDimension, parseStringExpr } from "../dimension.js";
import { elaboratePrimExpr } from "../tir/reader.js";
import { plainLiteral } from "../literal.js";
import { at, fail, type FunctionState } from "./state.js";

const SHAPED = new Set(["Tensor", "Shape", "DTensor", "dist.DTensor", "dist.Tensor"]);

/** Gives `name` a fresh symbol in the scope of the function. */
export function introduce(
  ctx: ElabContext,
  scope: Scope,
  name: string,
  dtype: DType,
  node: A.AstBase,
): Var {
  const made = makeVar(name, dtype, { source: ctx.source, start: node.start, end: node.end });
  scope.names.set(name, { kind: "scalar", var: made });
  return made;
}

/** Last part of a type constructor's name: `Tensor` of `R.Tensor`, `relax.Tensor` and bare `Tensor`. */
export function constructorName(ctx: ElabContext, expr: A.Expr): string | undefined {
  if (expr.kind === "Name") return resolve(ctx, expr.id) === undefined ? expr.id : undefined;
  const member = memberOf(ctx, expr);
  return member?.dialect === "R" || member?.dialect === "I" ? member.name : undefined;
}

/** dtype of an annotation for a scalar: `T.int64`, `R.Prim("int64")`. */
export function scalarAnnotation(ctx: ElabContext, expr: A.Expr): DType | undefined {
  const member = memberOf(ctx, expr);
  if (member?.dialect === "T") return tryDType(member.name);
  if (expr.kind !== "Call" || constructorName(ctx, expr.func) !== "Prim" || expr.args.length !== 1)
    return undefined;
  const only = expr.args[0]!;
  if (only.name !== undefined && only.name !== "dtype") return undefined;
  return only.value.kind === "Str" ? tryDType(only.value.value) : undefined;
}

/**
 * Introduces the symbols that an annotation names as plain dimensions: strings that are identifiers, and bare names
 * that stand for nothing yet. `strings` is false for return types, where a string must name a known symbol.
 */
export function introduceFrom(
  ctx: ElabContext,
  scope: Scope,
  expr: A.Expr,
  strings: boolean,
  declared?: ReadonlyMap<string, DType>,
): void {
  switch (expr.kind) {
    case "Call": {
      const name = constructorName(ctx, expr.func);
      if (name === "Prim") {
        for (const a of expr.args)
          if (a.name === "value") introduceDim(ctx, scope, a.value, strings, declared);
        return;
      }
      const shaped = name !== undefined && SHAPED.has(name);
      const hasDType = expr.args.length > 1;
      expr.args.forEach((a, i) => {
        const isShape =
          a.name === "shape" || a.name === "values" || (a.name === undefined && i === 0);
        if (shaped && isShape && a.value.kind === "Str" && hasDType)
          introduceDim(ctx, scope, a.value, strings);
        else if (shaped && isShape) introduceDims(ctx, scope, a.value, strings);
        // A function type introduces the symbols of its own parameters.
        else if (!shaped) introduceFrom(ctx, scope, a.value, strings || name === "Callable");
      });
      return;
    }
    case "Subscript": {
      const name = constructorName(ctx, expr.value);
      if (name !== undefined && SHAPED.has(name)) {
        const first = expr.items[0];
        if (first !== undefined) introduceDims(ctx, scope, first, strings);
      } else for (const item of expr.items) introduceFrom(ctx, scope, item, strings);
      return;
    }
    case "Tuple":
    case "List":
      for (const item of expr.items) introduceFrom(ctx, scope, item, strings);
      return;
    default:
      return;
  }
}

function introduceDims(ctx: ElabContext, scope: Scope, expr: A.Expr, strings: boolean): void {
  if (expr.kind !== "Tuple" && expr.kind !== "List") return;
  for (const item of expr.items) introduceDim(ctx, scope, item, strings);
}

function introduceDim(
  ctx: ElabContext,
  scope: Scope,
  item: A.Expr,
  strings: boolean,
  declared?: ReadonlyMap<string, DType>,
): void {
  if (item.kind === "Str" && strings && isIdentifier(item.value)) {
    if (scope.names.get(item.value)?.kind === "scalar") return;
    introduce(ctx, scope, item.value, declared?.get(item.value) ?? int64, item);
  } else if (item.kind === "Name" && item.id !== "_") {
    const entity = resolve(ctx, item.id);
    if (entity === undefined || entity.kind === "typevar")
      introduce(ctx, scope, item.id, int64, item);
  }
}

/** Gives each file-level `TypeVar` that an expression uses its symbol in this function. */
export function useTypeVars(state: FunctionState, expr: A.Expr): void {
  switch (expr.kind) {
    case "Name":
      if (resolve(state.ctx, expr.id)?.kind === "typevar")
        introduce(state.ctx, state.top, expr.id, int64, expr);
      return;
    case "Binary":
    case "BoolOp":
      useTypeVars(state, expr.left);
      useTypeVars(state, expr.right);
      return;
    case "Unary":
      return useTypeVars(state, expr.operand);
    case "Compare":
      for (const o of expr.operands) useTypeVars(state, o);
      return;
    case "Call":
      for (const a of expr.args) useTypeVars(state, a.value);
      return;
    case "Conditional":
      for (const e of [expr.cond, expr.then, expr.otherwise]) useTypeVars(state, e);
      return;
    default:
      return;
  }
}

/** Whether an expression is made of numbers, symbols and T calls only, so that it is scalar arithmetic. */
export function isScalarText(ctx: ElabContext, expr: A.Expr): boolean {
  switch (expr.kind) {
    case "Num":
      return true;
    case "Constant":
      return expr.value === "True" || expr.value === "False";
    case "Name": {
      const entity = resolve(ctx, expr.id);
      if (entity === undefined) return false;
      if (entity.kind === "alias") return entity.value.kind.startsWith("tir.");
      if (entity.kind === "constant")
        return typeof entity.value === "number" || typeof entity.value === "bigint";
      return entity.kind === "scalar" || entity.kind === "typevar";
    }
    case "Unary":
      return isScalarText(ctx, expr.operand);
    case "Binary":
    case "BoolOp":
      return isScalarText(ctx, expr.left) && isScalarText(ctx, expr.right);
    case "Compare":
      return expr.operands.every((o) => isScalarText(ctx, o));
    case "Conditional":
      return [expr.cond, expr.then, expr.otherwise].every((e) => isScalarText(ctx, e));
    case "Call":
      return memberOf(ctx, expr.func)?.dialect === "T";
    default:
      return false;
  }
}

/** A scalar expression; bare integers are int64. Undefined when it cannot be read (reported). */
export function elaborateScalar(state: FunctionState, expr: A.Expr): PrimExpr | undefined {
  const { ctx } = state;
  const known = foldedInteger(state, expr);
  if (known !== undefined) return known;
  useTypeVars(state, expr);
  const saved = ctx.literalInt;
  ctx.literalInt = int64;
  const value = elaboratePrimExpr(ctx, expr);
  ctx.literalInt = saved;
  return value;
}

/** Arithmetic on numbers alone is done while the text is read, as in Python. */
function foldedInteger(state: FunctionState, expr: A.Expr): PrimExpr | undefined {
  if (expr.kind !== "Binary" && expr.kind !== "Unary") return undefined;
  const value = constantValue(state.ctx, expr);
  return isInt(value) ? intImm(value, int64, spanOf(state.ctx, expr)) : undefined;
}

/** As {@link elaborateScalar}; a lone integer constant of another width becomes int64. */
function elaborateLength(state: FunctionState, expr: A.Expr): PrimExpr | undefined {
  const known = foldedInteger(state, expr);
  if (known !== undefined) return known;
  useTypeVars(state, expr);
  return elaborateDimension(state.ctx, expr, int64);
}

/** Where a dimension stands decides which unknown names it may introduce. */
export interface DimensionSite {
  /** Strings are read as expressions. */
  readonly strings: boolean;
  /** A bare name that stands for nothing introduces a symbol. */
  readonly introduces: boolean;
  /** Not only integers. */
  readonly anyDType?: boolean;
}

/** Where types stand in a function's body. */
export const bodySite: DimensionSite = { strings: false, introduces: false };

/** One dimension of a shape: an integer expression. Undefined when it is none (reported). */
export function elaborateDim(
  state: FunctionState,
  expr: A.Expr,
  site: DimensionSite,
): PrimExpr | undefined {
  const { ctx } = state;
  if (expr.kind === "Str") {
    if (!site.strings) return void fail(state, relaxCodes.stringDimension({ at: at(state, expr) }));
    const inner = parseStringExpr(ctx, expr.value, expr);
    if (inner === undefined || !checkNames(state, inner, expr)) return undefined;
    const saved = ctx.spanOverride;
    ctx.spanOverride = at(state, expr);
    const value = (site.anyDType === true ? elaborateScalar : elaborateLength)(state, inner);
    ctx.spanOverride = saved;
    return value === undefined || site.anyDType === true ? value : integer(state, value, expr);
  }
  if (expr.kind === "Name" && site.introduces && resolve(ctx, expr.id) === undefined) {
    return introduce(ctx, state.top, expr.id, int64, expr);
  }
  if (!checkNames(state, expr, expr)) return undefined;
  const known = dimOfValue(state, expr);
  if (known !== undefined) return known;
  if (site.anyDType === true) return elaborateScalar(state, expr);
  const value = elaborateLength(state, expr);
  return value === undefined ? undefined : integer(state, value, expr);
}

/** `x.ty.shape[i]`: a length of a value whose type is known here. */
export function dimOfValue(state: FunctionState, expr: A.Expr): PrimExpr | undefined {
  if (expr.kind !== "Subscript" || expr.value.kind !== "Attribute" || expr.value.name !== "shape")
    return undefined;
  const inner = expr.value.value;
  const index = plainLiteral(state.ctx, expr.items[0]!);
  const root =
    inner.kind === "Attribute" && inner.value.kind === "Name"
      ? resolve(state.ctx, inner.value.id)
      : undefined;
  if (root?.kind !== "relax" || root.value.kind !== "relax.Var" || typeof index !== "number")
    return undefined;
  const dims = dimsOf(root.value.sinfo);
  return dims?.[index < 0 ? index + dims.length : index];
}

function integer(state: FunctionState, value: PrimExpr, expr: A.Expr): PrimExpr | undefined {
  if (isInteger(value.dtype) || value.dtype.code === "bool") return value;
  return void fail(
    state,
    relaxCodes.dimensionDType({ at: at(state, expr), dtype: value.dtype.name }),
  );
}

/** Reports the first name of a dimension that stands for nothing. */
function checkNames(state: FunctionState, expr: A.Expr, place: A.Expr): boolean {
  switch (expr.kind) {
    case "Name": {
      const entity = resolve(state.ctx, expr.id);
      if (entity !== undefined) return entity.kind !== "error";
      const near = didYouMean(expr.id, visibleNames(state.ctx.scope));
      fail(
        state,
        relaxCodes.undefinedSymbol({
          at: at(state, place.kind === "Str" ? place : expr),
          name: expr.id,
          hints: near === undefined ? [] : [near],
        }),
      );
      return false;
    }
    case "Binary":
    case "BoolOp":
      return checkNames(state, expr.left, place) && checkNames(state, expr.right, place);
    case "Unary":
      return checkNames(state, expr.operand, place);
    case "Compare":
      return expr.operands.every((o) => checkNames(state, o, place));
    case "Call":
      return expr.args.every((a) => checkNames(state, a.value, place));
    default:
      return true;
  }
}
