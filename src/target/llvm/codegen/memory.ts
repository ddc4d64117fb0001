/** Addresses of buffer elements; loading and storing scalars and vectors. */
import type { Load, PrimExpr } from "../../../ir/tir/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { Store } from "../../../ir/tir/stmt.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { bool, bytesOf, isFloat, laneOf, withLanes, type DType } from "../../../support/dtype.js";
import { pieceOf, positionsOf } from "../../../transform/tir/register-tiles.js";
import { linearIndex } from "../../position.js";
import { codegenCodes } from "../../codes.js";
import type { Ref } from "../text/function.js";
import type { FunctionContext, Mask } from "./context.js";
import { emitAs, emitExpr, underMask, whereMasked } from "./expr.js";
import { emitIndex, indexOp, indexParts } from "./index-value.js";
import { isHarmless, isSafe } from "./purity.js";
import { decodeSmall, encodeSmall } from "./small-float.js";
import { CACHE_LINE, isSmallFloat, memoryType, splat, vectorOf } from "./type.js";
import { binaryOp, integer, laneOfValue, typeOf, vectorOfLanes, splatValue } from "./value.js";

/** The pointer of the buffer's data. */
export function pointerOf(cx: FunctionContext, buffer: Buffer): Ref {
  const found = cx.values.get(buffer.data);
  if (found !== undefined) return found;
  throw new DiagnosticError(
    codegenCodes.unboundVariable({ name: `${buffer.name}.data`, at: buffer.span }),
  );
}

const isNumber = (ref: Ref): boolean => /^-?\d+$/.test(ref);

/** The address so many elements behind a pointer. */
function advanced(cx: FunctionContext, pointer: Ref, elements: Ref, bytes: number): Ref {
  const { dialect } = cx.shared.module;
  const offset = indexOp(cx, "mul", elements, String(bytes));
  if (offset === "0") return pointer;
  const text = `getelementptr inbounds i8, ${dialect.pointer} ${pointer}, i64 ${offset}`;
  return isNumber(offset) ? cx.f.place(pointer, text) : cx.f.value(text);
}

/** The address of an element behind a pointer; neighbours share all but a constant. */
function elementAt(cx: FunctionContext, pointer: Ref, position: PrimExpr, bytes: number): Ref {
  const { dialect } = cx.shared.module;
  const { varying, constant } = indexParts(cx, position);
  if (constant === 0n) return advanced(cx, pointer, varying, bytes);
  if (varying === "0") return advanced(cx, pointer, String(constant), bytes);
  // What varies alone may lie outside of the buffer.
  const behind = (from: Ref, offset: Ref): Ref =>
    cx.f.value(`getelementptr i8, ${dialect.pointer} ${from}, i64 ${offset}`);
  const offset = indexOp(cx, "mul", varying, String(bytes));
  return behind(behind(pointer, offset), String(constant * BigInt(bytes)));
}

/** The address of an element. */
export const addressOf = (
  cx: FunctionContext,
  buffer: Buffer,
  indices: readonly PrimExpr[],
): Ref => {
  const pointer = pointerOf(cx, buffer);
  return elementAt(cx, pointer, linearIndex(buffer, indices), bytesOf(buffer.dtype));
};

/** How the lanes of an access lie in memory. */
type Access =
  | { readonly kind: "contiguous"; readonly address: Ref }
  | { readonly kind: "same"; readonly address: Ref }
  | { readonly kind: "scattered"; readonly addresses: readonly Ref[] };

