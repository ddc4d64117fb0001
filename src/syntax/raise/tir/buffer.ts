/** Buffer constructors as text. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { raiseAttrValue } from "../attributes.js";
import { callExpr, intExpr, listExpr, nameExpr, path, strExpr, tupleExpr } from "../build.js";
import type { RaiseContext } from "../context.js";
import { raisePrimExpr, varName } from "./expression.js";

type Keywords = (readonly [string, A.Expr])[];

/** Gives a buffer its name, and its pointer and automatic offset the names that follow from it. */
export function nameBuffer(ctx: RaiseContext, buffer: Buffer): A.Name {
  const name = ctx.names.give(buffer, buffer.name);
  aliasParts(ctx, buffer, name);
  return nameExpr(name);
}

/** `A.data`, `A.elem_offset`, `A.strides[i]` are read off the buffer unless they have names of their own. */
export function aliasParts(ctx: RaiseContext, buffer: Buffer, name: string): void {
  if (ctx.names.get(buffer.data) === undefined) ctx.names.alias(buffer.data, `${name}.data`);
  const offset = buffer.elemOffset;
  if (
    buffer.offsetFactor !== 0 &&
    offset?.kind === "tir.Var" &&
    ctx.names.get(offset) === undefined
  ) {
    ctx.names.alias(offset, `${name}.elem_offset`);
  }
}

export interface BufferText {
  /** Print `data=`. */
  readonly data?: boolean;
  /** Scope that the constructor gives by itself. */
  readonly scope?: string;
  /** Operands before the shape. */
  readonly first?: readonly A.Expr[];
  /** Dimensions as text, where they are not plain expressions. */
  readonly dimension?: (dim: PrimExpr) => A.Expr;
  readonly more?: Keywords;
}

/** `T.Buffer((m, n), "float32", scope="shared")` and its kin; other properties only when not default. */
export function bufferCall(
  ctx: RaiseContext,
  callee: string,
  buffer: Buffer,
  text: BufferText = {},
): A.Call {
  const dimension = text.dimension ?? ((d: PrimExpr) => raisePrimExpr(ctx, d));
  const keywords: Keywords = [];
  if (text.data) keywords.push(["data", varName(ctx, buffer.data)]);
  if (buffer.strides.length > 0)
    keywords.push(["strides", tupleExpr(buffer.strides.map(dimension))]);
  // An offset factor alone would make an offset.
  if (buffer.elemOffset === undefined && buffer.offsetFactor !== 0)
    keywords.push(["elem_offset", intExpr(0)]);
  if (buffer.elemOffset !== undefined && !isAutomatic(ctx, buffer))
    keywords.push(["elem_offset", dimension(buffer.elemOffset)]);
  if (
    buffer.scope !== (text.scope ?? "global") ||
    (text.data && buffer.scope !== (buffer.data.pointer?.scope ?? "global"))
  ) {
    keywords.push(["scope", strExpr(buffer.scope)]);
  }
  if (buffer.align !== 0) keywords.push(["align", intExpr(buffer.align)]);
  if (buffer.offsetFactor !== 0) keywords.push(["offset_factor", intExpr(buffer.offsetFactor)]);
  if (buffer.axisSeparators.length > 0)
    keywords.push(["axis_separators", listExpr(buffer.axisSeparators.map(intExpr))]);
  if (buffer.layout instanceof Map && buffer.layout.has("buffer_type")) {
    keywords.push(["buffer_type", raiseAttrValue(ctx, buffer.layout.get("buffer_type") as string)]);
  } else if (buffer.layout !== undefined)
    keywords.push(["layout", raiseAttrValue(ctx, buffer.layout)]);
  const shape = tupleExpr(buffer.shape.map(dimension));
  return callExpr(
    path(ctx.T, callee),
    [...(text.first ?? []), shape, strExpr(buffer.dtype.name)],
    [...keywords, ...(text.more ?? [])],
  );
}

/** Whether the offset is the one that `offset_factor` alone makes. */
function isAutomatic(ctx: RaiseContext, buffer: Buffer): boolean {
  const offset = buffer.elemOffset;
  if (buffer.offsetFactor === 0 || offset?.kind !== "tir.Var") return false;
  const name = ctx.names.get(offset);
  return name === undefined || name === `${ctx.names.get(buffer)}.elem_offset`;
}
