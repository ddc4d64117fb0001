/** Addresses of buffer elements, computed modulo 2^32. */
import { binary, cast, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { bytesOf, int32, isInteger, laneOf } from "../../../support/dtype.js";
import { codes } from "../codes.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import type { FunctionContext } from "./context.js";

/** Memory below this address holds no data, so that constant offsets up to it can go into the instruction. */
export const LOWEST_ADDRESS = 1024;

/** Pushes the pointer of the buffer's data. */
export function emitPointer(cx: FunctionContext, buffer: Buffer): void {
  const local = cx.locals.get(buffer.data);
  if (local === undefined) {
    throw new DiagnosticError(
      codes.unboundVariable({ name: `${buffer.name}.data`, at: buffer.span }),
    );
  }
  cx.f.get(local);
}

/** Pushes the low 32 bits of an integer expression; sums and products need no more of their operands. */
export function emitLow32(cx: FunctionContext, e: PrimExpr): void {
  const { f } = cx;
  if (e.kind === "tir.IntImm") return f.i32(Number(BigInt.asIntN(32, BigInt(e.value))));
  if (e.kind === "tir.Binary" && e.dtype.bits >= 32 && isInteger(e.dtype)) {
    if (e.op === "add" || e.op === "sub" || e.op === "mul") {
      if (lowBitsSuffice(e.a) && lowBitsSuffice(e.b)) {
        emitLow32(cx, e.a);
        emitLow32(cx, e.b);
        return f.op(`i32.${e.op}`);
      }
    }
  }
  if (
    e.kind === "tir.Cast" &&
    e.dtype.bits === 64 &&
    isInteger(e.dtype) &&
    isInteger(e.value.dtype)
  ) {
    return emitLow32(cx, e.value);
  }
  cx.emit(e);
  if (laneOf(e.dtype).bits === 64 && isInteger(e.dtype)) f.op("i32.wrap_i64");
}

/** Integers of any width extend to 32 bits with the value they have. */
const lowBitsSuffice = (e: PrimExpr): boolean => isInteger(e.dtype) || e.dtype.code === "bool";

/** The element position of scalar indices, by strides or row-major. */
export function linearIndex(buffer: Buffer, indices: readonly PrimExpr[]): PrimExpr {
  let position: PrimExpr | undefined;
  if (buffer.strides.length > 0) {
    indices.forEach((index, k) => {
      const term = times(index, buffer.strides[k]!);
      position = position === undefined ? term : plus(position, term);
    });
  } else {
    indices.forEach((index, k) => {
      position = position === undefined ? index : plus(times(position, buffer.shape[k]!), index);
    });
  }
  const start = position ?? intImm(0);
  return buffer.elemOffset === undefined ? start : plus(start, buffer.elemOffset);
}

const widen = (e: PrimExpr, like: PrimExpr): PrimExpr =>
  e.dtype === like.dtype || e.kind === "tir.IntImm"
    ? e
    : e.dtype.bits < like.dtype.bits
      ? cast(e, like.dtype)
      : e;
const plus = (a: PrimExpr, b: PrimExpr): PrimExpr =>
  a.kind === "tir.IntImm" && a.value === 0
    ? b
    : b.kind === "tir.IntImm" && b.value === 0
      ? a
      : binary("add", widen(a, b), widen(b, a));
const times = (a: PrimExpr, b: PrimExpr): PrimExpr =>
  (a.kind === "tir.IntImm" && a.value === 0) || (b.kind === "tir.IntImm" && b.value === 1)
    ? a
    : binary("mul", widen(a, b), widen(b, a));

/** Pushes the address of an element; the result is what to put into the instruction's offset. */
export function emitAddress(
  cx: FunctionContext,
  buffer: Buffer,
  indices: readonly PrimExpr[],
): number {
  const { f } = cx;
  const bytes = bytesOf(buffer.dtype);
  let index = linearIndex(buffer, indices);
  let offset = 0;
  emitPointer(cx, buffer);
  if (index.kind === "tir.Binary" && index.op === "add" && index.b.kind === "tir.IntImm") {
    const constant = Number(index.b.value) * bytes;
    if (constant >= 0 && constant <= LOWEST_ADDRESS) {
      offset = constant;
      index = index.a;
    }
  }
  if (index.kind === "tir.IntImm") {
    const constant = Number(index.value) * bytes;
    if (constant >= 0 && constant + offset < 2 ** 31) return offset + constant;
  }
  emitLow32(cx, index);
  if (bytes === 1) f.op("i32.add");
  else {
    const shift = Math.log2(bytes);
    f.i32(Number.isInteger(shift) ? shift : bytes);
    f.op(Number.isInteger(shift) ? "i32.shl" : "i32.mul");
    f.op("i32.add");
  }
  return offset;
}

/** An index as a 32-bit constant, where it is one. */
export const constantIndex = (indices: readonly PrimExpr[]): number | undefined => {
  if (indices.length !== 1) return undefined;
  const [index] = indices;
  return index!.kind === "tir.IntImm" ? Number(index!.value) : undefined;
};
export const int32Imm = (value: number): PrimExpr => intImm(value, int32);
