/** Positions of buffer elements, in elements from the start of the buffer's memory. */
import { binary, cast, intImm, type PrimExpr } from "../ir/tir/expr.js";
import type { Buffer } from "../ir/tir/buffer.js";

/** The position of scalar indices, by strides or row-major. */
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
