/** Floating-point arithmetic; small floats compute in float and round after each operation. */
import type { Binary } from "../../../ir/tir/expr.js";
import type { DType } from "../../../support/dtype.js";
import { roundRoutine } from "../routine/small-float.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext, ModuleContext } from "./context.js";
import { emitExpr, named } from "./expr.js";
import { extremeRoutine } from "./integer.js";
import { called, converted, infix, type Piece } from "./text.js";
import { isSmallFloat, laneName } from "./types.js";

/** Rounds a `float` to a small float type; nothing for the others. */
export const rounded = (shared: ModuleContext, x: Piece, type: DType): Piece =>
  isSmallFloat(type) ? called(roundRoutine(shared, type), converted("double", x)) : x;

/** The name of a function of `math.h` for the type. */
export const mathName = (name: string, type: DType): string =>
  type.bits === 64 ? name : `${name}f`;

const PLAIN: Readonly<Record<string, string>> = { add: "+", sub: "-", mul: "*", div: "/" };

/** The value of an operation on floats. */
export function emitFloatBinary(cx: FunctionContext, e: Binary): Piece {
  const { shared } = cx;
  const type = e.dtype;
  const a = emitExpr(cx, coerce(e.a, type));
  const b = emitExpr(cx, coerce(e.b, type));
  const round = (x: Piece): Piece => rounded(shared, x, type);
  const plain = PLAIN[e.op];
  if (plain !== undefined) return round(infix(plain, a, b));
  switch (e.op) {
    case "min":
    case "max":
      return called(extremeRoutine(shared, e.op, laneName(type)), a, b);
    case "floordiv":
    case "ceildiv": {
      const whole = mathName(e.op === "floordiv" ? "floor" : "ceil", type);
      // The greatest of a narrow type need not be whole.
      return round(called(whole, round(infix("/", a, b))));
    }
    case "mod":
      return round(called(mathName("fmod", type), a, b));
    case "floormod": {
      const [x, y] = [named(cx, a, type, "dividend"), named(cx, b, type, "divisor")];
      const quotient = round(called(mathName("floor", type), round(infix("/", x, y))));
      return round(infix("-", x, round(infix("*", quotient, y))));
    }
    default:
      throw new Error(`bit operation ${e.op} on ${type.name}`);
  }
}
