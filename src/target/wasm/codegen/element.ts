/** Loading and storing single elements, and locals that stand for small allocations. */
import type { Load, PrimExpr } from "../../../ir/tir/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { bytesOf, isSigned, laneOf, type DType } from "../../../support/dtype.js";
import { emitAddress, placeOf } from "./address.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext } from "./context.js";
import { readsMemory } from "./linear-form.js";
import { registerOf, isSmallFloat, wrapToWidth } from "./register.js";
import { decodeRoutine, encodeRoutine } from "./small-float.js";
import { intImm, floatImm, ifThenElse, load } from "../../../ir/tir/expr.js";
import { isFloat } from "../../../support/dtype.js";

/** Pushes one element. Where a predicate is false, 0. */
export function emitLoad(cx: FunctionContext, e: Load): void {
  if (e.predicate !== undefined) {
    cx.emit(ifThenElse(e.predicate, load(e.buffer, e.indices, e.span), zeroOf(e.dtype)));
    return;
  }
  const local = promotedLocal(cx, e.buffer, e.indices);
  if (local !== undefined) return cx.f.get(local);
  const { f } = cx;
  const { local: address, offset } = placeOf(cx, e.buffer, e.indices);
  const key = `${address}:${offset}:${e.buffer.dtype.name}`;
  const isStable = !e.indices.some(readsMemory);
  const known = isStable ? cx.region.loaded(key) : undefined;
  if (known !== undefined) return f.get(known);
  f.get(address);
  emitLoadAt(cx, e.buffer.dtype, offset);
  if (!isStable) return;
  const value = f.local(registerOf(e.buffer.dtype));
  f.tee(value);
  cx.region.addLoaded(key, value);
}

export const zeroOf = (type: DType): PrimExpr =>
  isFloat(type) ? floatImm(0, type) : intImm(0, type);

/** Replaces the address on the stack by the element there. */
export function emitLoadAt(cx: FunctionContext, type: DType, offset: number): void {
  const { f } = cx;
  const reg = registerOf(type);
  if (isSmallFloat(type)) {
    f.memory(type.bits === 16 ? "i32.load16_u" : "i32.load8_u", offset);
    f.call(decodeRoutine(cx.shared, type));
    return;
  }
  const bytes = type.code === "handle" ? 4 : bytesOf(laneOf(type));
  if (bytes >= 4) return f.memory(`${reg}.load`, offset);
  const sign = isSigned(type) ? "s" : "u";
  f.memory(bytes === 1 ? `i32.load8_${sign}` : `i32.load16_${sign}`, offset);
  if (type.code === "bool") {
    f.i32(0);
    f.op("i32.ne");
  } else if (type.bits < 8) wrapToWidth(f, type);
}

/** Stores a value of the buffer's lane type, given by `value`, which must push it. */
export function emitStore(
  cx: FunctionContext,
  buffer: Buffer,
  indices: readonly PrimExpr[],
  value: PrimExpr,
): void {
  const converted = coerce(value, buffer.dtype);
  const local = promotedLocal(cx, buffer, indices);
  if (local !== undefined) {
    cx.emit(converted);
    return cx.f.set(local);
  }
  const offset = emitAddress(cx, buffer, indices);
  cx.emit(converted);
  emitStoreAt(cx, buffer.dtype, offset);
}

/** Takes address and value from the stack. */
export function emitStoreAt(cx: FunctionContext, type: DType, offset: number): void {
  const { f } = cx;
  cx.region.forgetLoads();
  if (isSmallFloat(type)) {
    f.call(encodeRoutine(cx.shared, type));
    f.memory(type.bits === 16 ? "i32.store16" : "i32.store8", offset);
    return;
  }
  const reg = registerOf(type);
  const bytes = type.code === "handle" ? 4 : bytesOf(laneOf(type));
  if (bytes >= 4) f.memory(`${reg}.store`, offset);
  else f.memory(bytes === 1 ? "i32.store8" : "i32.store16", offset);
}

function promotedLocal(
  cx: FunctionContext,
  buffer: Buffer,
  indices: readonly PrimExpr[],
): number | undefined {
  const locals = cx.promoted.get(buffer);
  const [index] = indices;
  return locals === undefined || index?.kind !== "tir.IntImm"
    ? undefined
    : locals[Number(index.value)];
}