function locate(
  cx: FunctionContext,
  buffer: Buffer,
  indices: readonly PrimExpr[],
  lanes: number,
): Access {
  const position = linearIndex(buffer, indices);
  const pointer = pointerOf(cx, buffer);
  const bytes = bytesOf(buffer.dtype);
  const at = (index: Ref): Ref => advanced(cx, pointer, index, bytes);
  if (position.dtype.lanes === 1 && buffer.dtype.lanes === lanes)
    return { kind: "contiguous", address: elementAt(cx, pointer, position, bytes) };
  if (position.kind === "tir.Broadcast" || position.dtype.lanes === 1) {
    const scalar = position.kind === "tir.Broadcast" ? position.value : position;
    return { kind: "same", address: elementAt(cx, pointer, scalar, bytes) };
  }
  if (position.kind === "tir.Ramp") {
    const stride = emitIndex(cx, position.stride);
    if (stride === "1")
      return { kind: "contiguous", address: elementAt(cx, pointer, position.base, bytes) };
    const base = emitIndex(cx, position.base);
    const addresses = Array.from({ length: lanes }, (_, k) =>
      at(indexOp(cx, "add", base, indexOp(cx, "mul", stride, String(k)))),
    );
    return { kind: "scattered", addresses };
  }
  const all = emitIndex(cx, position);
  const type = vectorOf("i64", lanes);
  const addresses = Array.from({ length: lanes }, (_, k) =>
    at(cx.f.value(`extractelement ${type} ${all}, i32 ${k}`)),
  );
  return { kind: "scattered", addresses };
}

function typedPointer(cx: FunctionContext, address: Ref, type: string): string {
  const { dialect } = cx.shared.module;
  const pointer = dialect.pointerTo(type);
  if (pointer === dialect.pointer) return `${pointer} ${address}`;
  return `${pointer} ${cx.f.place(address, `bitcast ${dialect.pointer} ${address} to ${pointer}`)}`;
}

export const memoryOf = (cx: Pick<FunctionContext, "shared">, type: DType): string =>
  memoryType(cx.shared.module.dialect, type);
const alignOf = (type: DType): number => bytesOf(laneOf(type));

/** The value of a type at an address behind a root. */
function readAt(cx: FunctionContext, type: DType, address: Ref, root: Ref): Ref {
  const memory = memoryOf(cx, type);
  const pointer = typedPointer(cx, address, memory);
  const text = `load ${memory}, ${pointer}, align ${alignOf(type)}`;
  return fromMemory(cx, type, cx.f.load(text, root));
}

function fromMemory(cx: FunctionContext, type: DType, raw: Ref): Ref {
  const memory = memoryOf(cx, type);
  if (isSmallFloat(type)) return decodeSmall(cx, raw, type);
  if (type.code === "bool")
    return cx.f.value(`icmp ne ${memory} ${raw}, ${splat("i8", "0", type.lanes)}`);
  const register = typeOf(cx, type);
  return register === memory ? raw : cx.f.value(`trunc ${memory} ${raw} to ${register}`);
}

function toMemory(cx: FunctionContext, type: DType, value: Ref): Ref {
  const memory = memoryOf(cx, type);
  if (isSmallFloat(type)) return encodeSmall(cx, value, type);
  const register = typeOf(cx, type);
  if (register === memory) return value;
  return cx.f.value(`${type.code === "int" ? "sext" : "zext"} ${register} ${value} to ${memory}`);
}

function writeAt(
  cx: FunctionContext,
  type: DType,
  address: Ref,
  root: Ref,
  value: Ref,
  isStreaming = false,
): void {
  const memory = memoryOf(cx, type);
  const raw = toMemory(cx, type, value);
  const pointer = typedPointer(cx, address, memory);
  const { module } = cx.shared;
  const how = isStreaming
    ? `align ${Math.min(CACHE_LINE, bytesOf(type))}, !nontemporal ${module.metadata("!{i32 1}")}`
    : `align ${alignOf(type)}`;
  cx.f.store(`store ${memory} ${raw}, ${pointer}, ${how}`, root);
}

/** Zero of a type, also in lanes that are not loaded. */
export const zeroOf = (cx: FunctionContext, type: DType): Ref =>
  type.lanes > 1
    ? "zeroinitializer"
    : isFloat(type)
      ? "0.0"
      : type.code === "handle"
        ? "null"
        : integer(cx, type, 0);

