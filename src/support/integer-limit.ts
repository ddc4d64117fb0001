/** Limits of integer types. */
import { bool, type DType } from "./dtype.js";
import { int, type Int } from "./int.js";

/** Least or greatest value of an integer type. */
export function integerLimit(dtype: DType, most: boolean): Int {
  const bits = BigInt(dtype.bits);
  if (dtype === bool) return most ? 1 : 0;
  if (dtype.code === "uint") return most ? int((1n << bits) - 1n) : 0;
  return most ? int((1n << (bits - 1n)) - 1n) : int(-(1n << (bits - 1n)));
}
