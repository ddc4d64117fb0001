/** Conversions between what the elaborator computes with and what the IR holds. */
import type { AstBase } from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { bufferRegion, range, type Buffer, type BufferRegion } from "../../../ir/tir/buffer.js";
import {
  attrArg, boolImm, call as makeCall, dtypeImm, floatImm, intImm, load, ramp, stringImm, type CallArg, type PrimExpr,
} from "../../../ir/tir/expr.js"; // prettier-ignore
import {
  bool,
  dtype as dtypeNamed,
  float32,
  handle,
  int32,
  int64,
  withLanes,
  type DType,
} from "../../../support/dtype.js";
import { isOpenName } from "../../../op/tir/index.js";
import { isInt, type Int } from "../../../support/int.js";
import type { Span } from "../../../support/source.js";
import { codes } from "../../codes.js";
import { report, spanOf, type ElabContext } from "../../context.js";
import type { Value } from "../../value.js";
import { differenceOf } from "../../../arith/index.js";

const PRIM = new Set<string>([
  "tir.Var", "tir.IntImm", "tir.FloatImm", "tir.StringImm", "tir.Cast", "tir.Binary", "tir.Compare", "tir.Logic",
  "tir.Unary", "tir.Select", "tir.IfThenElse", "tir.Load", "tir.Ramp", "tir.Broadcast", "tir.Shuffle", "tir.Let",
  "tir.Call", "tir.CallGlobal",
]); // prettier-ignore

export const isPrim = (value: { readonly kind: string }): value is PrimExpr => PRIM.has(value.kind);

/** An integer literal: `dtype` when it fits, else the first of int64 and uint64 that holds it. */
export function intLiteral(ctx: ElabContext, value: Int, dtype: DType, at: AstBase): PrimExpr {
  const span = spanOf(ctx, at);
  if (typeof value === "number" && value <= 2147483647 && value >= -2147483648)
    return intImm(value, dtype, span);
  if (value <= 9223372036854775807n && value >= -9223372036854775808n)
    return intImm(value, int64, span);
  if (value > 0 && value <= 18446744073709551615n) return intImm(value, dtypeNamed("uint64"), span);
  report(ctx, codes.literalRange({ at: span, value, dtype: "uint64" }));
  return intImm(0, dtype, span);
}

/** The value of a template constant or other plain data. */
export function fromConstant(ctx: ElabContext, value: AttrValue, at: AstBase): Value {
  const span = spanOf(ctx, at);
  if (typeof value === "boolean") return boolImm(value, span);
  if (isInt(value)) return intLiteral(ctx, value, ctx.literalInt, at);
  if (typeof value === "string") return stringImm(value, span);
  if (Array.isArray(value)) {
    return {
      kind: "items",
      items: (value as readonly AttrValue[]).map((v) => fromConstant(ctx, v, at)),
      isList: true,
      span,
    };
  }
  if (value !== null && typeof value === "object" && "kind" in value) {
    if (value.kind === "tir.FloatImm") return floatImm(Math.fround(value.value), float32, span);
    if (value.kind === "tir.DTypeImm") return { kind: "type", dtype: value.value, span };
    if (isPrim(value)) return value;
  }
  return { kind: "literal", value, span };
}

/** What an error message calls a value. */
export function describe(value: Value): string {
  if (isPrim(value))
    return value.kind === "tir.StringImm"
      ? "a string"
      : `an expression of type ${value.dtype.name}`;
  switch (value.kind) {
    case "tir.Buffer":
      return `buffer \`${value.name}\``;
    case "tir.BufferRegion":
      return `a region of buffer \`${value.buffer.name}\``;
    case "ir.Range":
      return "a range";
    case "tir.DTypeImm":
    case "type":
      return "a type";
    case "tir.IterVar":
      return "a thread variable";
    case "tir.IndexMap":
      return "an index map";
    case "tir.CommReducer":
      return "a reducer";
    case "ir.GlobalVar":
      return `function \`${value.name}\``;
    case "literal":
      return value.value === null
        ? "`None`"
        : value.value instanceof Map
          ? "a dictionary"
          : "a constant";
    case "items":
      return value.isList ? "a list" : "a tuple";
    case "slice":
      return "a slice";
    case "path":
      return `\`T.${value.name}\``;
    case "method":
      return `\`.${value.name}\``;
    case "lambda":
      return "a lambda";
    case "macro":
      return `macro \`${value.macro.def.name}\``;
    case "module":
      return "the module";
    case "error":
      return "an error";
    default:
      return "this";
  }
}