/** The value of a load; where its predicate or the mask is false, 0. */
export function emitLoad(cx: FunctionContext, e: Load): Ref {
  const type = e.dtype;
  const { predicate } = e;
  const tile = cx.registers.get(e.buffer);
  if (tile !== undefined) {
    const { piece, lane } = pieceOf(e, tile.lanes);
    const variable = tile.pieces[piece]!;
    const whole = cx.f.get(variable);
    if (type.lanes === tile.lanes) return fromMemory(cx, type, whole);
    return fromMemory(
      cx,
      type,
      cx.f.value(`extractelement ${variable.type} ${whole}, i32 ${lane}`),
    );
  }
  if (type.lanes === 1) {
    const read = (): Ref =>
      readAt(cx, type, addressOf(cx, e.buffer, e.indices), pointerOf(cx, e.buffer));
    if (predicate === undefined) return read();
    return cx.f.choose(emitExpr(cx, predicate), typeOf(cx, type), read, () => zeroOf(cx, type));
  }
  if (predicate === undefined) return loadLanes(cx, e);
  const lanes = withLanes(bool, type.lanes);
  return underMask(cx, emitAs(cx, predicate, lanes), type, () => loadLanes(cx, e));
}

/**
 * Neighbours in memory where a condition holds, 0 in the other lanes, and no branch; undefined for a load that is more
 * than that.
 */
export function emitLoadWhere(cx: FunctionContext, e: Load, cond: Ref): Ref | undefined {
  const { dtype: type, buffer, predicate } = e;
  const { lanes } = type;
  const position = linearIndex(buffer, e.indices);
  if (position.kind !== "tir.Ramp" || position.stride.kind !== "tir.IntImm") return undefined;
  const isNext = Number(position.stride.value) === 1 && buffer.dtype.lanes === 1;
  if (!isNext || predicate !== undefined || !isSafe(position.base, false) || isWithin(e))
    return undefined;
  const root = pointerOf(cx, buffer);
  const address = elementAt(cx, root, position.base, bytesOf(buffer.dtype));
  const mask = withLanes(bool, lanes);
  const ref = cx.mask?.lanes === lanes ? binaryOp(cx, "and", mask, cond, cx.mask.ref) : cond;
  return maskedLoad(cx, type, address, root, { ref, lanes, type: typeOf(cx, mask) });
}

function loadLanes(cx: FunctionContext, e: Load): Ref {
  const { dtype: type, buffer } = e;
  const { mask } = cx;
  const root = pointerOf(cx, buffer);
  const place = locate(cx, buffer, e.indices, type.lanes);
  const masked = mask?.lanes === type.lanes ? mask : undefined;
  switch (place.kind) {
    case "same":
      return splatValue(cx, readAt(cx, laneOf(type), place.address, root), type);
    case "contiguous":
      // A tile in registers is read as a whole: memory that a mask selects from is no register.
      return masked === undefined || isWithin(e)
        ? readAt(cx, type, place.address, root)
        : maskedLoad(cx, type, place.address, root, masked);
    case "scattered":
      return gather(cx, type, place.addresses, root, masked);
  }
}

/** Whether all lanes are elements of the buffer at known positions. */
function isWithin({ buffer, indices }: Load): boolean {
  const [index, ...more] = indices;
  const [size] = buffer.shape;
  const at = index && more.length === 0 ? positionsOf(index) : undefined;
  const isKnown = size?.kind === "tir.IntImm" && buffer.elemOffset === undefined;
  return isKnown && at?.stride === 1 && at.base >= 0 && at.base + at.lanes <= size.value;
}

function maskedLoad(cx: FunctionContext, type: DType, address: Ref, root: Ref, mask: Mask): Ref {
  const memory = memoryOf(cx, type);
  const pointer = typedPointer(cx, address, memory);
  const { name, params } = maskedIntrinsic(cx, "load", type, memory);
  cx.shared.module.declare(name, memory, [params, "i32", mask.type, memory]);
  const raw = cx.f.load(
    `call ${memory} @${name}(${pointer}, i32 ${alignOf(type)}, ${mask.type} ${mask.ref}, ${memory} zeroinitializer)`,
    root,
  );
  return fromMemory(cx, type, raw);
}

