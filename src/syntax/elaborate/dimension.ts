/** Integer expressions in shapes, the same in both dialects; and those written inside strings. */
import type { Expr } from "../../../grammar/ast/nodes.js";
import { parseText } from "../../../grammar/index.js";
import { intImm, type PrimExpr } from "../../ir/tir/expr.js";
import { int64, type DType } from "../../support/dtype.js";
import { codes } from "../codes.js";
import { report, spanOf, type ElabContext } from "../context.js";
import { convertConstant } from "./tir/operators.js";
import { elaboratePrimExpr } from "./tir/reader.js";

/**
 * One dimension. Bare literals become `dtype` (int64 in R); names resolve by scope. A string is read as an expression
 * when `strings` allows it; a string that is a lone identifier is the caller's business (it may introduce a symbol).
 * Undefined when it cannot be read (reported).
 */
export function elaborateDimension(
  ctx: ElabContext,
  expr: Expr,
  dtype: DType = int64,
): PrimExpr | undefined {
  if (expr.kind === "Str") return elaborateStringExpr(ctx, expr.value, expr, dtype);
  const saved = ctx.literalInt;
  ctx.literalInt = dtype;
  const value = elaboratePrimExpr(ctx, expr);
  ctx.literalInt = saved;
  if (value === undefined) return undefined;
  if (value.kind === "tir.IntImm" && value.dtype !== dtype && value.dtype.code !== "bool") {
    return dtype === int64 ? intImm(value.value, dtype, value.span) : value;
  }
  return convertConstant(value, value.dtype);
}

/** Text inside a string as an expression; every span is that of the string. */
export function elaborateStringExpr(
  ctx: ElabContext,
  text: string,
  at: Expr,
  dtype: DType = int64,
): PrimExpr | undefined {
  const inner = parseStringExpr(ctx, text, at);
  if (inner === undefined) return undefined;
  const saved = ctx.spanOverride;
  ctx.spanOverride = spanOf(ctx, at);
  const value = inner.kind === "Str" ? undefined : elaborateDimension(ctx, inner, dtype);
  ctx.spanOverride = saved;
  if (inner.kind === "Str") report(ctx, codes.notAnExpression({ at: spanOf(ctx, at), text }));
  return value;
}

/** The syntax tree of an expression inside a string; undefined (reported) when it is none. */
export function parseStringExpr(ctx: ElabContext, text: string, at: Expr): Expr | undefined {
  let failed = false;
  const file = parseText({ name: ctx.source.name, text }, { report: () => (failed = true) });
  const only = file.body[0];
  if (!failed && file.body.length === 1 && only?.kind === "ExprStmt") return only.value;
  report(ctx, codes.notAnExpression({ at: spanOf(ctx, at), text }));
  return undefined;
}
