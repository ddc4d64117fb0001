/** Operations whose result is known, or is one of their operands. */
import { operations } from "../machine/operation.js";
import { isLiteral, keyOf, literal, ZERO, type Value } from "./value.js";

/** A value equal to the operation's result; undefined where it has to be computed. */
export function foldOperation(
  op: string,
  operands: readonly Value[],
  immediate: number,
): Value | undefined {
  const compute = operations.get(op)!.compute;
  if (compute !== undefined && operands.length > 0 && operands.every((v) => v.kind === "literal")) {
    const [a = 0, b = 0, c = 0] = operands.map((v) => (v.kind === "literal" ? v.value : 0));
    return literal(compute(a, b, c, immediate));
  }
  const [a, b, c] = operands;
  switch (op) {
    case "ADD":
    case "OR":
    case "XOR":
      return isLiteral(b, 0) ? a : isLiteral(a, 0) ? b : undefined;
    case "SUB":
      if (isLiteral(b, 0)) return a;
      return keyOf(a) === keyOf(b) ? ZERO : undefined;
    case "SHL":
    case "SHRA":
    case "SHRL":
      return isLiteral(b, 0) ? a : undefined;
    case "MUL":
      if (isLiteral(a, 0) || isLiteral(b, 0)) return ZERO;
      return isLiteral(b, 1) ? a : isLiteral(a, 1) ? b : undefined;
    case "DIV":
      return isLiteral(b, 1) ? a : undefined;
    case "AND":
      if (isLiteral(a, 0) || isLiteral(b, 0)) return ZERO;
      if (isLiteral(b, -1)) return a;
      if (isLiteral(a, -1)) return b;
      return keyOf(a) === keyOf(b) ? a : undefined;
    case "MIN":
    case "MAX":
      return keyOf(a) === keyOf(b) ? a : undefined;
    case "MAC":
    case "DOT4":
    case "DOT4U":
    case "DOT2":
      return isLiteral(a, 0) || isLiteral(b, 0) ? c : undefined;
    default:
      return undefined;
  }
}