function maskedIntrinsic(
  cx: FunctionContext,
  what: string,
  type: DType,
  memory: string,
): { name: string; params: string } {
  const { dialect } = cx.shared.module;
  const scalar = memoryOf(cx, laneOf(type));
  const lane = scalar === "float" ? "f32" : scalar === "double" ? "f64" : scalar;
  const vector = `v${type.lanes}${lane}`;
  return {
    name: `llvm.masked.${what}.${vector}.${dialect.mangledPointer(vector)}`,
    params: dialect.pointerTo(memory),
  };
}

function gather(
  cx: FunctionContext,
  type: DType,
  addresses: readonly Ref[],
  root: Ref,
  mask: Mask | undefined,
): Ref {
  const lane = laneOf(type);
  const values = addresses.map((address, k) => {
    if (mask === undefined) return readAt(cx, lane, address, root);
    const isOn = cx.f.value(`extractelement ${mask.type} ${mask.ref}, i32 ${k}`);
    return cx.f.choose(
      isOn,
      typeOf(cx, lane),
      () => readAt(cx, lane, address, root),
      () => zeroOf(cx, lane),
    );
  });
  return vectorOfLanes(cx, lane, values);
}

/** All values of a vector are computed before the first is written. */
export function emitStore(cx: FunctionContext, s: Store): void {
  const { buffer } = s;
  const lanes = Math.max(s.value.dtype.lanes, ...s.indices.map((i) => i.dtype.lanes));
  const type = withLanes(laneOf(buffer.dtype), lanes);
  const tile = cx.registers.get(buffer);
  if (tile !== undefined) {
    const value = toMemory(cx, type, emitAs(cx, s.value, type));
    return cx.f.set(tile.pieces[pieceOf(s, tile.lanes).piece]!, value);
  }
  if (lanes === 1) {
    const write = (): void => {
      const address = addressOf(cx, buffer, s.indices);
      writeAt(cx, type, address, pointerOf(cx, buffer), emitAs(cx, s.value, type));
    };
    if (s.predicate === undefined) write();
    else cx.f.when(emitExpr(cx, s.predicate), write);
    return;
  }
  if (s.predicate === undefined) {
    const value = emitAs(cx, s.value, type);
    return storeLanes(cx, s, type, value, undefined);
  }
  const cond = emitAs(cx, s.predicate, withLanes(bool, lanes));
  const isFree = [s.value, ...s.indices].every((e) => isHarmless(e, lanes));
  whereMasked(cx, cond, lanes, isFree, () =>
    storeLanes(cx, s, type, emitAs(cx, s.value, type), cx.mask),
  );
}

function storeLanes(
  cx: FunctionContext,
  s: Store,
  type: DType,
  value: Ref,
  mask: Mask | undefined,
): void {
  const root = pointerOf(cx, s.buffer);
  const place = locate(cx, s.buffer, s.indices, type.lanes);
  if (place.kind === "contiguous") {
    if (mask === undefined)
      return writeAt(cx, type, place.address, root, value, cx.streaming.has(s));
    const memory = memoryOf(cx, type);
    const raw = toMemory(cx, type, value);
    const pointer = typedPointer(cx, place.address, memory);
    const { name, params } = maskedIntrinsic(cx, "store", type, memory);
    cx.shared.module.declare(name, "void", [memory, params, "i32", mask.type]);
    cx.f.store(
      `call void @${name}(${memory} ${raw}, ${pointer}, i32 ${alignOf(type)}, ${mask.type} ${mask.ref})`,
      root,
    );
    return;
  }
  const lane = laneOf(type);
  for (let k = 0; k < type.lanes; k++) {
    const address = place.kind === "same" ? place.address : place.addresses[k]!;
    const write = (): void => writeAt(cx, lane, address, root, laneOfValue(cx, value, type, k));
    if (mask === undefined) write();
    else cx.f.when(cx.f.value(`extractelement ${mask.type} ${mask.ref}, i32 ${k}`), write);
  }
}
