/** Members of values: `A.data`, `A.shape`, `x.dtype`, `Module.f`. */
import type { Attribute } from "../../../../grammar/ast/nodes.js";
import { globalVar } from "../../../ir/module.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { call as makeCall, intImm, stringImm } from "../../../ir/tir/expr.js";
import { handle, int32 } from "../../../support/dtype.js";
import { didYouMean } from "../../../support/suggest.js";
import { codes } from "../../codes.js";
import { report, spanOf, type ElabContext } from "../../context.js";
import type { Value } from "../../value.js";
import { errorValue } from "./reader.js";
import { describe, isPrim } from "./operand.js";

const BUFFER_METHODS = new Set([
  "access_ptr",
  "vload",
  "vstore",
  "scope",
  "get_flattened_buffer",
  "offset_of",
  "ptr_to",
  "view",
  "local",
  "permute",
  "with_dtype",
  "with_allocated_addr",
  "sub_region",
  "rearrange",
  "sub",
  "tile",
  "elem_offset_of",
  "partition",
  "reshape",
  "slice",
]);
const EXPR_METHODS = new Set(["astype", "equal"]);

export function elaborateProperty(ctx: ElabContext, object: Value, expr: Attribute): Value {
  const at = spanOf(ctx, expr);
  const { name } = expr;
  if (object.kind === "error") return object;
  if (object.kind === "module") return moduleMember(ctx, expr);
  if (object.kind === "tir.Buffer") return bufferProperty(ctx, object, expr);
  if (object.kind === "tir.BufferRegion") {
    if (name === "buffer") return object.buffer;
    if (name === "astype") return { kind: "method", object, name, span: at };
  }
  if (object.kind === "tir.IterVar") {
    if (name === "var") return object.var;
    if (name === "dom" && object.dom !== undefined) return object.dom;
  }
  if (object.kind === "ir.Range" && name === "min") return object.min;
  if (object.kind === "ir.Range" && name === "extent") return object.extent;
  if (isPrim(object)) {
    if (name === "dtype") return { kind: "type", dtype: object.dtype, span: at };
    if (name === "ty" && object.kind === "tir.Var")
      return { kind: "type", dtype: object.dtype, pointer: object.pointer, span: at };
    if (EXPR_METHODS.has(name)) return { kind: "method", object, name, span: at };
    if (object.kind === "tir.Load") {
      if (name === "buffer") return object.buffer;
      if (name === "indices")
        return { kind: "items", items: object.indices, isList: true, span: at };
      if (object.buffer.scalar) return bufferProperty(ctx, object.buffer, expr);
    }
    if (object.dtype === handle)
      return { kind: "method", object: makeOpaque(object), name, span: at };
  }
  if (object.kind === "path") return { kind: "path", name: `${object.name}.${name}`, span: at };
  if (object.kind === "method")
    return { kind: "method", object: errorValue, name: `${object.name}.${name}`, span: at };
  return unknown(ctx, describe(object), expr, isPrim(object) ? ["dtype", "astype"] : []);
}

const makeOpaque = (value: Value): Value => value;

/** A property of an accelerator object, kept as written. */
export const opaqueProperty = (
  ctx: ElabContext,
  object: Value,
  name: string,
  at: Attribute,
): Value =>
  isPrim(object)
    ? makeCall(`.${name}`, [object], handle, spanOf(ctx, at), new Map([["property", true]]))
    : errorValue;

function moduleMember(ctx: ElabContext, expr: Attribute): Value {
  const declared = ctx.functions.has(expr.name);
  if (declared) return globalVar(expr.name, spanOf(ctx, expr));
  const near = didYouMean(expr.name, ctx.functions.keys());
  report(
    ctx,
    codes.unknownFunction({
      at: spanOf(ctx, expr),
      name: expr.name,
      hints: near === undefined ? [] : [near],
    }),
  );
  return errorValue;
}

function bufferProperty(ctx: ElabContext, buffer: Buffer, expr: Attribute): Value {
  const span = spanOf(ctx, expr);
  switch (expr.name) {
    case "data":
      return buffer.data;
    case "shape":
      return { kind: "items", items: buffer.shape, isList: false, span };
    case "strides":
      return { kind: "items", items: buffer.strides, isList: false, span };
    case "elem_offset":
      return buffer.elemOffset ?? intImm(0, buffer.shape[0]?.dtype ?? int32, span);
    case "dtype":
      return { kind: "type", dtype: buffer.dtype, span };
    case "name":
      return stringImm(buffer.name, span);
    case "ndim":
      return intImm(buffer.shape.length, int32, span);
    case "layout":
      return { kind: "literal", value: buffer.layout ?? null, span };
    default:
      if (BUFFER_METHODS.has(expr.name))
        return { kind: "method", object: buffer, name: expr.name, span };
      return unknown(ctx, `buffer \`${buffer.name}\``, expr, [
        "data",
        "shape",
        "strides",
        "elem_offset",
        "dtype",
        ...BUFFER_METHODS,
      ]);
  }
}

function unknown(ctx: ElabContext, what: string, expr: Attribute, known: readonly string[]): Value {
  const near = didYouMean(expr.name, known);
  report(
    ctx,
    codes.unknownMethod({
      at: spanOf(ctx, expr),
      what,
      name: expr.name,
      hints: near === undefined ? [] : [near],
    }),
  );
  return errorValue;
}
