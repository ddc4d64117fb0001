/** Fixed-point multiplication of quantised programs. */
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { binary, cast, intImm, select, compare } from "../../../ir/tir/expr.js";
import { int32, int64 } from "../../../support/dtype.js";
import type { FunctionContext } from "./context.js";

/** `(x · 2^max(s,0) · y) / 2^(q + max(−s,0))`, 64-bit inside, halves rounded up. */
export function emitMultiplyShift(
  cx: FunctionContext,
  [x, y, q, s]: readonly [PrimExpr, PrimExpr, PrimExpr, PrimExpr],
): void {
  const wide = (e: PrimExpr): PrimExpr =>
    e.kind === "tir.IntImm" ? intImm(e.value, int64) : cast(e, int64);
  const zero = intImm(0, int64);
  const isLeft = compare("gt", wide(s), zero);
  const left = select(isLeft, wide(s), zero);
  const right = binary("add", select(isLeft, zero, binary("sub", zero, wide(s))), wide(q));
  const product = binary("mul", binary("shl", wide(x), left), wide(y));
  const half = binary("shl", intImm(1, int64), binary("sub", right, intImm(1, int64)));
  cx.emit(cast(binary("shr", binary("add", product, half), right), int32));
}

/** `(x · 2^left · y) / 2^(q + right)` of the operands x, y, left, right, q; halves rounded up. */
export function emitMultiplyShiftPerAxis(cx: FunctionContext, operands: readonly PrimExpr[]): void {
  const [x, y, left, right, q] = operands.map((e) =>
    e.kind === "tir.IntImm" ? intImm(e.value, int64) : cast(e, int64),
  ) as [PrimExpr, PrimExpr, PrimExpr, PrimExpr, PrimExpr];
  const shift = binary("add", right, q);
  const half = binary("shl", intImm(1, int64), binary("sub", shift, intImm(1, int64)));
  const product = binary("mul", binary("shl", x, left), y);
  cx.emit(cast(binary("shr", binary("add", product, half), shift), int32));
}
