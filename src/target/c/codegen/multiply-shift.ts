/** Fixed-point multiplication of quantised programs: 64 bits inside, halves rounded up. */
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext, ModuleContext } from "./context.js";
import { emitExpr } from "./expr.js";
import { called, type Piece } from "./text.js";

/** `(x · 2^left · y) / 2^right` */
const routineOf = (shared: ModuleContext): string =>
  shared.routine(
    "rx_multiply_shift",
    () => `RX_HELPER int32_t rx_multiply_shift(int64_t x, int64_t y, int64_t left, int64_t right) {
  const uint64_t product = ((uint64_t)x << (left & 63)) * (uint64_t)y;
  const uint64_t half = (uint64_t)1 << ((right - 1) & 63);
  return (int32_t)((int64_t)(product + half) >> (right & 63));
}`,
  );

/** Of the operands x, y, q, s: left by s when it is positive, right by q and −s. */
export function emitMultiplyShift(cx: FunctionContext, operands: readonly PrimExpr[]): Piece {
  const routine = cx.shared.routine("rx_q_multiply_shift", () => {
    const inner = routineOf(cx.shared);
    return `RX_HELPER int32_t rx_q_multiply_shift(int64_t x, int64_t y, int64_t q, int64_t s) {
  return ${inner}(x, y, s > 0 ? s : 0, q + (s > 0 ? 0 : -s));
}`;
  });
  return called(routine, ...operands.map((e) => emitExpr(cx, coerce(e, int64))));
}

/** Of the operands x, y, left, right, q. */
export function emitMultiplyShiftPerAxis(
  cx: FunctionContext,
  operands: readonly PrimExpr[],
): Piece {
  const routine = cx.shared.routine("rx_q_multiply_shift_per_axis", () => {
    const inner = routineOf(cx.shared);
    return `RX_HELPER int32_t rx_q_multiply_shift_per_axis(int64_t x, int64_t y, int64_t left, int64_t right, int64_t q) {
  return ${inner}(x, y, left, right + q);
}`;
  });
  return called(routine, ...operands.map((e) => emitExpr(cx, coerce(e, int64))));
}
