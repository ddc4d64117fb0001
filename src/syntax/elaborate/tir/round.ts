/** Rounding of constants to the float type that holds them. */
import type { DType } from "../../../support/dtype.js";

/** The nearest value of the type, ties to even; overflow gives infinity. Types below 16 bits keep the double. */
export function roundTo(value: number, to: DType): number {
  if (to.bits === 64 || !Number.isFinite(value) || value === 0) return value;
  if (to.bits === 32) return Math.fround(value);
  if (to.code === "bfloat") return roundToBits(value, 8, 127);
  if (to.code === "float" && to.bits === 16) return roundToBits(value, 11, 15);
  return value;
}

/** Rounds to `precision` significant bits with largest exponent `bias` and gradual underflow. */
function roundToBits(value: number, precision: number, bias: number): number {
  const magnitude = Math.abs(value);
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), 1 - bias);
  const unit = 2 ** (exponent - precision + 1);
  const rounded = roundHalfEven(magnitude / unit) * unit;
  const largest = (2 - 2 ** (1 - precision)) * 2 ** bias;
  return Math.sign(value) * (rounded > largest ? Infinity : rounded);
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
