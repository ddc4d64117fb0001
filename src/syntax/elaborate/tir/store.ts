/** Stores: `A[i, j] = e`, vector stores, `A[i] += e`, `A.vstore(…)`, `T.buffer_store(…)`. */
import type { Attribute, AugAssign, Call, Expr, Subscript } from "../../../../grammar/ast/nodes.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { broadcast, intImm, load, type Load, type PrimExpr } from "../../../ir/tir/expr.js";
import { store } from "../../../ir/tir/stmt.js";
import { isVector, laneOf, withLanes, type DType } from "../../../support/dtype.js";
import { codes } from "../../codes.js";
import { report, spanOf, type ElabContext } from "../../context.js";
import { bindArguments } from "./arguments.js";
import { applyBinary } from "./expression.js";
import { elaboratePrimExpr, elaborateValue } from "./reader.js";
import { accessBuffer } from "./index-access.js";
import { vectorIndex } from "./method.js";
import { describe, toPrim, vectorIndices } from "./operand.js";
import { castTo } from "./operators.js";
import type { StatementList } from "./statement-list.js";

/** The place that a subscript names; undefined is an error that was reported. */
export function placeOf(
  ctx: ElabContext,
  target: Subscript,
): { buffer: Buffer; indices: readonly PrimExpr[] } | undefined {
  const base = elaborateValue(ctx, target.value);
  const buffer = base.kind === "tir.Load" && base.buffer.scalar ? base.buffer : base;
  if (buffer.kind !== "tir.Buffer" && buffer.kind !== "tir.BufferRegion") {
    if (buffer.kind !== "error") {
      report(
        ctx,
        codes.expectedKind({
          at: spanOf(ctx, target.value),
          expected: "a buffer",
          found: describe(buffer),
        }),
      );
    }
    for (const item of target.items) elaborateValue(ctx, item);
    return undefined;
  }
  const access =
    buffer.kind === "tir.Buffer" ? accessBuffer(ctx, buffer, target) : elaborateValue(ctx, target);
  if (access.kind === "tir.Load") return { buffer: access.buffer, indices: access.indices };
  if (access.kind !== "tir.BufferRegion") return undefined;
  const indices = vectorIndices(ctx, access, target);
  return indices === undefined ? undefined : { buffer: access.buffer, indices };
}

/** Converts a stored value to the type of the place: lanes first, then the element type. */
export function storedValue(
  value: PrimExpr,
  buffer: Buffer,
  indices: readonly PrimExpr[],
): PrimExpr {
  const place = load(buffer, indices).dtype;
  let v = value;
  if (isVector(place) && !isVector(v.dtype))
    v = broadcast(castTo(v, laneOf(place)), lanesOf(indices, place), v.span);
  const wanted: DType = withLanes(laneOf(place), v.dtype.lanes, v.dtype.scalable);
  return v.dtype === wanted || v.dtype.code === "handle" ? v : castTo(v, wanted);
}

function lanesOf(indices: readonly PrimExpr[], place: DType): PrimExpr {
  const last = indices[indices.length - 1];
  return last?.kind === "tir.Ramp" || last?.kind === "tir.Broadcast"
    ? last.lanes
    : intImm(place.lanes);
}

export function elaborateStore(
  ctx: ElabContext,
  target: Subscript,
  valueAt: Expr,
  list: StatementList,
): void {
  const place = placeOf(ctx, target);
  const value = elaboratePrimExpr(ctx, valueAt);
  if (place === undefined || value === undefined) return;
  pushStore(ctx, place.buffer, place.indices, value, target, list);
}

function pushStore(
  ctx: ElabContext,
  buffer: Buffer,
  indices: readonly PrimExpr[],
  value: PrimExpr,
  at: Expr,
  list: StatementList,
  predicate?: PrimExpr,
): void {
  if (value.kind === "tir.StringImm") {
    const span = spanOf(ctx, at);
    report(
      ctx,
      codes.storeDType({ at: span, from: "a string", buffer: buffer.name, to: buffer.dtype.name }),
    );
    return;
  }
  list.push(
    store(buffer, indices, storedValue(value, buffer, indices), spanOf(ctx, at), predicate),
  );
}

/** `A[i] op= e` */
export function augmentStore(
  ctx: ElabContext,
  stmt: AugAssign,
  target: Subscript,
  list: StatementList,
): void {
  const place = placeOf(ctx, target);
  const value = elaboratePrimExpr(ctx, stmt.value);
  if (place === undefined || value === undefined) return;
  const old: Load = load(place.buffer, place.indices, spanOf(ctx, target));
  const result = toPrim(ctx, applyBinary(ctx, stmt.op, old, value, target), target);
  if (result !== undefined) pushStore(ctx, place.buffer, place.indices, result, target, list);
}

/** `A.vstore(begin, value)`; false when the object is no buffer. */
export function vectorStore(
  ctx: ElabContext,
  call: Call,
  func: Attribute,
  list: StatementList,
): boolean {
  const buffer = elaborateValue(ctx, func.value);
  if (buffer.kind !== "tir.Buffer") return false;
  const { values } = bindArguments(ctx, ".vstore", call, ["begin", "value", "predicate?"]);
  const begin = values.get("begin");
  const valueAt = values.get("value");
  const predicateAt = values.get("predicate");
  const value = valueAt && elaboratePrimExpr(ctx, valueAt);
  if (begin === undefined || value === undefined) return true;
  const indices = vectorIndex(ctx, buffer, begin, value.dtype);
  const predicate =
    predicateAt && predicateAt.kind !== "Constant"
      ? elaboratePrimExpr(ctx, predicateAt)
      : undefined;
  if (indices !== undefined) pushStore(ctx, buffer, indices, value, call, list, predicate);
  return true;
}

/** `T.buffer_store(buffer, value, indices)` */
export function bufferStore(ctx: ElabContext, call: Call, list: StatementList): void {
  const { values } = bindArguments(ctx, "T.buffer_store", call, [
    "buffer",
    "value",
    "indices",
    "predicate?",
  ]);
  const bufferAt = values.get("buffer");
  const valueAt = values.get("value");
  const indicesAt = values.get("indices");
  const predicateAt = values.get("predicate");
  const buffer = bufferAt && elaborateValue(ctx, bufferAt);
  const value = valueAt && elaboratePrimExpr(ctx, valueAt);
  const items = indicesAt && elaborateValue(ctx, indicesAt);
  if (
    bufferAt === undefined ||
    buffer === undefined ||
    value === undefined ||
    indicesAt === undefined ||
    items === undefined
  )
    return;
  if (buffer.kind !== "tir.Buffer") {
    report(
      ctx,
      codes.expectedKind({
        at: spanOf(ctx, bufferAt),
        expected: "a buffer",
        found: describe(buffer),
      }),
    );
    return;
  }
  const indices: PrimExpr[] = [];
  for (const item of items.kind === "items" ? items.items : [items]) {
    const index = sliceIndex(ctx, item, indicesAt);
    if (index === undefined) return;
    indices.push(index);
  }
  const predicate =
    predicateAt && predicateAt.kind !== "Constant"
      ? elaboratePrimExpr(ctx, predicateAt)
      : undefined;
  pushStore(ctx, buffer, indices, value, call, list, predicate);
}

const sliceIndex = (
  ctx: ElabContext,
  item: ReturnType<typeof elaborateValue>,
  at: Expr,
): PrimExpr | undefined => toPrim(ctx, item, at);
