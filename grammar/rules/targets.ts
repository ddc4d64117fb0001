/** Words for what stands on the left of an assignment and cannot. */
import type * as ast from "../ast/nodes.js";

export function describeTarget(target: ast.Expr): string {
  switch (target.kind) {
    case "Call":
      return "a call";
    case "Num":
    case "Str":
      return "a literal";
    case "Constant":
      return `\`${target.value}\``;
    case "Compare":
      return "a comparison";
    case "Lambda":
      return "a lambda";
    case "Conditional":
      return "a conditional expression";
    case "Dict":
      return "a dictionary";
    case "Slice":
      return "a slice";
    default:
      return "an expression";
  }
}

export const targetAdvice = (target: ast.Expr): string =>
  target.kind === "Compare" || target.kind === "Binary" || target.kind === "BoolOp"
    ? "compare with `==`, or give the name that is bound"
    : "write a name, or an element such as `A[i]`, on the left";
