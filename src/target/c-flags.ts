/** Flags of compilers for generated C: those of Makefiles, under which it compiles without a warning. */

/** How far it is optimised. */
export const C_LEVEL = "-O3";

/** Flags as text; `fma` lets products and sums be rounded once, which the standard's default does not. */
export const cFlags = (fma: boolean): string =>
  `-std=c99 ${C_LEVEL} -ffp-contract=${fma ? "fast" : "off"} -Wall -Wextra -pedantic`;