/** A scalar or vector expression, or undefined (reported). */
export function toPrim(ctx: ElabContext, value: Value, at: AstBase): PrimExpr | undefined {
  if (isPrim(value)) return value;
  if (value.kind === "tir.BufferRegion") return regionLoad(ctx, value, at);
  if (value.kind === "tir.IterVar") return value.var;
  if (value.kind === "tir.Buffer" && value.shape.length === 0)
    return load(value, [], spanOf(ctx, at));
  if (value.kind === "tir.Buffer" && isOneElement(value))
    return load(value, [intImm(0, value.shape[0]!.dtype)], spanOf(ctx, at));
  if (
    value.kind === "literal" &&
    value.value !== null &&
    typeof value.value === "object" &&
    "kind" in value.value
  ) {
    if (isPrim(value.value)) return value.value;
  }
  if (value.kind !== "error")
    report(ctx, codes.expectedExpression({ at: spanOf(ctx, at), what: describe(value) }));
  return undefined;
}

/** A buffer of one element may be read and assigned by its name. */
export const isOneElement = (buffer: Buffer): boolean => {
  const [only] = buffer.shape;
  return buffer.shape.length === 1 && only?.kind === "tir.IntImm" && only.value === 1;
};

/** A region as a value: a vector load whose last index is a unit-stride ramp. */
export function regionLoad(
  ctx: ElabContext,
  value: BufferRegion,
  at: AstBase,
): PrimExpr | undefined {
  const indices = vectorIndices(ctx, value, at);
  return indices === undefined ? undefined : load(value.buffer, indices, spanOf(ctx, at));
}

/** Indices of a region of which at most the last dimension is a slice; reports others. */
export function vectorIndices(
  ctx: ElabContext,
  value: BufferRegion,
  at: AstBase,
): PrimExpr[] | undefined {
  const indices: PrimExpr[] = [];
  for (let i = 0; i < value.region.length; i++) {
    const { min, extent } = value.region[i]!;
    if (extent.kind === "tir.IntImm" && extent.value === 1) {
      indices.push(min);
    } else if (
      i === value.region.length - 1 &&
      (extent.kind === "tir.IntImm" || mentionsVscale(extent))
    ) {
      indices.push(
        ramp(
          min,
          intImm(1, min.dtype),
          extent.kind === "tir.IntImm" ? intImm(extent.value, int32) : extent,
        ),
      );
    } else {
      report(ctx, codes.expectedExpression({ at: spanOf(ctx, at), what: describe(value) }));
      return undefined;
    }
  }
  return indices;
}

function mentionsVscale(e: PrimExpr): boolean {
  if (e.kind === "tir.Call") return e.op === "vscale";
  return e.kind === "tir.Binary" && (mentionsVscale(e.a) || mentionsVscale(e.b));
}

/** A region: of a whole buffer, a slice access, or the point of a load. Undefined when it is none. */
export function toRegion(value: Value): BufferRegion | undefined {
  if (value.kind === "tir.BufferRegion") return value;
  if (value.kind === "tir.Buffer") return wholeRegion(value);
  if (value.kind === "tir.Load") {
    return bufferRegion(value.buffer, value.indices.map(pointOrRamp), value.span);
  }
  return undefined;
}

