/** Floats as Python text: the fewest digits that read back to the same value in their dtype. */
import type { DType } from "../../../support/dtype.js";
import { floatFormat, roundToFormat } from "../../../support/numeric/float-format.js";

/** Text of a finite value: always with a point or an exponent. */
export function floatText(value: number, dtype: DType): string {
  if (Object.is(value, -0)) return "-0.0";
  // Whole numbers are exact as they are written.
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return `${value}.0`;
  const round = rounding(dtype);
  let text = String(value);
  const limit = Math.max(largest(dtype), Math.abs(value));
  for (let digits = 1; digits < 17; digits++) {
    const short = Number(value.toPrecision(digits));
    // Text for a host that checks doubles must not leave the range of the type.
    if (round(short) === value && Math.abs(short) <= limit) {
      text = String(short);
      break;
    }
  }
  return pythonFloat(text);
}

const largest = (dtype: DType): number =>
  dtype.code === "float" && dtype.bits === 32 ? 3.4028234663852886e38 : Infinity;

function rounding(dtype: DType): (x: number) => number {
  if (dtype.code === "float" && dtype.bits === 64) return (x) => x;
  const format = floatFormat(dtype);
  return format === undefined ? Math.fround : (x) => roundToFormat(format, x);
}

/** JavaScript's notation as Python's: exponent form below 1e-4 and from 1e16, two digits in the exponent, a point. */
export function pythonFloat(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text);
  if (match === null) return text;
  const [, sign, whole = "0", fraction = "", power = "0"] = match;
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return `${sign}0.0`;
  const leading =
    whole.replace(/^0+/, "").length > 0
      ? whole.length
      : -(fraction.length - fraction.replace(/^0+/, "").length);
  // Value = 0.digits × 10^exponent
  const exponent = leading + Number(power);
  const significant = digits.replace(/0+$/, "");
  const decimal = exponent - 1;
  if (decimal < -4 || decimal >= 16) {
    const mantissa =
      significant.length === 1 ? significant : `${significant[0]}.${significant.slice(1)}`;
    const shown = Math.abs(decimal) < 10 ? `0${Math.abs(decimal)}` : String(Math.abs(decimal));
    return `${sign}${mantissa}e${decimal < 0 ? "-" : "+"}${shown}`;
  }
  if (exponent <= 0) return `${sign}0.${"0".repeat(-exponent)}${significant}`;
  if (significant.length <= exponent) return `${sign}${significant.padEnd(exponent, "0")}.0`;
  return `${sign}${significant.slice(0, exponent)}.${significant.slice(exponent)}`;
}
