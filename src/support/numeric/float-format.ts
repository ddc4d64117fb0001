/**
 * Floats below 32 bits: what their bit patterns mean, and rounding to them (to nearest, ties to even, from the exact
 * value). Arithmetic on them is float32 arithmetic followed by one such rounding.
 */
import type { DType } from "../dtype.js";

export interface FloatFormat {
  readonly bits: number;
  readonly mantissaBits: number;
  /** Exponent of the smallest normal number; it is also that of the subnormal ones. */
  readonly minExponent: number;
  readonly maxFinite: number;
  /** What a value above the greatest becomes. */
  readonly overflow: "infinity" | "nan" | "saturate";
  readonly hasNegativeZero: boolean;
  /** Bit pattern of NaN; formats without one store the negative zero. */
  readonly nanBits: number;
  /** Only powers of two, without sign or zero. */
  readonly exponentOnly: boolean;
}

type Overflow = FloatFormat["overflow"];

/** `e` exponent bits, `m` mantissa bits, exponent bias, how it overflows. */
function format(
  e: number,
  m: number,
  bias: number,
  overflow: Overflow,
  nan: "ieee" | "top" | "zero" | "none",
): FloatFormat {
  const bits = 1 + e + m;
  const top = 2 ** e - 1;
  const maxExponent = (nan === "ieee" ? top - 1 : top) - bias;
  const lastMantissa = nan === "top" ? 2 ** m - 2 : 2 ** m - 1;
  const negativeZero = 2 ** (bits - 1);
  return {
    bits,
    mantissaBits: m,
    minExponent: 1 - bias,
    maxFinite: 2 ** maxExponent * (1 + lastMantissa / 2 ** m),
    overflow,
    hasNegativeZero: nan !== "zero",
    nanBits:
      nan === "ieee"
        ? top * 2 ** m + 2 ** (m - 1)
        : nan === "top"
          ? negativeZero - 1
          : negativeZero,
    exponentOnly: false,
  };
}

const FORMATS: Readonly<Record<string, FloatFormat>> = {
  float16: format(5, 10, 15, "infinity", "ieee"),
  bfloat16: format(8, 7, 127, "infinity", "ieee"),
  float8_e3m4: format(3, 4, 3, "infinity", "ieee"),
  float8_e4m3: format(4, 3, 7, "infinity", "ieee"),
  float8_e4m3b11fnuz: format(4, 3, 11, "nan", "zero"),
  float8_e4m3fn: format(4, 3, 7, "nan", "top"),
  float8_e4m3fnuz: format(4, 3, 8, "nan", "zero"),
  float8_e5m2: format(5, 2, 15, "infinity", "ieee"),
  float8_e5m2fnuz: format(5, 2, 16, "nan", "zero"),
  float8_e8m0fnu: {
    bits: 8,
    mantissaBits: 0,
    minExponent: -127,
    maxFinite: 2 ** 127,
    overflow: "nan",
    hasNegativeZero: false,
    nanBits: 255,
    exponentOnly: true,
  },
  float6_e2m3fn: format(2, 3, 1, "saturate", "none"),
  float6_e3m2fn: format(3, 2, 3, "saturate", "none"),
  float4_e2m1fn: format(2, 1, 1, "saturate", "none"),
};

/** The format of a float below 32 bits (of one lane of it); undefined for all other types. */
export const floatFormat = (type: DType): FloatFormat | undefined => FORMATS[type.scalarName];

/** The nearest value of the format; NaN may come out for formats that have one. */
export function roundToFormat(f: FloatFormat, x: number): number {
  if (x !== x) return f.overflow === "saturate" ? -0 : x;
  if (f.exponentOnly) return roundToPower(f, x);
  const size = Math.abs(x);
  const r = size < 2 ** f.minExponent ? roundSubnormal(f, size) : roundNormal(f, size);
  if (r <= f.maxFinite)
    return r === 0 && !f.hasNegativeZero ? 0 : x < 0 || Object.is(x, -0) ? -r : r;
  if (f.overflow === "nan") return NaN;
  const top = f.overflow === "infinity" ? Infinity : f.maxFinite;
  return x < 0 ? -top : top;
}

