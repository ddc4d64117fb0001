/** Intrinsics that elements have operations for. */
import type { Call, PrimExpr } from "../../../ir/tir/expr.js";
import { isFloat, laneOf } from "../../../support/dtype.js";
import { exprText } from "../../../arith/index.js";
import { codes } from "../codes.js";
import { type Evaluator, unsupported } from "./expression.js";
import { limits } from "./graph-builder.js";
import { refuse } from "./refuse.js";
import { literal, ZERO, type Value } from "./value.js";

/** By name; on float32 where not said otherwise. */
const OF_FLOATS: ReadonlyMap<string, string> = new Map([
  ["exp2", "FEXP2"],
  ["log2", "FLOG2"],
  ["rsqrt", "FRSQRT"],
]);

/** Functions that are to be written with those above. */
const WRITTEN: ReadonlyMap<string, string> = new Map([
  ["exp", "T.exp2(x * T.float32(1.4426950408889634))"],
  ["log", "T.log2(x) * T.float32(0.6931471805599453)"],
  ["sqrt", "x * T.rsqrt(x)"],
  ["sigmoid", "T.float32(1) / (T.float32(1) + T.exp2(x * T.float32(-1.4426950408889634)))"],
]);

export function intrinsicValue(ev: Evaluator, e: Call): Value {
  const { builder } = ev.cx;
  const arg = (k: number): PrimExpr => e.args[k] as PrimExpr;
  const value = (k: number): Value => ev.value(arg(k));
  const float = isFloat(laneOf(e.dtype));
  const unary = float ? OF_FLOATS.get(e.op) : undefined;
  if (unary !== undefined && e.dtype.name === "float32") return ev.op(unary, [value(0)], e);
  switch (e.op) {
    case "abs":
    case "fabs":
      if (float) return builder.op("AND", [value(0), literal(0x7fffffff)]);
      return ev.cx.noteWide(builder.wrapped(ev.op("ABS", [value(0)], e), e.dtype.bits, true), e);
    case "fma":
      return float ? fused(ev, e, value(0), value(1), value(2)) : ev.op("MAC", [value(0), value(1), value(2)], e); // prettier-ignore
    case "min_value":
    case "max_value":
      if (!float && e.dtype.bits <= 32)
        return literal(limits(e.dtype.bits, e.dtype.code === "int")[e.op === "min_value" ? 0 : 1]);
      return unsupported(e);
    case "likely":
      return value(0);
    case "dp4a":
      return dotOfFour(ev, e);
    case "q_multiply_shift":
      return scaled(ev, e, value(0), value(1), value(2), value(3));
    case "q_multiply_shift_per_axis": {
      const [left, right] = [value(2), value(3)];
      return scaled(ev, e, value(0), value(1), value(4), builder.op("SUB", [left, right]));
    }
    case "if_then_else":
      return builder.select({ value: value(0), negate: false }, value(1), value(2));
  }
  const way = float ? WRITTEN.get(e.op) : undefined;
  if (way !== undefined) refuse(codes.writeOtherwise({ expr: exprText(e), way, at: e.span }));
  return unsupported(e);
}

function fused(ev: Evaluator, e: Call, a: Value, b: Value, c: Value): Value {
  if (ev.cx.builder.has("FMA")) return ev.op("FMA", [a, b, c], e);
  return ev.op("FADD", [ev.op("FMUL", [a, b], e), c], e);
}

function dotOfFour(ev: Evaluator, e: Call): Value {
  const [a, b, c] = e.args as readonly PrimExpr[];
  const isByte = (x: PrimExpr, code: string): boolean =>
    x.dtype.lanes === 4 && x.dtype.bits === 8 && x.dtype.code === code;
  const sum = c === undefined ? ZERO : ev.value(c);
  if (isByte(a!, "int") && isByte(b!, "int")) return ev.op("DOT4", [ev.word(a!), ev.word(b!), sum], e);
  if (isByte(a!, "uint") && isByte(b!, "int")) return ev.op("DOT4U", [ev.word(a!), ev.word(b!), sum], e);
  if (isByte(a!, "int") && isByte(b!, "uint")) return ev.op("DOT4U", [ev.word(b!), ev.word(a!), sum], e);
  return unsupported(e);
} // prettier-ignore

/** `x · y · 2^(s - q)`, halves up: RMULSH has q = 31. */
function scaled(ev: Evaluator, e: Call, x: Value, y: Value, q: Value, s: Value): Value {
  if (e.dtype.name !== "int32" || q.kind !== "literal") return unsupported(e);
  if (q.value === 31) return ev.op("RMULSH", [x, y, s], e);
  if (s.kind !== "literal" || s.value > 0 || q.value - s.value < 31) return unsupported(e);
  return ev.op("RMULSH", [x, y, literal(31 - q.value + s.value)], e);
}
