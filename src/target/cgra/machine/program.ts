/**
 * What a fabric executes: one word an element and slot, the loops that repeat the slots, and what is set at launch.
 *
 * A kernel repeats its `ii` slots. Cycle `T` is slot `T mod ii` of round `floor(T / ii)`. A word of stage `s` belongs
 * in round `k` to iteration `k - s`, and is active while that iteration exists; inactive words issue nothing, so that
 * any number of iterations needs no other words at the ends. In a cycle
 *
 * 1. links carry what their start drives: the output or a register of the element as it was at the end of the cycle
 *    before, or (`multihop`) what arrives there on another link in this very cycle;
 * 2. active units take their operands: registers, outputs and constants as of the end of the cycle before, links as of
 *    this cycle;
 * 3. at the end of the cycle, results that are due are in the output register, `save` has copied the former output to
 *    a register, and `takes` have copied links to registers.
 *
 * A result of latency `l` issued in cycle `T` is in the output at the end of cycle `T + l - 1`, where it stays until
 * the next one; operations without a result (`ST*`, `PUSH`) leave the output as it is. Latencies are `latencyOf` the
 * fabric. Links of latency `l` bring in cycle `T + l - 1` what their start drives in cycle `T`. Loads see stores of earlier cycles, not of their own. Register files rotate: register `r` of round `k`
 * is physically `(r - k) mod regs`, so that a value that lives longer than `ii` is not overwritten by the next; a value
 * written as `r` in one round is read as `r + n` in the `n`-th round after it. At launch outputs and registers are 0;
 * links that nothing drives carry 0. A stream whose counters have all run starts again.
 */

/** 32 bits known now, as a signed number (floats by their bits), or one of the numbers given at launch. */
export type Setting =
  | { readonly kind: "literal"; readonly value: number }
  | { readonly kind: "livein"; readonly index: number };

/** Where a unit, a link or a register takes a value from. */
export type Source =
  /** 0; as a predicate 1. */
  | { readonly kind: "none" }
  /** Position among the links into the element; not on fabrics of route `issue` or `none`. */
  | { readonly kind: "link"; readonly link: number }
  | { readonly kind: "output" }
  | { readonly kind: "register"; readonly register: number }
  /** Output or register of the element at the start of a link, on fabrics of route `issue` or `none`. */
  | { readonly kind: "neighbour-output"; readonly link: number }
  | { readonly kind: "neighbour-register"; readonly link: number; readonly register: number }
  | { readonly kind: "immediate" }
  | { readonly kind: "constant"; readonly constant: number }
  /** 1 in the first or last iteration of the loop `level` and of all loops in it, else 0. */
  | { readonly kind: "first" | "last"; readonly level: number };

/** Operand position: first, second, third. */
export type Position = 0 | 1 | 2;

export interface Word {
  /** Name of the operation; `NOP` issues nothing. */
  readonly op: string;
  /**
   * Operands: `MAC`, `DOT*` and `FMA` add to the third; `SEL` chooses the first where the third is not 0; `ST*` store
   * the second at the address first + immediate, and `PUSH` stores the first, both unless the third is given and 0.
   */
  readonly operands: readonly [Source, Source, Source];
  /** The third operand is a predicate that is taken negated. */
  readonly negate: boolean;
  /** What an operand is instead in iterations that are first in loop `level`. */
  readonly initial?:
    { readonly position: Position; readonly level: number; readonly value: Source } | undefined;
  /** Signed; also the stream of `POP` and `PUSH`, the loop of `IDX`, `FIRST` and `LAST`, the offset of memory operations. */
  readonly immediate: number;
  readonly stage: number;
  /** Register that takes the output of the cycle before. */
  readonly save?: number | undefined;
  /** What links out of the element carry, by position among them; `none` where they carry nothing. */
  readonly drives: readonly Source[];
  /** Registers that take what arrives: positions among the links into the element. */
  readonly takes: readonly { readonly link: number; readonly register: number }[];
}

/** The addresses of `POP` or `PUSH`: `base + Σ stride_k · i_k` bytes, the last counter fastest, one step an operation. */
export interface StreamProgram {
  /** Position among the streams of the fabric. */
  readonly stream: number;
  readonly base: Setting;
  readonly dims: readonly { readonly extent: Setting; readonly stride: Setting }[];
  /** Bytes an element; narrower ones are extended to 32 bits. */
  readonly bytes: 1 | 2 | 4;
  readonly signed: boolean;
}

/** The node of the graph that a word is for, and the line of the program that asked for it. */
export interface WordOrigin {
  readonly element: number;
  readonly slot: number;
  readonly node: number;
  readonly line?: number;
}

/** What words were made from, in the order of elements and slots; nothing executes it. */
export interface Origins {
  readonly file: string;
  readonly words: readonly WordOrigin[];
}

/** A kernel ready to be loaded. */
export interface KernelProgram {
  readonly name: string;
  /** Identity of the fabric it was made for. */
  readonly fabricId: bigint;
  readonly ii: number;
  readonly stages: number;
  /** By element, then slot. */
  readonly words: readonly (readonly Word[])[];
  /** By element: what its constant registers are set to at launch. */
  readonly constants: readonly (readonly Setting[])[];
  /** Extents of the hardware loops, outermost first; an iteration a round. */
  readonly loops: readonly Setting[];
  readonly streams: readonly StreamProgram[];
  /** Names of the numbers given at launch. */
  readonly liveins: readonly string[];
  /** Cycles after the last issue until its results are there. */
  readonly tail: number;
  readonly origins?: Origins;
}

export const NO_SOURCE: Source = { kind: "none" };