/** Adding and taking off a number of the right size rounds at the last place of subnormals. */
function roundSubnormal(f: FloatFormat, size: number): number {
  const shift = 2 ** (f.minExponent - f.mantissaBits + 52);
  return size + shift - shift;
}

const cell = new Float64Array(1);
const halves = new Uint32Array(cell.buffer);
/** Which half holds sign and exponent; the memory of the machine decides. */
const HIGH = ((): 0 | 1 => {
  cell[0] = 1;
  return halves[1] === 0 ? 0 : 1;
})();

/** Exponent of a normal float64. */
function exponentOf(x: number): number {
  cell[0] = x;
  return ((halves[HIGH]! >>> 20) & 0x7ff) - 1023;
}

function roundNormal(f: FloatFormat, size: number): number {
  if (size === Infinity) return size;
  cell[0] = size;
  // A power of two whose last place is the format's last place at this size.
  halves[HIGH] = (halves[HIGH]! & 0x7ff00000) + ((52 - f.mantissaBits) << 20);
  halves[1 - HIGH] = 0;
  const shift = cell[0];
  return shift < Infinity ? size + shift - shift : size;
}

function roundToPower(f: FloatFormat, x: number): number {
  if (!(x > 0) || x === Infinity) return NaN;
  if (x < 2 ** f.minExponent) return 2 ** f.minExponent;
  const low = 2 ** exponentOf(x);
  const r = x - low >= low / 2 ? low * 2 : low;
  return r > f.maxFinite ? NaN : r;
}

/** Bit pattern of a value that is in the format (as {@link roundToFormat} gives it). */
export function encodeFloat(f: FloatFormat, x: number): number {
  if (x !== x) return f.nanBits;
  if (f.exponentOnly) return exponentOf(x) + 127;
  const sign = x < 0 || Object.is(x, -0) ? 2 ** (f.bits - 1) : 0;
  const size = Math.abs(x);
  const m = f.mantissaBits;
  if (size === Infinity) return sign + f.nanBits - 2 ** (m - 1);
  if (size < 2 ** f.minExponent) return sign + size / 2 ** (f.minExponent - m);
  const exponent = exponentOf(size);
  const mantissa = (size / 2 ** exponent - 1) * 2 ** m;
  return sign + (exponent - f.minExponent + 1) * 2 ** m + mantissa;
}

const tables = new Map<FloatFormat, Float64Array>();

/** Value of a bit pattern. */
export function decodeFloat(f: FloatFormat, bits: number): number {
  let table = tables.get(f);
  if (table === undefined) {
    table = Float64Array.from({ length: 2 ** f.bits }, (_, i) => decodeSlow(f, i));
    tables.set(f, table);
  }
  return table[bits & (table.length - 1)]!;
}

function decodeSlow(f: FloatFormat, bits: number): number {
  if (f.exponentOnly) return bits === f.nanBits ? NaN : 2 ** (bits - 127);
  const m = f.mantissaBits;
  const signBit = 2 ** (f.bits - 1);
  const negative = bits >= signBit;
  const rest = negative ? bits - signBit : bits;
  const field = Math.floor(rest / 2 ** m);
  const mantissa = rest % 2 ** m;
  if (f.overflow === "infinity" && field === 2 ** (f.bits - 1 - m) - 1) {
    return mantissa !== 0 ? NaN : negative ? -Infinity : Infinity;
  }
  if (f.overflow === "nan" && bits === f.nanBits) return NaN;
  if (f.overflow === "nan" && f.hasNegativeZero && rest === f.nanBits) return NaN;
  const size =
    field === 0
      ? mantissa * 2 ** (f.minExponent - m)
      : (1 + mantissa / 2 ** m) * 2 ** (field - 1 + f.minExponent);
  return negative ? -size : size;
}
