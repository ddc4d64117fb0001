/** What operations compute, as C99, bit for bit as `machine/operation.ts` defines it. */
export const OPERATIONS_C = String.raw`/* ---- operations ---- */

static int32_t wrap(uint32_t x) { return (int32_t)x; }
static int32_t add(int32_t a, int32_t b) { return wrap((uint32_t)a + (uint32_t)b); }
static int32_t mul(int32_t a, int32_t b) { return wrap((uint32_t)a * (uint32_t)b); }
static int32_t byte_of(int32_t x, int k) { return (int8_t)((uint32_t)x >> (8 * k)); }
static int32_t ubyte_of(int32_t x, int k) { return (uint8_t)((uint32_t)x >> (8 * k)); }
static int32_t half_of(int32_t x, int k) { return (int16_t)((uint32_t)x >> (16 * k)); }
static int32_t clamp(int32_t x, int32_t low, int32_t high) { return x < low ? low : x > high ? high : x; }
static float to_float(int32_t bits) {
  float x;
  memcpy(&x, &bits, 4);
  return x;
}
static int32_t to_bits(float x) {
  int32_t bits;
  if (x != x) return 0x7fc00000;
  memcpy(&bits, &x, 4);
  return bits;
}

/* (a * 2^left * b + 2^(t-1)) >> t with left = max(c, 0), t = 31 + max(-c, 0). */
static int32_t scaled(int32_t a, int32_t b, int32_t c) {
  const int64_t product = (int64_t)a * b;
  if (c >= 31) return c - 31 < 32 ? wrap((uint32_t)product << (c - 31)) : 0;
  if (c < -32) return 0;
  if (c == -32) return product == INT64_C(0x4000000000000000);
  const int cut = 31 - c;
  const int64_t high = product >> (cut - 1);
  return wrap((uint32_t)(uint64_t)((high >> 1) + (high & 1)));
}

static int32_t exp2_bits(int32_t bits) {
  const double x = to_float(bits);
  if (x != x) return 0x7fc00000;
  if (x >= 128) return 0x7f800000;
  if (x < -150) return 0;
  const int64_t z = (int64_t)floor(x * 2147483648.0);
  const int64_t exponent = z >> 31;
  const int64_t fraction = z & 0x7fffffff;
  const int64_t entry = fab_exp2[fraction >> 23];
  const int64_t t = (fraction & 0x7fffff) * INT64_C(744261118) >> 30;
  const int64_t u = t + (t * t >> 32);
  const int64_t mantissa = 4 * entry + (entry * u >> 29);
  const int64_t shift = exponent < -126 ? -126 - exponent : 0;
  const int cut = (int)(8 + shift);
  const int64_t kept = (mantissa + (INT64_C(1) << (cut - 1))) >> cut;
  return (int32_t)(kept + (exponent > -126 ? exponent + 126 : 0) * 8388608);
}

static int32_t log2_bits(int32_t bits) {
  const float x = to_float(bits);
  if (x != x || x < 0) return 0x7fc00000;
  if (x == 0) return wrap(0xff800000u);
  if (bits == 0x7f800000) return bits;
  const int is_subnormal = bits < 0x800000;
  const int32_t moved = (is_subnormal ? to_bits(x * 8388608.0f) : bits) + (0x3f800000 - 0x3f3504f3);
  const int32_t k = (moved >> 23) - 127 - (is_subnormal ? 23 : 0);
  const float f = to_float((moved & 0x7fffff) + 0x3f3504f3) - 1.0f;
  const size_t count = sizeof fab_log2 / sizeof *fab_log2;
  float p = (float)((double)(float)(fab_log2[0] * f) + (double)(float)fab_log2[1]);
  for (size_t i = 2; i < count; ++i) p = (float)((double)(float)((double)p * f) + (double)(float)fab_log2[i]);
  return to_bits((float)((double)k + (double)(float)((double)f * p)));
}

static int32_t unpacked(int32_t a, int32_t part) {
  if ((part & 8) == 0) return part & 4 ? ubyte_of(a, part & 3) : byte_of(a, part & 3);
  return part & 2 ? half_of(a, part & 1) & 0xffff : half_of(a, part & 1);
}

static int32_t to_integer(int32_t bits) {
  const float x = to_float(bits);
  if (x != x) return 0;
  if (x >= 2147483648.0f) return INT32_MAX;
  if (x < -2147483648.0f) return INT32_MIN;
  return (int32_t)x;
}

static int32_t compute(uint32_t op, int32_t a, int32_t b, int32_t c, int32_t immediate) {
  const float x = to_float(a), y = to_float(b);
  switch (op) {
    case 1: return a;
    case 2: return immediate;
    case 3: return add(a, b);
    case 4: return wrap((uint32_t)a - (uint32_t)b);
    case 5: return a & b;
    case 6: return a | b;
    case 7: return a ^ b;
    case 8: return wrap((uint32_t)a << (b & 31));
    case 9: return a >> (b & 31);
    case 10: return wrap((uint32_t)a >> (b & 31));
    case 11: return a < b ? a : b;
    case 12: return a > b ? a : b;
    case 13: return a < 0 ? wrap(0u - (uint32_t)a) : a;
    case 14: return a == b;
    case 15: return a != b;
    case 16: return a < b;
    case 17: return a <= b;
    case 18: return (uint32_t)a < (uint32_t)b;
    case 19: return c != 0 ? a : b;
    case 20: return mul(a, b);
    case 21: return (int32_t)(((int64_t)a * b) >> 32);
    case 22: return add(mul(a, b), c);
    case 23: return scaled(a, b, c);
    case 24: return add(byte_of(a, 0) * byte_of(b, 0) + byte_of(a, 1) * byte_of(b, 1) + byte_of(a, 2) * byte_of(b, 2) + byte_of(a, 3) * byte_of(b, 3), c);
    case 25: return add(add(half_of(a, 0) * half_of(b, 0), half_of(a, 1) * half_of(b, 1)), c);
    case 26: return add(ubyte_of(a, 0) * byte_of(b, 0) + ubyte_of(a, 1) * byte_of(b, 1) + ubyte_of(a, 2) * byte_of(b, 2) + ubyte_of(a, 3) * byte_of(b, 3), c);
    case 27: return clamp(a, -128, 127);
    case 28: return clamp(a, 0, 255);
    case 29: return clamp(a, -32768, 32767);
    case 30: return wrap(((uint32_t)a & 255u) | ((uint32_t)b & 255u) << 8 | (uint32_t)c << 16);
    case 31: return unpacked(a, immediate);
    case 32: return b == 0 ? -1 : b == -1 ? wrap(0u - (uint32_t)a) : a / b;
    case 33: return b == 0 ? a : b == -1 ? 0 : a % b;
    case 34: return to_bits(x + y);
    case 35: return to_bits(x - y);
    case 36: return to_bits(x * y);
    case 37: {
      const float product = (float)((double)x * y);
      return to_bits((float)((double)product + to_float(c)));
    }
    case 38: return to_bits(x < y ? x : y);
    case 39: return to_bits(x > y ? x : y);
    case 40: return x < y;
    case 41: return x == y;
    case 42: return to_bits((float)a);
    case 43: return to_integer(a);
    case 44: return exp2_bits(a);
    case 45: return to_bits((float)(1.0 / x));
    case 46: return to_bits((float)(1.0 / sqrt((double)x)));
    case 47: return log2_bits(a);
    default: return a;
  }
}
`;
