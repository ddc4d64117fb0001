/** Integer arithmetic: two's-complement wrap without undefined behaviour, checked division, bit operations. */
import type { Binary, PrimExpr, Var } from "../../../ir/tir/expr.js";
import { int64, isSigned, type DType } from "../../../support/dtype.js";
import { int } from "../../../support/int.js";
import { wrapped } from "./cast.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext, ModuleContext } from "./context.js";
import { atWidth, literal } from "./literal.js";
import { combined, fits, intervalOf } from "./interval.js";
import { stopIf } from "./stop.js";
import { called, converted, infix, primary, type Piece } from "./text.js";
import { cTypeOf, laneName } from "./types.js";
import { emitExpr, named } from "./expr.js";

const PLAIN: Readonly<Record<string, string>> = { add: "+", sub: "-", mul: "*" };
const BITS: Readonly<Record<string, string>> = { bitand: "&", bitor: "|", bitxor: "^" };

/**
 * The value of an integer (or bool) operation. `exact`: in an index, where a result that does not fit is a mistake of
 * the program and needs no wrapping.
 */
export function emitIntegerBinary(cx: FunctionContext, e: Binary, exact: boolean): Piece {
  const [a, b] = [coerce(e.a, e.dtype), coerce(e.b, e.dtype)];
  const bounds = [intervalOf(a, cx.ranges), intervalOf(b, cx.ranges)] as const;
  const plain = PLAIN[e.op];
  if (plain !== undefined) {
    const [x, y] = emitOperands(cx, a, b, exact);
    const folded = foldPlain(e.op, e.dtype, x, y);
    if (folded !== undefined) return folded;
    const result = bounds[0] && bounds[1] && combined(e.op, bounds[0], bounds[1]);
    const isSafe =
      fits(result, e.dtype) ||
      (exact && e.dtype.code === "int" && e.dtype.bits >= 32) ||
      isSize(cx, e);
    return isSafe && e.dtype.code !== "bool"
      ? infix(plain, /\b[a-z]/.test(y.text) ? x : atWidth(x, e.dtype), y)
      : wrapping(cx.shared, e.op, e.dtype, x, y);
  }
  const bitwise = BITS[e.op];
  if (bitwise !== undefined)
    return narrowed(infix(bitwise, atWidth(emitExpr(cx, a), e.dtype), emitExpr(cx, b)), e.dtype);
  if (e.op === "shl" || e.op === "shr") return emitShift(cx, e.op, e.dtype, a, b);
  if (e.op === "min" || e.op === "max") {
    const routine = extremeRoutine(cx.shared, e.op, laneName(e.dtype));
    return called(routine, emitExpr(cx, a, exact), emitExpr(cx, b, exact));
  }
  return emitDivision(cx, e, a, b, exact);
}

/** Both operands; in an index C widens the one itself when the other is wide. */
function emitOperands(
  cx: FunctionContext,
  a: PrimExpr,
  b: PrimExpr,
  exact: boolean,
): [Piece, Piece] {
  // prettier-ignore
  const narrow = (e: PrimExpr, other: PrimExpr): PrimExpr =>
    exact && e.kind === "tir.Cast" && e.dtype === int64 && isWide(other) && e.value.dtype.code === "int" // prettier-ignore
      ? e.value
      : e;
  return [emitExpr(cx, narrow(a, b), exact), emitExpr(cx, narrow(b, a), exact)];
}

/** Whether C computes it with 64 bits. */
function isWide(e: PrimExpr): boolean {
  if (e.dtype !== int64) return false;
  if (e.kind === "tir.Var") return true;
  return e.kind === "tir.Binary" && /^(add|sub|mul)$/.test(e.op) && (isWide(e.a) || isWide(e.b));
}

/** The value where it needs no operation: of two numbers, or of a neutral one. */
function foldPlain(op: string, type: DType, x: Piece, y: Piece): Piece | undefined {
  if (type.code === "bool") return undefined;
  const number = (p: Piece): bigint | undefined => {
    const digits = /^(?:INT64_C\()?(-?\d+)\)?u?$/.exec(p.text)?.[1];
    return digits === undefined ? undefined : BigInt(digits);
  };
  const [a, b] = [number(x), number(y)];
  if (a !== undefined && b !== undefined) {
    const value = op === "add" ? a + b : op === "sub" ? a - b : a * b;
    return fits({ low: value, high: value }, type) ? literal(int(value), type) : undefined;
  }
  if (op === "mul") return a === 1n ? y : b === 1n ? x : undefined;
  if (b === 0n) return x;
  return op === "add" && a === 0n ? y : undefined;
}

/** Whether an integer is known not to be negative. */
function isNatural(cx: FunctionContext, e: PrimExpr): boolean {
  const bounds = intervalOf(e, cx.ranges);
  if (bounds !== undefined) return bounds.low >= 0n;
  if (e.kind === "tir.Var") return cx.naturals.has(e);
  if (e.kind !== "tir.Binary" || !isSize(cx, e)) return false;
  return (
    /^(add|mul|max|min|floordiv|floormod)$/.test(e.op) && isNatural(cx, e.a) && isNatural(cx, e.b)
  );
}

/** Notes what is known of a variable's value. */
export function noteValue(cx: FunctionContext, v: Var, value: PrimExpr): void {
  if (v.dtype === value.dtype && isSize(cx, value)) {
    if (isNatural(cx, value)) cx.naturals.add(v);
    cx.sizes.add(v);
  }
  const bounds = intervalOf(value, cx.ranges);
  if (bounds !== undefined) cx.ranges.set(v, bounds);
}

