/** Indexing: buffer elements and regions, items of tuples, types with parameters. */
import type { Expr, Subscript } from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { bufferRegion, range, type Buffer, type Range } from "../../../ir/tir/buffer.js";
import {
  attrArg,
  call as makeCall,
  intImm,
  load,
  ramp,
  type CallArg,
  type PrimExpr,
} from "../../../ir/tir/expr.js";
import { handle, int32 } from "../../../support/dtype.js";
import { codes } from "../../codes.js";
import { memberOf, report, spanOf, type ElabContext } from "../../context.js";
import type { Value } from "../../value.js";
import { isOpaque } from "./opaque.js";
import { elaborateValue, errorValue } from "./reader.js";
import { constInt, describe, isPrim, rangeBetween, toCallArg, toPrim } from "./operand.js";
import { expandItems } from "./starred.js";

/** The index expressions of a subscript: `A[()]` and `A[(i, j)]` mean none and two. */
export function indexItems(ctx: ElabContext, expr: Subscript): readonly Expr[] {
  const only = expr.items[0];
  if (expr.items.length === 1 && only?.kind === "Tuple") return expandItems(ctx, only.items);
  return expandItems(ctx, expr.items);
}

export function elaborateSubscript(ctx: ElabContext, expr: Subscript): Value {
  const member = memberOf(ctx, expr.value);
  if (member !== undefined) return subscriptMember(ctx, member.name, expr);
  const base = elaborateValue(ctx, expr.value);
  switch (base.kind) {
    case "tir.Buffer":
      return accessBuffer(ctx, base, expr);
    case "tir.BufferRegion":
      return accessRegion(ctx, base, expr);
    case "items": {
      const items = indexItems(ctx, expr);
      const slice = items[0];
      if (slice?.kind === "Slice") return sliceItems(ctx, base, expr);
      const value = items.length === 1 ? elaborateValue(ctx, items[0]!) : errorValue;
      const at = constInt(value);
      const item = at === undefined ? undefined : base.items[at < 0 ? at + base.items.length : at];
      if (item !== undefined) return item;
      if (value.kind !== "error") {
        report(
          ctx,
          codes.conditionConstant({
            at: spanOf(ctx, expr),
            what: `an index into ${base.items.length} item(s)`,
          }),
        );
      }
      return errorValue;
    }
    case "type":
      return base;
    case "method":
      if (base.object.kind === "tir.Buffer")
        return opaqueIndex(ctx, `.${base.name}[]`, [base.object], expr);
      if (isPrim(base.object)) return opaqueIndex(ctx, `.${base.name}[]`, [base.object], expr);
      report(
        ctx,
        codes.expectedKind({
          at: spanOf(ctx, expr.value),
          expected: "a buffer",
          found: describe(base),
        }),
      );
      return errorValue;
    case "error":
      for (const item of expr.items) elaborateValue(ctx, item);
      return errorValue;
    default:
      if (isPrim(base) && base.dtype === handle) return opaqueIndex(ctx, ".[]", [base], expr);
      // A scalar declared as one element may still be written x[0].
      if (base.kind === "tir.Load" && base.buffer.scalar)
        return accessBuffer(ctx, base.buffer, expr);
      report(
        ctx,
        codes.expectedKind({
          at: spanOf(ctx, expr.value),
          expected: "a buffer",
          found: describe(base),
        }),
      );
      return errorValue;
  }
}

function sliceItems(
  ctx: ElabContext,
  base: Extract<Value, { kind: "items" }>,
  expr: Subscript,
): Value {
  const value = elaborateValue(ctx, expr.items[0]!);
  if (value.kind !== "slice") return errorValue;
  const lower = value.lower === undefined ? 0 : constInt(value.lower);
  const upper = value.upper === undefined ? base.items.length : constInt(value.upper);
  if (lower !== undefined && upper !== undefined && value.step === undefined) {
    return { ...base, items: base.items.slice(lower, upper) };
  }
  report(ctx, codes.conditionConstant({ at: spanOf(ctx, expr), what: "a slice of a tuple" }));
  return errorValue;
}

/** `T.ptx[...]`, `T.S[...]`: kept as written. */
function subscriptMember(ctx: ElabContext, name: string, expr: Subscript): Value {
  if (isOpaque(name) || name === "ptx" || name === "cuda" || name === "nki")
    return opaqueIndex(ctx, `${name}[]`, [], expr);
  report(
    ctx,
    codes.expectedKind({
      at: spanOf(ctx, expr.value),
      expected: "a buffer",
      found: `\`T.${name}\``,
    }),
  );
  return errorValue;
}

function opaqueIndex(
  ctx: ElabContext,
  op: string,
  first: readonly CallArg[],
  expr: Subscript,
): Value {
  const args: CallArg[] = [...first];
  for (const item of expr.items) {
    const arg =
      item.kind === "Slice"
        ? opaqueSlice(ctx, item)
        : toCallArg(ctx, elaborateValue(ctx, item), item);
    if (arg !== undefined) args.push(arg);
  }
  return makeCall(op, args, handle, spanOf(ctx, expr));
}

/** `a:b` between any values, kept as written. */
function opaqueSlice(ctx: ElabContext, item: Extract<Expr, { kind: "Slice" }>): CallArg {
  const bound = (e: Expr | undefined): AttrValue =>
    e === undefined ? null : (ctx.attribute(ctx, e) ?? null);
  return attrArg(
    new Map([["slice", [bound(item.lower), bound(item.upper), bound(item.step)]]]),
    spanOf(ctx, item),
  );
}

