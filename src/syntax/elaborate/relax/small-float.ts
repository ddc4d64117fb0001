/** Floats of at most 16 bits as bit patterns: round to nearest even, subnormals included. */
import type { DType } from "../../../support/dtype.js";

interface Format {
  readonly exponent: number;
  readonly mantissa: number;
  readonly bias: number;
  /** `ieee`: top exponent is inf and NaN; `fn`: one NaN, no inf; `fnuz`: negative zero is NaN; `finite`: neither. */
  readonly top: "ieee" | "fn" | "fnuz" | "finite";
  readonly unsigned?: true;
}

const FORMATS: Readonly<Record<string, Format>> = {
  float16: { exponent: 5, mantissa: 10, bias: 15, top: "ieee" },
  bfloat16: { exponent: 8, mantissa: 7, bias: 127, top: "ieee" },
  float8_e3m4: { exponent: 3, mantissa: 4, bias: 3, top: "ieee" },
  float8_e4m3: { exponent: 4, mantissa: 3, bias: 7, top: "ieee" },
  float8_e4m3b11fnuz: { exponent: 4, mantissa: 3, bias: 11, top: "fnuz" },
  float8_e4m3fn: { exponent: 4, mantissa: 3, bias: 7, top: "fn" },
  float8_e4m3fnuz: { exponent: 4, mantissa: 3, bias: 8, top: "fnuz" },
  float8_e5m2: { exponent: 5, mantissa: 2, bias: 15, top: "ieee" },
  float8_e5m2fnuz: { exponent: 5, mantissa: 2, bias: 16, top: "fnuz" },
  float8_e8m0fnu: { exponent: 8, mantissa: 0, bias: 127, top: "fn", unsigned: true },
  float6_e2m3fn: { exponent: 2, mantissa: 3, bias: 1, top: "finite" },
  float6_e3m2fn: { exponent: 3, mantissa: 2, bias: 3, top: "finite" },
  float4_e2m1fn: { exponent: 2, mantissa: 1, bias: 1, top: "finite" },
};

const formatOf = (dtype: DType): Format => FORMATS[dtype.scalarName] ?? FORMATS["float16"]!;

const nanBits = (f: Format): number => {
  if (f.top === "fnuz") return 1 << (f.exponent + f.mantissa);
  if (f.top === "ieee") return (((1 << f.exponent) - 1) << f.mantissa) | (1 << (f.mantissa - 1));
  return (1 << (f.exponent + f.mantissa)) - 1;
};

/** Bits of the largest finite value. */
function maxBits(f: Format): number {
  const all = (1 << (f.exponent + f.mantissa)) - 1;
  if (f.top === "ieee") return (((1 << f.exponent) - 1) << f.mantissa) - 1;
  return f.top === "fn" ? all - 1 : all;
}

/** Bit pattern nearest to `value`; beyond the range infinity, else NaN, else the largest finite value. */
export function encodeSmallFloat(value: number, dtype: DType): number {
  const f = formatOf(dtype);
  if (Number.isNaN(value)) return nanBits(f);
  const negative = value < 0 || Object.is(value, -0);
  const sign = negative && f.unsigned === undefined ? 1 << (f.exponent + f.mantissa) : 0;
  const magnitude = magnitudeBits(Math.abs(value), f);
  if (magnitude <= maxBits(f)) return magnitude === 0 && f.top === "fnuz" ? 0 : sign | magnitude;
  if (f.top === "ieee") return sign | (((1 << f.exponent) - 1) << f.mantissa);
  return f.top === "finite" ? sign | maxBits(f) : nanBits(f);
}

/** Exponent and mantissa bits of a magnitude as if the exponent had no end. */
function magnitudeBits(x: number, f: Format): number {
  if (x === 0) return 0;
  if (x === Infinity) return Number.MAX_SAFE_INTEGER;
  let exponent = Math.max(Math.floor(Math.log2(x)), -1074);
  while (2 ** exponent > x) exponent--;
  while (2 ** (exponent + 1) <= x) exponent++;
  const lowest = f.mantissa === 0 ? -f.bias : 1 - f.bias;
  const scale = Math.max(exponent, lowest);
  // Divided in two steps, so that neither factor leaves the range of doubles.
  const half = Math.trunc((f.mantissa - scale) / 2);
  const steps = roundEven(x * 2 ** half * 2 ** (f.mantissa - scale - half));
  if (f.mantissa === 0) return Math.max(scale + f.bias + (steps > 1 ? 1 : 0), 0);
  return steps + (scale - lowest) * (1 << f.mantissa);
}

function roundEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** Value of a bit pattern. */
export function decodeSmallFloat(bits: number, dtype: DType): number {
  const f = formatOf(dtype);
  const width = f.exponent + f.mantissa;
  const negative = f.unsigned === undefined && (bits >> width) & 1;
  const rest = bits & ((1 << width) - 1);
  if (f.top === "fnuz" && negative && rest === 0) return NaN;
  const exponent = rest >> f.mantissa;
  const mantissa = rest & ((1 << f.mantissa) - 1);
  const sign = negative ? -1 : 1;
  if (f.top === "ieee" && exponent === (1 << f.exponent) - 1) return mantissa === 0 ? sign * Infinity : NaN;
  if (f.top === "fn" && rest === (1 << width) - 1) return NaN;
  if (f.mantissa === 0) return 2 ** (exponent - f.bias);
  if (exponent === 0) return sign * mantissa * 2 ** (1 - f.bias - f.mantissa);
  return sign * (1 + mantissa / (1 << f.mantissa)) * 2 ** (exponent - f.bias);
}
