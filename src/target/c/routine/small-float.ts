/** Floats below 32 bits: rounding, bits in memory and back, as helper functions. */
import { laneOf, type DType } from "../../../support/dtype.js";
import {
  decodeFloat,
  floatFormat,
  type FloatFormat,
} from "../../../support/numeric/float-format.js";
import { float32, float64 } from "../../../support/dtype.js";
import { floatBits } from "../../../support/numeric/evaluate-program.js";
import type { ModuleContext } from "../codegen/context.js";
import { floatLiteral } from "../codegen/literal.js";
import { storedLaneName, cTypeOf } from "../codegen/types.js";
import { bitsRoutine, fromBitsRoutine } from "./bits.js";

const shortName = (type: DType): string =>
  laneOf(type).name.replace("float", "f").replace("bf", "bf");
const f64 = (x: number): string => floatLiteral(x, float64).text;
const f32 = (x: number): string => floatLiteral(x, float32).text;

/** `float round(double)`: to the nearest of the type, ties to even. */
export function roundRoutine(shared: ModuleContext, type: DType): string {
  const format = floatFormat(type)!;
  const name = `rx_round_${shortName(type)}`;
  return shared.routine(name, () => {
    const head = `RX_HELPER float ${name}(double x) {`;
    const [bits, back] = [bitsRoutine(shared, "f64"), fromBitsRoutine(shared, "f64")];
    return format.exponentOnly
      ? roundToPower(head, format, bits, back)
      : roundToNearest(shared, head, format, bits, back);
  });
}

function roundToNearest(
  shared: ModuleContext,
  head: string,
  f: FloatFormat,
  bits: string,
  back: string,
): string {
  const { mantissaBits: m, minExponent } = f;
  const shift = f64(2 ** (minExponent - m + 52));
  const over =
    f.overflow === "infinity"
      ? "(double)INFINITY"
      : f.overflow === "nan"
        ? "(double)NAN"
        : f64(f.maxFinite);
  // The sum and difference must round one after the other; a variable in memory keeps them apart everywhere.
  return `${head}
  double r = x < 0.0 ? -x : x;
  if (x != x) return ${f.overflow === "saturate" ? "-0.0f" : "NAN"};
  if (r < ${f64(2 ** minExponent)}) {
    r = r + ${shift};
    r = r - ${shift};
  } else {
    uint64_t u = (uint64_t)${bits}(r);
    u += ((u >> ${52 - m}) & 1u) + UINT64_C(${(1n << BigInt(51 - m)) - 1n});
    r = ${back}((int64_t)(u & ~UINT64_C(${(1n << BigInt(52 - m)) - 1n})));
  }
  if (r > ${f64(f.maxFinite)}) r = ${over};
  return ${f.hasNegativeZero ? `(float)copysign(r, x)` : `(float)(copysign(r, x) + 0.0)`};
}`;
}

function roundToPower(head: string, f: FloatFormat, bits: string, back: string): string {
  const smallest = 2 ** f.minExponent;
  return `${head}
  double low;
  if (!(x > 0.0 && x < (double)INFINITY)) return NAN;
  if (x < ${f64(smallest)}) return ${f32(smallest)};
  low = ${back}((int64_t)((uint64_t)${bits}(x) & ~UINT64_C(${(1n << 52n) - 1n})));
  if (x - low >= low * 0.5) low = low + low;
  return low > ${f64(f.maxFinite)} ? NAN : (float)low;
}`;
}

/** `uintN_t encode(float)` of a value that is in the type. */
export function encodeRoutine(shared: ModuleContext, type: DType): string {
  const f = floatFormat(type)!;
  const name = `rx_encode_${shortName(type)}`;
  return shared.routine(name, () => {
    const bits64 = bitsRoutine(shared, "f64");
    const stored = cTypeOf(storedLaneName(type));
    const { mantissaBits: m, minExponent } = f;
    const bias = (1023 + minExponent - (f.exponentOnly ? 0 : 1)) * 2 ** m;
    const significant = `(uint32_t)((uint64_t)${bits64}(size) >> ${52 - m}) - ${bias}u`;
    const head = `RX_HELPER ${stored} ${name}(float x) {\n  const double size = fabs((double)x);\n`;
    if (f.exponentOnly)
      return `${head}  if (x != x) return ${f.nanBits}u;\n  return (${stored})(${significant});\n}`;
    const bits32 = bitsRoutine(shared, "f32");
    const infinite =
      f.overflow === "infinity"
        ? `  if (size == (double)INFINITY) return (${stored})(sign | ${f.nanBits - 2 ** (m - 1)}u);\n`
        : "";
    return `${head}  const uint32_t sign = ((uint32_t)${bits32}(x) >> 31) << ${f.bits - 1};
  if (x != x) return ${f.nanBits}u;
${infinite}  if (size < ${f64(2 ** minExponent)}) return (${stored})(sign | (uint32_t)(size * ${f64(2 ** (m - minExponent))}));
  return (${stored})(sign | (${significant}));
}`;
  });
}

/** `float decode(uintN_t)`. */
export function decodeRoutine(shared: ModuleContext, type: DType): string {
  const f = floatFormat(type)!;
  const name = `rx_decode_${shortName(type)}`;
  return shared.routine(name, () => {
    const stored = cTypeOf(storedLaneName(type));
    const head = `RX_HELPER float ${name}(${stored} x) {\n`;
    if (f.bits <= 8) {
      const values = (): string[] =>
        Array.from({ length: 2 ** f.bits }, (_, x) => `${floatBits(decodeFloat(f, x)) >>> 0}u`);
      const table = shared.table("uint32_t", `decode_${shortName(type)}`, values);
      const float = fromBitsRoutine(shared, "f32");
      return `${head}  return ${float}((int32_t)${table}[x & ${2 ** f.bits - 1}u]);\n}`;
    }
    const back = fromBitsRoutine(shared, "f32");
    if (f.mantissaBits === 7) return `${head}  return ${back}((int32_t)((uint32_t)x << 16));\n}`;
    return `${head}  const uint32_t size = x & 0x7fffu;
  const uint32_t sign = ((uint32_t)x & 0x8000u) << 16;
  if (size < 0x400u) return copysignf((float)size * 0x1p-24f, ${back}((int32_t)sign));
  return ${back}((int32_t)(sign | ((size << 13) + (size < 0x7c00u ? 0x38000000u : 0x70000000u))));
}`;
  });
}
