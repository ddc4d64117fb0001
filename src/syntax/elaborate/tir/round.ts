/** Rounding of constants to the float type that holds them. */
import type { DType } from "../../../support/dtype.js";
import { floatFormat, roundToFormat } from "../../../support/numeric/float-format.js";

/** The nearest value of the type, ties to even; overflow gives what the type has for it. */
export function roundTo(value: number, to: DType): number {
  if (to.bits === 64 || !Number.isFinite(value)) return value;
  const format = floatFormat(to);
  return format === undefined ? Math.fround(value) : roundToFormat(format, value);
}
