/**
 * What operations compute: the one definition that interpreter, simulator, device code and hardware share. Values are
 * 32-bit patterns, here as int32; float operations read them as IEEE binary32 and round to nearest even, subnormal
 * numbers included. A NaN result is always 0x7fc00000.
 */
import {
  bitsOf,
  exp2Bits,
  floatOf,
  log2Bits,
  reciprocalBits,
  reciprocalRootBits,
} from "./elementary.js";

/** What an operand is for. */
export type OperandRole = "value" | "address" | "accumulator" | "predicate";

/** How an operation touches memory; addresses are bytes, little-endian, multiples of the width. */
export interface Access {
  readonly kind: "load" | "store";
  readonly bytes: 1 | 2 | 4;
  /** Loads extend to 32 bits by the sign, or by zeros. */
  readonly signed: boolean;
}

export interface Operation {
  readonly name: string;
  /**
   * By position. A predicate is always the third; it may be missing and then is 1. Where it is 0, stores leave memory
   * alone, and `POP` and `PUSH` neither access memory nor step their stream; such a `POP` gives 0.
   */
  readonly operands: readonly (OperandRole | undefined)[];
  /** Of loads and stores; what `POP` and `PUSH` access is set by their stream. */
  readonly access?: Access | undefined;
  /** What it computes from its operands and immediate; absent where memory or the sequencer has the answer. */
  readonly compute?: ((a: number, b: number, c: number, immediate: number) => number) | undefined;
}

const byte = (x: number, k: number): number => (x << (24 - 8 * k)) >> 24;
const ubyte = (x: number, k: number): number => (x >>> (8 * k)) & 255;
const half = (x: number, k: number): number => (x << (16 - 16 * k)) >> 16;
const clamp = (x: number, low: number, high: number): number =>
  x < low ? low : x > high ? high : x;

const highProduct = (a: number, b: number): number => {
  const low = a * (b & 0xffff);
  return Math.floor((a * (b >> 16) + Math.floor(low / 0x10000)) / 0x10000) | 0;
};

/**
 * `(a · 2^left · b + 2^(t-1)) >> t` with `left = max(c, 0)`, `t = 31 + max(-c, 0)`, in exact integers, then the low 32
 * bits: fixed-point multiplication with halves rounded up, as `T.q_multiply_shift(a, b, 31, c)`.
 */
function scaleRounding(a: number, b: number, c: number): number {
  if (c <= 14 && c > -32) {
    const cut = 31 - c - 16;
    const upper = a * (b >> 16) + Math.floor((a * (b & 0xffff)) / 0x10000);
    return Math.floor((upper + 2 ** (cut - 1)) / 2 ** cut) | 0;
  }
  if (c <= -32) return c === -32 && a === -0x80000000 && b === -0x80000000 ? 1 : 0;
  if (c >= 31) return c - 31 < 32 ? Math.imul(a, b) << (c - 31) : 0;
  const cut = BigInt(31 - c);
  return Number(BigInt.asIntN(32, (BigInt(a) * BigInt(b) + (1n << (cut - 1n))) >> cut));
}

/** Truncated; by 0 it gives -1, and the remainder the dividend. */
const divide = (a: number, b: number): number => (b === 0 ? -1 : (a / b) | 0);
const remainder = (a: number, b: number): number => (b === 0 ? a : b === -1 ? 0 : (a % b) | 0);

/** Byte 0 to 3 by sign, 4 to 7 by zeros; half 8 or 9 by sign, 10 or 11 by zeros. */
function unpack(a: number, part: number): number {
  if ((part & 8) === 0) return part & 4 ? ubyte(a, part & 3) : byte(a, part & 3);
  return part & 2 ? half(a, part & 1) & 0xffff : half(a, part & 1);
}

/** Truncated, at most the ends of int32; NaN gives 0. */
function toInteger(bits: number): number {
  const x = Math.trunc(floatOf(bits));
  return x !== x ? 0 : clamp(x, -0x80000000, 0x7fffffff) | 0;
}

type Compute = NonNullable<Operation["compute"]>;
const V: OperandRole = "value";
const dot: readonly OperandRole[] = [V, V, "accumulator"];
const onFloats =
  (f: (a: number, b: number) => number): Compute =>
  (a, b) =>
    bitsOf(f(floatOf(a), floatOf(b)));

const load = (name: string, bytes: Access["bytes"], signed = true): Operation => ({
  name,
  operands: ["address"],
  access: { kind: "load", bytes, signed },
});
const store = (name: string, bytes: Access["bytes"]): Operation => ({
  name,
  operands: ["address", V, "predicate"],
  access: { kind: "store", bytes, signed: true },
});
const made = (name: string, operands: readonly OperandRole[], compute: Compute): Operation => ({
  name,
  operands,
  compute,
});

