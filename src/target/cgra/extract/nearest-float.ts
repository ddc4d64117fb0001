/** Integers that are converted to float32 and back, where no element has floats. */
import type { Cast } from "../../../ir/tir/expr.js";
import { float32, int32 } from "../../../support/dtype.js";
import type { Evaluator } from "./expression.js";
import { literal, ONE, type Value } from "./value.js";

/** Digits of integers that float32 holds, and of those that it holds more or less of. */
const DIGITS = 24;
const MORE = 7;

/** The nearest integer of so many digits, halves to even ones; undefined for other casts, and where floats convert it. */
export function nearestFloat({ cx: { builder }, value }: Evaluator, e: Cast): Value | undefined {
  const inner = e.value;
  if (e.dtype !== int32 || inner.kind !== "tir.Cast" || inner.dtype !== float32) return undefined;
  if (inner.value.dtype !== int32 || builder.has("I2F")) return undefined;
  const v = value(inner.value);
  const [low, high] = builder.rangeOf(v);
  if (Math.max(-low, high) <= 2 ** DIGITS) return v;
  const op = (name: string, a: Value, b: Value): Value => builder.op(name, [a, b]);
  // Without its sign, which rounding does not depend on, and without the digits that are kept in any case.
  const size = op("XOR", v, op("SHRA", v, literal(31)));
  const above = op("SHRA", size, literal(DIGITS));
  const dropped = Array.from({ length: MORE }, (_, k) => op("LT", literal(2 ** k - 1), above)).reduce((a, b) => op("ADD", a, b)); // prettier-ignore
  const kept = op("SHRA", v, dropped);
  const rest = op("SUB", v, op("SHL", kept, dropped));
  const odd = op("AND", kept, ONE);
  const up = op("LT", op("SHL", ONE, dropped), op("ADD", op("SHL", rest, ONE), odd));
  return op("SHL", op("ADD", kept, up), dropped);
}
