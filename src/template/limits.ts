/** Least and greatest values of types. */
import { boolImm, floatImm, intImm } from "../ir/tir/expr.js";
import { bool, isFloat, type DType } from "../support/dtype.js";
import { int } from "../support/int.js";
import { floatFormat } from "../support/numeric/float-format.js";
import { exprValue, type Value } from "./values.js";

/** Least and greatest finite value, infinity. */
export function limitOf(name: "min_value" | "max_value" | "infinity", dtype: DType): Value {
  if (name === "infinity") return exprValue(floatImm(Infinity, dtype), "dim");
  const sign = name === "min_value" ? -1 : 1;
  if (isFloat(dtype)) return exprValue(floatImm(sign * greatest(dtype), dtype), "dim");
  if (dtype === bool) return exprValue(boolImm(sign > 0), "dim");
  return exprValue(intImm(integerLimit(dtype, sign > 0), dtype), "dim");
}

const greatest = (dtype: DType): number =>
  floatFormat(dtype)?.maxFinite ?? (dtype.bits === 64 ? Number.MAX_VALUE : 3.4028234663852886e38);

/** Least or greatest value of an integer type. */
export function integerLimit(dtype: DType, most: boolean): ReturnType<typeof int> {
  const bits = BigInt(dtype.bits);
  if (dtype === bool) return most ? 1 : 0;
  if (dtype.code === "uint") return most ? int((1n << bits) - 1n) : 0;
  return most ? int((1n << (bits - 1n)) - 1n) : int(-(1n << (bits - 1n)));
}

/** −∞, or the least value where the type has no infinity. */
export function lowestOf(dtype: DType): Value {
  const format = floatFormat(dtype);
  const hasInfinity = isFloat(dtype) && (format === undefined || format.overflow === "infinity");
  return hasInfinity ? exprValue(floatImm(-Infinity, dtype), "dim") : limitOf("min_value", dtype);
}