const ALL: readonly Operation[] = [
  { name: "NOP", operands: [] },
  made("MOV", [V], (a) => a),
  made("CONST", [], (_a, _b, _c, immediate) => immediate),
  made("ADD", [V, V], (a, b) => (a + b) | 0),
  made("SUB", [V, V], (a, b) => (a - b) | 0),
  made("AND", [V, V], (a, b) => a & b),
  made("OR", [V, V], (a, b) => a | b),
  made("XOR", [V, V], (a, b) => a ^ b),
  // The low five bits of the second operand count.
  made("SHL", [V, V], (a, b) => a << b),
  made("SHRA", [V, V], (a, b) => a >> b),
  made("SHRL", [V, V], (a, b) => (a >>> b) | 0),
  made("MIN", [V, V], (a, b) => (a < b ? a : b)),
  made("MAX", [V, V], (a, b) => (a > b ? a : b)),
  made("ABS", [V], (a) => (a < 0 ? -a | 0 : a)),
  made("EQ", [V, V], (a, b) => Number(a === b)),
  made("NE", [V, V], (a, b) => Number(a !== b)),
  made("LT", [V, V], (a, b) => Number(a < b)),
  made("LE", [V, V], (a, b) => Number(a <= b)),
  made("LTU", [V, V], (a, b) => Number(a >>> 0 < b >>> 0)),
  made("SEL", [V, V, "predicate"], (a, b, c) => (c !== 0 ? a : b)),
  made("MUL", [V, V], (a, b) => Math.imul(a, b)),
  made("MULH", [V, V], highProduct),
  made("MAC", dot, (a, b, c) => (Math.imul(a, b) + c) | 0),
  // Value, multiplier, shift.
  made("RMULSH", [V, V, V], scaleRounding),
  made(
    "DOT4",
    dot,
    (a, b, c) =>
      (byte(a, 0) * byte(b, 0) + byte(a, 1) * byte(b, 1) + byte(a, 2) * byte(b, 2) +
        byte(a, 3) * byte(b, 3) + c) | 0, // prettier-ignore
  ),
  made("DOT2", dot, (a, b, c) => (half(a, 0) * half(b, 0) + half(a, 1) * half(b, 1) + c) | 0),
  made(
    "DOT4U",
    dot,
    (a, b, c) =>
      (ubyte(a, 0) * byte(b, 0) + ubyte(a, 1) * byte(b, 1) + ubyte(a, 2) * byte(b, 2) +
        ubyte(a, 3) * byte(b, 3) + c) | 0, // prettier-ignore
  ),
  made("SATB", [V], (a) => clamp(a, -128, 127)),
  made("SATUB", [V], (a) => clamp(a, 0, 255)),
  made("SATH", [V], (a) => clamp(a, -32768, 32767)),
  // Low bytes of the first two; above them the low half of the third.
  made("PACK4", [V, V, V], (a, b, c) => (a & 255) | ((b & 255) << 8) | (c << 16)),
  made("UNPK", [V], (a, _b, _c, immediate) => unpack(a, immediate)),
  made("DIV", [V, V], divide),
  made("REM", [V, V], remainder),
  made(
    "FADD",
    [V, V],
    onFloats((a, b) => a + b),
  ),
  made(
    "FSUB",
    [V, V],
    onFloats((a, b) => a - b),
  ),
  made(
    "FMUL",
    [V, V],
    onFloats((a, b) => a * b),
  ),
  // Product and sum are both rounded.
  made("FMA", dot, (a, b, c) => bitsOf(Math.fround(floatOf(a) * floatOf(b)) + floatOf(c))),
  // The second where one of them is not a number.
  made(
    "FMIN",
    [V, V],
    onFloats((a, b) => (a < b ? a : b)),
  ),
  made(
    "FMAX",
    [V, V],
    onFloats((a, b) => (a > b ? a : b)),
  ),
  made("FLT", [V, V], (a, b) => Number(floatOf(a) < floatOf(b))),
  made("FEQ", [V, V], (a, b) => Number(floatOf(a) === floatOf(b))),
  made("I2F", [V], (a) => bitsOf(a)),
  made("F2I", [V], toInteger),
  made("FEXP2", [V], exp2Bits),
  made("FRCP", [V], reciprocalBits),
  made("FRSQRT", [V], reciprocalRootBits),
  made("FLOG2", [V], log2Bits),
  // A signed byte of the table at the first, at the low eight bits of the second.
  { name: "LUT8", operands: ["address", V], access: { kind: "load", bytes: 1, signed: true } },
  load("LD", 4),
  load("LDB", 1),
  load("LDUB", 1, false),
  load("LDH", 2),
  store("ST", 4),
  store("STB", 1),
  store("STH", 2),
  { name: "POP", operands: [undefined, undefined, "predicate"] },
  { name: "PUSH", operands: [V, undefined, "predicate"] },
  { name: "IDX", operands: [] },
  { name: "FIRST", operands: [] },
  { name: "LAST", operands: [] },
  { name: "EXIT", operands: [V] },
];

/** Whether an operation leaves a value in the output of its element. */
export const hasResult = (op: string): boolean => !/^(NOP|ST|STB|STH|PUSH|EXIT)$/.test(op);

/** By name; as many as there are opcodes. */
export const operations: ReadonlyMap<string, Operation> = new Map(ALL.map((op) => [op.name, op]));

/** The result of an operation that needs neither memory nor the sequencer. */
export function execute(
  op: string,
  a: number,
  b: number,
  c: number,
  immediate: number,
): number | undefined {
  return operations.get(op)?.compute?.(a, b, c, immediate);
}

/** The byte address of a load or store. */
export const addressOf = (op: string, a: number, b: number, immediate: number): number =>
  (a + immediate + (op === "LUT8" ? b & 255 : 0)) | 0;
