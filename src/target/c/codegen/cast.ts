/** Conversions between scalar types. */
import { float32, isFloat, isSigned, laneOf, type DType } from "../../../support/dtype.js";
import { integerRange } from "../../../support/numeric/scalar.js";
import { roundRoutine } from "../routine/small-float.js";
import type { ModuleContext } from "./context.js";
import { literal } from "./literal.js";
import { called, converted, infix, primary, type Piece } from "./text.js";
import { cTypeOf, isSmallFloat, laneName, scalarType } from "./types.js";

/** Integers wrap, floats round to nearest even, floats to integers truncate and saturate (NaN gives 0). */
export function castPiece(shared: ModuleContext, x: Piece, from: DType, to: DType): Piece {
  const [source, target] = [laneOf(from), laneOf(to)];
  if (source === target) return x;
  if (source.code === "handle" || target.code === "handle") return x;
  if (target.code === "bool")
    return infix(
      "!=",
      x,
      isFloat(source) ? primary(source.bits === 64 ? "0.0" : "0.0f") : primary("0"),
    );
  if (isFloat(target)) return toFloat(shared, x, source, target);
  if (isFloat(source)) return called(saturating(shared, source, target), x);
  return wrapped(shared, converted(cTypeOf(laneName(target)), x), target);
}

function toFloat(shared: ModuleContext, x: Piece, source: DType, target: DType): Piece {
  if (isSmallFloat(target)) return called(roundRoutine(shared, target), converted("double", x));
  const same = isFloat(source) && (source.bits === 64) === (target.bits === 64);
  return same ? x : converted(scalarType(target), x);
}

/** Keeps a value within an integer type below 8 bits; nothing to do for the others. */
export function wrapped(shared: ModuleContext, x: Piece, type: DType): Piece {
  const { bits, code } = type;
  if (bits >= 8 || (code !== "int" && code !== "uint")) return x;
  const name = `rx_wrap_${code === "int" ? "i" : "u"}${bits}`;
  const routine = shared.routine(name, () => {
    const c = code === "int" ? "int8_t" : "uint8_t";
    const kept = `((unsigned)x & ${2 ** bits - 1}u)`;
    const value = code === "uint" ? kept : `((int)(${kept} ^ ${2 ** (bits - 1)}u) - ${2 ** (bits - 1)})`; // prettier-ignore
    return `RX_HELPER ${c} ${name}(int x) {\n  return (${c})${value};\n}`;
  });
  return called(routine, x);
}

/** A helper from a float to an integer. */
function saturating(shared: ModuleContext, source: DType, target: DType): string {
  const [from, to] = [laneName(source), target.bits < 8 ? target.name : laneName(target)];
  const name = `rx_${to}_of_${from}`;
  return shared.routine(name, () => {
    const [float, int] = [cTypeOf(from), cTypeOf(laneName(target))];
    const { min, max } = integerRange(target);
    // The first float beyond the type; below it truncation stays inside.
    const beyond = 2 ** (isSigned(target) ? target.bits - 1 : target.bits);
    const f = (v: number): string => literal(v as never, source.bits === 64 ? source : F32(source)).text; // prettier-ignore
    const low = isSigned(target)
      ? `  if (x != x) return 0;\n  if (x <= ${f(-beyond)}) return ${literal(min, target).text};\n`
      : `  if (!(x > ${f(0)})) return 0;\n`;
    return `RX_HELPER ${int} ${name}(${float} x) {
${low}  if (x >= ${f(beyond)}) return ${literal(max, target).text};
  return (${int})x;
}`;
  });
}

const F32 = (type: DType): DType => (isSmallFloat(type) ? float32 : type);
