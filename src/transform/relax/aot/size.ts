/** Arithmetic on sizes in bytes and elements. */
import { binary, cast, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";

export const long = (value: number | bigint): PrimExpr => intImm(value as never, int64);
const wide = (e: PrimExpr): PrimExpr =>
  e.kind === "tir.IntImm" ? intImm(e.value, int64) : e.dtype === int64 ? e : cast(e, int64);
const number = (e: PrimExpr): bigint | undefined =>
  e.kind === "tir.IntImm" ? BigInt(e.value) : undefined;

/** `a + b` */
export function sum(a: PrimExpr, b: PrimExpr): PrimExpr {
  const [x, y] = [number(a), number(b)];
  if (x !== undefined && y !== undefined) return long(x + y);
  return x === 0n ? wide(b) : y === 0n ? wide(a) : binary("add", wide(a), wide(b));
}

/** `a * b` */
export function product(a: PrimExpr, b: PrimExpr): PrimExpr {
  const [x, y] = [number(a), number(b)];
  if (x !== undefined && y !== undefined) return long(x * y);
  return x === 1n ? wide(b) : y === 1n ? wide(a) : binary("mul", wide(a), wide(b));
}

/** The quotient of a multiple. */
export function quotient(a: PrimExpr, b: number): PrimExpr {
  const x = number(a);
  if (x !== undefined) return long(x / BigInt(b));
  return b === 1 ? wide(a) : binary("floordiv", wide(a), long(b));
}

/** The larger of two. */
export function larger(a: PrimExpr, b: PrimExpr): PrimExpr {
  const [x, y] = [number(a), number(b)];
  if (x !== undefined && y !== undefined) return long(x > y ? x : y);
  return a === b ? a : binary("max", wide(a), wide(b));
}

/** Alignment of tensors in memory, in bytes. */
export const ALIGNMENT = 64;

/** The next multiple of the alignment. */
export function aligned(bytes: PrimExpr): PrimExpr {
  const n = number(bytes);
  if (n !== undefined) return long(((n + 63n) / 64n) * 64n);
  const isMultiple =
    bytes.kind === "tir.Binary" &&
    bytes.op === "mul" &&
    [bytes.a, bytes.b].some((e) => (number(e) ?? 1n) % 64n === 0n);
  if (isMultiple) return wide(bytes);
  return product(quotient(sum(bytes, long(ALIGNMENT - 1)), ALIGNMENT), long(ALIGNMENT));
}