/** The rank of a view that is kept as written is not known. */
export const isOpaqueView = (buffer: Buffer): boolean =>
  typeof buffer.layout === "object" &&
  buffer.layout !== null &&
  "kind" in buffer.layout &&
  buffer.layout.kind === "tir.Call" &&
  buffer.layout.op.startsWith(".");

/** One element, a vector (last index a ramp), or a region (some index a slice). */
export function accessBuffer(ctx: ElabContext, buffer: Buffer, expr: Subscript): Value {
  const items = indexItems(ctx, expr);
  const at = spanOf(ctx, expr);
  if (items.length !== buffer.shape.length && !isOpaqueView(buffer)) {
    report(
      ctx,
      codes.indexCount({ at, buffer: buffer.name, rank: buffer.shape.length, count: items.length }),
    );
    for (const item of items) elaborateValue(ctx, item);
    return errorValue;
  }
  let slices = false;
  for (const item of items) if (item.kind === "Slice") slices = true;
  if (!slices) {
    const indices: PrimExpr[] = [];
    for (const item of items) {
      const value = elaborateValue(ctx, item);
      if (value.kind === "slice" || value.kind === "ir.Range") slices = true;
      const index = toPrim(ctx, value, item);
      if (index === undefined) return errorValue;
      indices.push(index);
    }
    return load(buffer, indices, at);
  }
  const strided = stridedAccess(ctx, buffer, items);
  if (strided !== undefined) return load(buffer, strided, at);
  const region: Range[] = [];
  for (let i = 0; i < items.length; i++) {
    const one = rangeOf(
      ctx,
      elaborateValue(ctx, items[i]!),
      items[i]!,
      buffer.shape[i] ?? intImm(0, int32),
    );
    if (one === undefined) return errorValue;
    region.push(one);
  }
  return bufferRegion(buffer, region, at);
}

/** `A[i, lo:hi:step]` of older text: a ramp of constant length. Undefined for other accesses. */
function stridedAccess(
  ctx: ElabContext,
  buffer: Buffer,
  items: readonly Expr[],
): PrimExpr[] | undefined {
  const last = items[items.length - 1];
  if (last?.kind !== "Slice" || last.step === undefined) return undefined;
  const value = elaborateValue(ctx, last);
  if (value.kind !== "slice" || value.step === undefined) return undefined;
  const upper = value.upper ?? buffer.shape[items.length - 1];
  if (upper === undefined) return undefined;
  const lower = value.lower ?? intImm(0, upper.dtype);
  const extent = constInt(rangeBetween(lower, upper).extent);
  const step = constInt(value.step);
  if (extent === undefined || step === undefined || step < 2) return undefined;
  const indices: PrimExpr[] = [];
  for (const item of items.slice(0, -1)) {
    const index = toPrim(ctx, elaborateValue(ctx, item), item);
    if (index === undefined) return undefined;
    indices.push(index);
  }
  indices.push(
    ramp(lower, intImm(step, lower.dtype), intImm(Math.ceil(extent / step), int32), lower.span),
  );
  return indices;
}

/** The range an index covers: a point, a slice, or all of `whole` where a bound is left out. */
function rangeOf(ctx: ElabContext, value: Value, at: Expr, whole: PrimExpr): Range | undefined {
  const span = spanOf(ctx, at);
  if (value.kind !== "slice") {
    const index = toPrim(ctx, value, at);
    if (index?.kind === "tir.Ramp") return range(index.base, index.lanes, span);
    return index === undefined ? undefined : range(index, intImm(1, index.dtype), span);
  }
  if (value.step !== undefined && constInt(value.step) !== 1) {
    report(ctx, codes.unitStep({ at: span }));
    return undefined;
  }
  const upper = value.upper ?? whole;
  const lower = value.lower ?? intImm(0, upper.dtype.lanes === 1 ? upper.dtype : int32);
  return rangeBetween(lower, upper, span);
}

/** A region of a region: `B = A[0:4, j]; B[1]` counts from the corner, points of the base are not indexed. */
function accessRegion(
  ctx: ElabContext,
  base: Extract<Value, { kind: "tir.BufferRegion" }>,
  expr: Subscript,
): Value {
  const items = indexItems(ctx, expr);
  const free = base.region.filter((r) => !(r.extent.kind === "tir.IntImm" && r.extent.value === 1));
  const at = spanOf(ctx, expr);
  const direct = items.length === base.region.length;
  if (!direct && items.length !== free.length) {
    report(
      ctx,
      codes.indexCount({ at, buffer: base.buffer.name, rank: free.length, count: items.length }),
    );
    return errorValue;
  }
  let next = 0;
  const region: Range[] = [];
  for (const r of base.region) {
    if (!direct && !free.includes(r)) {
      region.push(r);
      continue;
    }
    const item = items[next++]!;
    const one = rangeOf(ctx, elaborateValue(ctx, item), item, r.extent);
    if (one === undefined) return errorValue;
    region.push(range(offset(r.min, one.min), one.extent));
  }
  const points = region.every((r) => r.extent.kind === "tir.IntImm" && r.extent.value === 1);
  return points
    ? load(
        base.buffer,
        region.map((r) => r.min),
        at,
      )
    : bufferRegion(base.buffer, region, at);
}

const offset = (base: PrimExpr, by: PrimExpr): PrimExpr => {
  if (base.kind === "tir.IntImm" && base.value === 0) return by;
  if (by.kind === "tir.IntImm" && by.value === 0) return base;
  return { kind: "tir.Binary", op: "add", a: base, b: by, dtype: base.dtype, span: by.span };
};