/** Whether an expression is arithmetic of sizes, which memory bounds. */
export function isSize(cx: FunctionContext, e: PrimExpr): boolean {
  if (e.dtype !== int64) return false;
  if (e.kind === "tir.Var") return cx.sizes.has(e);
  if (e.kind === "tir.IntImm") return e.value < 2 ** 31 && e.value > -(2 ** 31);
  return e.kind === "tir.Binary" && isSize(cx, e.a) && isSize(cx, e.b);
}

/** `a + b`, `a - b`, `a * b` modulo the width of the type. */
export function wrapping(
  shared: ModuleContext,
  op: string,
  type: DType,
  x: Piece,
  y: Piece,
): Piece {
  const c = cTypeOf(laneName(type));
  const wide = type.bits === 64 ? "uint64_t" : "uint32_t";
  const isWide = type.bits >= 32 && type.code !== "bool";
  if (isWide && !isSigned(type)) return infix(PLAIN[op]!, x, y);
  const narrowProduct = op === "mul" || isWide;
  const [p, q] = narrowProduct ? [converted(wide, x), converted(wide, y)] : [x, y];
  return wrapped(shared, converted(c, infix(PLAIN[op]!, p, q)), type);
}

/** `min` or `max` of two values of a lane type; a NaN gives the second operand. */
export function extremeRoutine(shared: ModuleContext, op: "min" | "max", lane: string): string {
  const name = `rx_${op}_${lane}`;
  const c = cTypeOf(lane);
  return shared.routine(
    name,
    () =>
      `RX_HELPER ${c} ${name}(${c} a, ${c} b) {\n  return a ${op === "min" ? "<" : ">"} b ? a : b;\n}`,
  );
}

/** Counts outside the width give what repeated shifting would: 0, or the sign. */
function emitShift(
  cx: FunctionContext,
  op: "shl" | "shr",
  type: DType,
  a: PrimExpr,
  b: PrimExpr,
): Piece {
  const c = cTypeOf(laneName(type));
  const wide = type.bits === 64 ? "uint64_t" : "uint32_t";
  const x = atWidth(emitExpr(cx, a), type);
  if (b.kind === "tir.IntImm" && b.value >= 0 && b.value < type.bits) {
    const count = primary(String(b.value));
    if (op === "shr") return infix(">>", x, count);
    return wrapped(cx.shared, converted(c, infix("<<", converted(wide, x), count)), type);
  }
  const signed = isSigned(type);
  const name = `rx_${op}_${type.bits < 8 ? type.name : laneName(type)}`;
  const routine = cx.shared.routine(name, () => {
    const beyond = op === "shl" || !signed ? "0" : "(a < 0 ? -1 : 0)";
    const inside = op === "shl" ? `(${c})((${wide})a << n)` : `(${c})(a >> n)`;
    return `RX_HELPER ${c} ${name}(${c} a, ${c} n) {\n  return (${wide})n < ${type.bits}u ? ${inside} : ${beyond};\n}`;
  });
  return wrapped(cx.shared, called(routine, x, emitExpr(cx, b)), type);
}

/** Stops when the divisor is 0; the quotient of the least value by −1 wraps. */
function emitDivision(
  cx: FunctionContext,
  e: Binary,
  a: PrimExpr,
  b: PrimExpr,
  exact: boolean,
): Piece {
  const q = intervalOf(b, cx.ranges);
  const x = emitExpr(cx, a, exact);
  const positive = q !== undefined && q.low > 0n;
  const nonZero = positive || (b.kind === "tir.IntImm" && b.value !== 0);
  const y = nonZero
    ? emitExpr(cx, b, exact)
    : named(cx, emitExpr(cx, b, exact), b.dtype, "divisor");
  if (!nonZero)
    stopIf(cx, `${y.text} == 0`, {
      kind: "division-by-zero",
      message: "integer division by zero",
      span: e.span,
    });
  const truncates = e.op === "div" || e.op === "mod";
  const remainder = e.op === "mod" || e.op === "floormod";
  const unsigned = !isSigned(e.dtype);
  const natural = unsigned || (positive && (truncates || isNatural(cx, a)));
  if (natural && e.op !== "ceildiv") return narrowed(infix(remainder ? "%" : "/", x, y), e.dtype);
  if (truncates && b.kind === "tir.IntImm" && b.value !== -1)
    return narrowed(infix(remainder ? "%" : "/", x, y), e.dtype);
  return wrapped(
    cx.shared,
    called(divisionRoutine(cx.shared, e.op, laneName(e.dtype)), x, y),
    e.dtype,
  );
}

/** C computes narrow operands as `int`. */
const narrowed = (x: Piece, type: DType): Piece =>
  type.bits >= 32 ? x : converted(cTypeOf(laneName(type)), x);

function divisionRoutine(shared: ModuleContext, op: string, lane: string): string {
  const name = `rx_${op}_${lane}`;
  const c = cTypeOf(lane);
  return shared.routine(name, () => {
    const head = `RX_HELPER ${c} ${name}(${c} a, ${c} b) {\n`;
    if (lane.startsWith("u")) return `${head}  return (${c})(a / b + (a % b != 0 ? 1u : 0u));\n}`;
    const wide = lane === "i64" ? "uint64_t" : "uint32_t";
    const remainder = op === "mod" || op === "floormod";
    const guard = `  if (b == -1) return ${remainder ? "0" : `(${c})(0u - (${wide})a)`};\n`;
    const sign = op === "ceildiv" ? "== (b < 0)" : "!= (b < 0)";
    const off = `a % b != 0 && (a < 0) ${sign}`;
    const body = {
      div: "a / b",
      mod: "a % b",
      floordiv: `${off} ? a / b - 1 : a / b`,
      ceildiv: `${off} ? a / b + 1 : a / b`,
      floormod: `${off} ? a % b + b : a % b`,
    }[op];
    return `${head}${guard}  return (${c})(${body});\n}`;
  });
}
