/** Identifiers: names of the program as C names, each taken once. */

/** Words of C and C++, what generated files call or declare, and the parameters that models have besides their own. */
const RESERVED = new Set(
  (
    "auto break case char const continue default do double else enum extern float for goto if inline int long " +
    "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while " +
    "alignas alignof and and_eq bitand bitor catch class compl concept const_cast consteval constexpr constinit " +
    "co_await co_return co_yield decltype delete dynamic_cast explicit export friend mutable namespace new noexcept " +
    "not not_eq nullptr operator or or_eq private protected public reinterpret_cast requires static_assert " +
    "static_cast template this thread_local throw try typeid typename using virtual wchar_t xor xor_eq " +
    "asm typeof main linux unix i386 NULL memcpy memset memmove bool true false " +
    "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t uintptr_t intptr_t " +
    "fabsf fabs sqrtf sqrt floorf floor ceilf ceil truncf trunc rintf rint fmodf fmod copysignf copysign " +
    "nextafterf nextafter ldexp y0 y1 yn j0 j1 jn " +
    "FILE clock clock_t exit fclose fopen printf strtod strtoll strtoull stdin stdout stderr errno " +
    "memory constants"
  ).split(" "),
);

/** Macros of the headers that generated files include, and of those that programs include before them. */
const MACRO =
  /^(EOF|BUFSIZ|FILENAME_MAX|FOPEN_MAX|TMP_MAX|EXIT_\w+|RAND_MAX|MB_CUR_MAX|CLOCKS_PER_SEC|SEEK_\w+|HUGE_VAL[FL]?|INFINITY|S?NAN|FP_\w+|MATH_\w+|M_\w+|DOMAIN|SING|OVERFLOW|UNDERFLOW|[PT]LOSS|(CHAR|SCHAR|UCHAR|W?CHAR|WINT|U?SHRT|U?INT|U?LONG|U?LLONG|FLT|DBL|LDBL|SIZE|SSIZE|PTRDIFF|SIG_ATOMIC|U?INT(_LEAST|_FAST)?\d+|U?INTPTR|U?INTMAX)_(MIN|MAX|C|BIT|DIG|EPSILON|WIDTH))$/;

/** A name as C spells it: no dots, no leading digit or underscore, none of those that helpers or macros have. */
export function identifier(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^_+/, "");
  return /^(?!rx_)[A-Za-z]/.test(plain) && !MACRO.test(plain) ? plain : `v${plain}`;
}

/** Names of one scope, with what the scopes around it have taken. */
export class Names {
  private readonly taken: Set<string>;
  /** Of loop variables whose loops have ended. */
  private readonly ended = new Set<string>();

  constructor(outer: Iterable<string> = []) {
    this.taken = new Set(outer);
  }

  /** The name, or the name with the first free number. */
  take(name: string): string {
    const base = identifier(name);
    const isFree = (n: string): boolean => !this.taken.has(n) && !RESERVED.has(n);
    let found = base;
    for (let k = 1; !isFree(found); k++) found = `${base}_${k}`;
    this.taken.add(found);
    return found;
  }

  /** A name for the variable of a loop; names of loops that have ended are taken again. */
  takeForLoop(name: string): string {
    const base = identifier(name);
    if (!this.ended.delete(base)) return this.take(name);
    return base;
  }

  /** Ends the loop of a variable. */
  endLoop(name: string): void {
    this.ended.add(name);
  }
}
