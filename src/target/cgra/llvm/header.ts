/** The intrinsics of device IR in C, so that the same module compiles for a processor. */
import {
  EXP2_LN2,
  EXP2_TABLE,
  LOG2_BASE,
  LOG2_COEFFICIENTS,
  bitsOf,
} from "../machine/elementary.js";

export const HEADER_NAME = "relax_cgra_intrinsics.h";

const hex = (bits: number): string => `0x${(bits >>> 0).toString(16).padStart(8, "0")}u`;
const table = EXP2_TABLE.reduce((text, v, j) => `${text}${j % 8 === 0 ? "\n    " : " "}${v}u,`, "");

/** Compile with `-ffp-contract=off`. Define RELAX_CGRA_EXTERN in one file to give other modules the symbols. */
export const intrinsicsHeader =
  (): string => `/* Intrinsics of relax.cgra device IR, for compilation to a processor: the same bits as the device.
 * Products and sums of floats are rounded apart: compile with -ffp-contract=off.
 * Include it once with RELAX_CGRA_EXTERN defined to define the symbols that IR modules call. */
#ifndef RELAX_CGRA_INTRINSICS_H
#define RELAX_CGRA_INTRINSICS_H
#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__) || defined(__clang__)
#define RELAX_CGRA_INLINE static inline __attribute__((always_inline, unused))
#else
#define RELAX_CGRA_INLINE static inline
#endif

RELAX_CGRA_INLINE uint32_t relax_cgra_bits(float x) { uint32_t b; memcpy(&b, &x, 4); return b; }
RELAX_CGRA_INLINE float relax_cgra_float(uint32_t b) { float x; memcpy(&x, &b, 4); return x; }
RELAX_CGRA_INLINE float relax_cgra_nan(void) { return relax_cgra_float(0x7fc00000u); }
RELAX_CGRA_INLINE int32_t relax_cgra_byte(int32_t x, int k) { return (int8_t)(uint8_t)((uint32_t)x >> (8 * k)); }
RELAX_CGRA_INLINE int32_t relax_cgra_ubyte(int32_t x, int k) { return (uint8_t)((uint32_t)x >> (8 * k)); }
RELAX_CGRA_INLINE int32_t relax_cgra_half(int32_t x, int k) { return (int16_t)(uint16_t)((uint32_t)x >> (16 * k)); }
RELAX_CGRA_INLINE int32_t relax_cgra_sum(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

RELAX_CGRA_INLINE int32_t relax_cgra_dot4_i32(int32_t a, int32_t b, int32_t c) {
  int k;
  for (k = 0; k < 4; k++) c = relax_cgra_sum(c, relax_cgra_byte(a, k) * relax_cgra_byte(b, k));
  return c;
}
RELAX_CGRA_INLINE int32_t relax_cgra_dot4u_i32(int32_t a, int32_t b, int32_t c) {
  int k;
  for (k = 0; k < 4; k++) c = relax_cgra_sum(c, relax_cgra_ubyte(a, k) * relax_cgra_byte(b, k));
  return c;
}
RELAX_CGRA_INLINE int32_t relax_cgra_dot2_i32(int32_t a, int32_t b, int32_t c) {
  int k;
  for (k = 0; k < 2; k++) c = relax_cgra_sum(c, relax_cgra_half(a, k) * relax_cgra_half(b, k));
  return c;
}
/* (a * b * 2^s) >> 31, halves up. */
RELAX_CGRA_INLINE int32_t relax_cgra_rmulsh_i32(int32_t a, int32_t b, int32_t s) {
  int64_t product = (int64_t)a * b, half;
  int shift;
  if (s >= 31) return s < 63 ? (int32_t)((uint32_t)product << (s - 31)) : 0;
  if (s < -31) return s == -32 && a == INT32_MIN && b == INT32_MIN;
  shift = 31 - s;
  half = (int64_t)1 << (shift - 1);
  return (int32_t)(uint32_t)(uint64_t)((product >> shift) + (((product & (2 * (half - 1) + 1)) >= half) ? 1 : 0));
}
RELAX_CGRA_INLINE int32_t relax_cgra_satb_i32(int32_t a) { return a < -128 ? -128 : a > 127 ? 127 : a; }
RELAX_CGRA_INLINE int32_t relax_cgra_satub_i32(int32_t a) { return a < 0 ? 0 : a > 255 ? 255 : a; }
RELAX_CGRA_INLINE int32_t relax_cgra_sath_i32(int32_t a) { return a < -32768 ? -32768 : a > 32767 ? 32767 : a; }
RELAX_CGRA_INLINE float relax_cgra_fma_f32(float a, float b, float c) {
  float product = a * b, sum = product + c;
  return sum != sum ? relax_cgra_nan() : sum;
}
RELAX_CGRA_INLINE float relax_cgra_rcp_f32(float x) { return x != x ? relax_cgra_nan() : 1.0f / x; }
RELAX_CGRA_INLINE float relax_cgra_rsqrt_f32(float x) {
  if (x != x || x < 0) return relax_cgra_nan();
  return (float)(1.0 / sqrt((double)x));
}

static const uint32_t relax_cgra_exp2_table[256] = {${table}
};
RELAX_CGRA_INLINE float relax_cgra_exp2_f32(float x) {
  int64_t z, exponent;
  uint64_t fraction, entry, t, u, mantissa;
  int cut;
  if (x != x) return relax_cgra_nan();
  if (x >= 128.0f) return relax_cgra_float(0x7f800000u);
  if (x < -150.0f) return 0.0f;
  z = (int64_t)floor((double)x * 2147483648.0);
  fraction = (uint64_t)z & 0x7fffffffu;
  exponent = (z - (int64_t)fraction) / 2147483648;
  entry = relax_cgra_exp2_table[fraction >> 23];
  t = ((fraction & 0x7fffffu) * ${EXP2_LN2}u) >> 30;
  u = t + ((t * t) >> 32);
  mantissa = 4 * entry + ((entry * u) >> 29);
  cut = 8 + (exponent < -126 ? (int)(-126 - exponent) : 0);
  mantissa = (mantissa + ((uint64_t)1 << (cut - 1))) >> cut;
  return relax_cgra_float((uint32_t)mantissa + (exponent > -126 ? (uint32_t)(exponent + 126) << 23 : 0u));
}
RELAX_CGRA_INLINE float relax_cgra_log2_f32(float x) {
  static const uint32_t coefficients[${LOG2_COEFFICIENTS.length}] = {${LOG2_COEFFICIENTS.map((c) => hex(bitsOf(c))).join(", ")}};
  uint32_t bits = relax_cgra_bits(x), moved;
  int subnormal = bits < 0x800000u, k, i;
  float f, p;
  if (x != x || x < 0) return relax_cgra_nan();
  if (x == 0) return relax_cgra_float(0xff800000u);
  if (bits == 0x7f800000u) return x;
  if (subnormal) bits = relax_cgra_bits(x * 8388608.0f);
  moved = bits + (0x3f800000u - ${hex(LOG2_BASE)});
  k = (int)(moved >> 23) - 127 - (subnormal ? 23 : 0);
  f = relax_cgra_float((moved & 0x7fffffu) + ${hex(LOG2_BASE)}) - 1.0f;
  p = relax_cgra_float(coefficients[0]);
  for (i = 1; i < ${LOG2_COEFFICIENTS.length}; i++) {
    float product = p * f;
    p = product + relax_cgra_float(coefficients[i]);
  }
  f = f * p;
  return (float)k + f;
}

#ifdef RELAX_CGRA_EXTERN
${externs()}
#endif
#endif
`;

/** Functions under the names that IR modules call. */
function externs(): string {
  const words = ["dot4", "dot4u", "dot2", "rmulsh"].map((n) => [`${n}.i32`, 3, "int32_t"] as const);
  const clamps = ["satb", "satub", "sath"].map((n) => [`${n}.i32`, 1, "int32_t"] as const);
  const floats = ["exp2", "log2", "rcp", "rsqrt"].map((n) => [`${n}.f32`, 1, "float"] as const);
  return [...words, ...clamps, ...floats, ["fma.f32", 3, "float"] as const]
    .map(([name, count, type]) => {
      const names = ["a", "b", "c"].slice(0, count);
      const params = names.map((n) => `${type} ${n}`).join(", ");
      const c = `relax_cgra_${name.replace(".", "_")}`;
      return `${type} ${c}_symbol(${params}) __asm__("relax.cgra.${name}");\n${type} ${c}_symbol(${params}) { return ${c}(${names.join(", ")}); }`;
    })
    .join("\n");
}