const pointOrRamp = (index: PrimExpr): BufferRegion["region"][number] =>
  index.kind === "tir.Ramp"
    ? range(index.base, index.lanes)
    : range(index, intImm(1, index.dtype.lanes === 1 ? index.dtype : int32));

export const wholeRegion = (buffer: Buffer, span?: Span): BufferRegion =>
  bufferRegion(
    buffer,
    buffer.shape.map((d) => range(intImm(0, d.dtype), d)),
    span,
  );

/** `lo:hi` as a range. */
export const rangeBetween = (lo: PrimExpr, hi: PrimExpr, span?: Span): ReturnType<typeof range> =>
  range(lo, differenceOf(hi, lo), span);

/** An operand of a call that is kept as written. Undefined is an error that was reported. */
export function toCallArg(ctx: ElabContext, value: Value, at: AstBase): CallArg | undefined {
  if (isPrim(value)) return value;
  switch (value.kind) {
    case "tir.Buffer":
    case "tir.BufferRegion":
    case "tir.DTypeImm":
      return value;
    case "tir.IterVar":
      return value.var;
    case "type":
      return dtypeImm(value.dtype, spanOf(ctx, at));
    case "error":
      return undefined;
    default: {
      const attr = toAttrValue(ctx, value, at);
      if (
        attr !== undefined &&
        attr !== null &&
        typeof attr === "object" &&
        "kind" in attr &&
        isPrim(attr)
      )
        return attr as PrimExpr;
      return attr === undefined ? undefined : attrArg(attr, spanOf(ctx, at));
    }
  }
}

/** A value inside an attribute. Undefined is an error that was reported. */
export function toAttrValue(ctx: ElabContext, value: Value, at: AstBase): AttrValue | undefined {
  if (value.kind === "tir.StringImm") return value.value;
  if (isPrim(value)) return value;
  switch (value.kind) {
    case "literal":
      return value.value;
    case "type":
      return dtypeImm(value.dtype, spanOf(ctx, at));
    case "items": {
      const items: AttrValue[] = [];
      for (const item of value.items) {
        const v = toAttrValue(ctx, plainOf(item), at);
        if (v !== undefined) items.push(v);
      }
      return items;
    }
    case "tir.Buffer":
    case "tir.BufferRegion":
    case "tir.DTypeImm":
    case "tir.IterVar":
    case "tir.IndexMap":
    case "tir.CommReducer":
    case "ir.Range":
      return value;
    case "ir.GlobalVar":
      return value;
    case "path":
      if (isOpenName(value.name))
        return makeCall(value.name, [], handle, spanOf(ctx, at), new Map([["member", true]]));
      break;
    case "method":
      if (isPrim(value.object))
        return makeCall(
          `.${value.name}`,
          [value.object],
          handle,
          spanOf(ctx, at),
          new Map([["member", true]]),
        );
      break;
    case "error":
      return undefined;
    default:
      break;
  }
  report(
    ctx,
    codes.expectedKind({
      at: spanOf(ctx, at),
      expected: "an attribute value",
      found: describe(value),
    }),
  );
  return undefined;
}

/** Bare literals inside lists of attributes are plain data, not typed constants. */
function plainOf(value: Value): Value {
  if (value.kind === "tir.IntImm" && value.dtype === int32)
    return { kind: "literal", value: value.value };
  if (value.kind === "tir.IntImm" && value.dtype === bool)
    return { kind: "literal", value: value.value === 1 };
  return value;
}

/** The integer of a constant expression. */
export const constInt = (value: Value | undefined): number | undefined =>
  value?.kind === "tir.IntImm" && typeof value.value === "number"
    ? value.value
    : value?.kind === "tir.Unary" &&
        value.op === "neg" &&
        value.a.kind === "tir.IntImm" &&
        typeof value.a.value === "number"
      ? -value.a.value
      : undefined;

export const withLanesOf = (lane: DType, like: DType): DType =>
  withLanes(lane, like.lanes, like.scalable);
