/** Sums of two products of neighbouring 16-bit integers, which are one instruction for four lanes. */
import type { Binary, Load, PrimExpr } from "../../../ir/tir/expr.js";
import { dtype, int32, laneOf } from "../../../support/dtype.js";
import { byteForm } from "./address.js";
import type { FunctionContext } from "./context.js";
import { keyOfTerms } from "./linear-form.js";

/** `x[2·lane]·a[0] + x[2·lane + 1]·a[1]` in int32: where the pairs begin. */
export interface PairProduct {
  readonly vector: Load;
  readonly scalar: Load;
}

/** The expression as a sum of products of pairs; undefined when it is none. */
export function pairProductOf(cx: FunctionContext, e: PrimExpr): PairProduct | undefined {
  if (e.kind !== "tir.Binary" || e.op !== "add" || laneOf(e.dtype) !== int32) return undefined;
  if (e.dtype.lanes % 4 !== 0) return undefined;
  const first = productOf(e.a);
  const second = productOf(e.b);
  if (first === undefined || second === undefined) return undefined;
  const isNext =
    follows(cx, first.vector, second.vector) && follows(cx, first.scalar, second.scalar);
  return isNext ? first : undefined;
}

function productOf(e: PrimExpr): PairProduct | undefined {
  if (e.kind !== "tir.Binary" || e.op !== "mul") return undefined;
  return matched(e.a, e.b) ?? matched(e.b, e.a);
}

function matched(x: PrimExpr, y: Binary["b"]): PairProduct | undefined {
  const vector = widened(x);
  const scalar = y.kind === "tir.Broadcast" ? widened(y.value) : undefined;
  if (vector === undefined || scalar === undefined) return undefined;
  const last = vector.indices[vector.indices.length - 1];
  const isPaired =
    last?.kind === "tir.Ramp" &&
    last.stride.kind === "tir.IntImm" &&
    last.stride.value === 2 &&
    vector.indices.slice(0, -1).every((i) => i.dtype.lanes === 1);
  const isPlain = scalar.indices.every((i) => i.dtype.lanes === 1);
  return isPaired && isPlain ? { vector, scalar } : undefined;
}

/** The int16 that is made an int32. */
const widened = (e: PrimExpr): Load | undefined =>
  e.kind === "tir.Cast" &&
  e.value.kind === "tir.Load" &&
  laneOf(e.value.dtype) === dtype("int16") &&
  e.value.predicate === undefined &&
  e.value.buffer.strides.length === 0 &&
  e.value.buffer.dtype.lanes === 1
    ? e.value
    : undefined;

/** The indices of the first lane. */
export const firstLane = (e: Load): readonly PrimExpr[] =>
  e.indices.map((i) => (i.kind === "tir.Ramp" ? i.base : i));

/** Whether the second access is one element behind the first. */
function follows(cx: FunctionContext, first: Load, second: Load): boolean {
  if (first.buffer !== second.buffer || cx.promoted.has(first.buffer)) return false;
  const a = byteForm(cx, first.buffer, firstLane(first));
  const b = byteForm(cx, second.buffer, firstLane(second));
  return keyOfTerms(a) === keyOfTerms(b) && b.constant - a.constant === 2;
}
