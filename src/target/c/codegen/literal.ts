/** Constants as C text. */
import { float32, isFloat, laneOf, type DType } from "../../../support/dtype.js";
import type { Int } from "../../../support/int.js";
import { integerRange } from "../../../support/numeric/scalar.js";
import { showScalar } from "../../../support/show-value.js";
import { level, primary, type Piece } from "./text.js";

/** A float: the fewest digits that read back. */
export function floatLiteral(value: number, type: DType): Piece {
  const single = type.bits !== 64;
  if (value !== value) return primary(single ? "NAN" : "(double)NAN");
  if (value === Infinity || value === -Infinity) {
    const text = single ? "INFINITY" : "(double)INFINITY";
    return value > 0 ? { text, level: level.unary } : { text: `-${text}`, level: level.unary };
  }
  const size = showScalar(Math.abs(value), laneOf(type).bits === 64 ? type : float32);
  const text = `${size}${single ? "f" : ""}`;
  const negative = value < 0 || Object.is(value, -0);
  return negative ? { text: `-${text}`, level: level.unary } : primary(text);
}

/** An integer of its type. */
export function integerLiteral(value: Int, type: DType): Piece {
  const v = wrapped(BigInt(value), type);
  const { min } = integerRange(laneOf(type));
  if (type.code === "uint") return primary(type.bits === 64 ? `UINT64_C(${v})` : `${v}u`);
  if (type.bits >= 32 && type.code === "int" && v === BigInt(min))
    return primary(type.bits === 64 ? "INT64_MIN" : "INT32_MIN");
  const big = v > 2147483647n || v < -2147483648n;
  const size = v < 0n ? -v : v;
  const text = big ? `INT64_C(${size})` : String(size);
  return v < 0n ? { text: `-${text}`, level: level.unary } : primary(text);
}

const wrapped = (v: bigint, { code, bits }: DType): bigint =>
  code === "bool" ? (v === 0n ? 0n : 1n) : code === "uint" ? BigInt.asUintN(bits, v) : BigInt.asIntN(bits, v); // prettier-ignore

/** A constant of any scalar type. */
export const literal = (value: Int, type: DType): Piece =>
  isFloat(type) ? floatLiteral(Number(value), type) : integerLiteral(value, type);

/** The piece with the width of its type, where a bare number would be a C `int`. */
export const atWidth = (x: Piece, type: DType): Piece =>
  type.bits === 64 && type.code === "int" && /^-?\d+$/.test(x.text)
    ? primary(`INT64_C(${x.text})`)
    : x;
