/** Least and greatest values of types. */
import { boolImm, floatImm, intImm } from "../ir/tir/expr.js";
import { bool, isFloat, type DType } from "../support/dtype.js";
import { integerLimit } from "../support/integer-limit.js";
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

/** −∞, or the least value where the type has no infinity. */
export function lowestOf(dtype: DType): Value {
  const format = floatFormat(dtype);
  const hasInfinity = isFloat(dtype) && (format === undefined || format.overflow === "infinity");
  return hasInfinity ? exprValue(floatImm(-Infinity, dtype), "dim") : limitOf("min_value", dtype);
}
