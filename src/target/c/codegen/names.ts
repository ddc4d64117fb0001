/** Identifiers: names of the program as C names, each taken once. */

const RESERVED = new Set(
  (
    "auto break case char const continue default do double else enum extern float for goto if inline int long " +
    "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while " +
    "_Bool _Complex _Imaginary asm typeof main linux unix i386 NULL INFINITY NAN memcpy memset memmove bool true false " +
    "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t uintptr_t intptr_t " +
    "fabsf fabs sqrtf sqrt floorf floor ceilf ceil truncf trunc rintf rint fmodf fmod copysignf copysign " +
    "nextafterf nextafter ldexp y0 y1 yn j0 j1 jn"
  ).split(" "),
);

/** A name as C spells it: no dots, no leading digit or underscore. */
export function identifier(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^_+/, "");
  return /^[A-Za-z]/.test(plain) ? plain : `v${plain}`;
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
    const isFree = (n: string): boolean =>
      !this.taken.has(n) && !RESERVED.has(n) && !n.startsWith("rx_");
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
