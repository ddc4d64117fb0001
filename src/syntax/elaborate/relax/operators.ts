/** Python operators on tensors. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { op as opNode, primValue, relaxCall, type Expr } from "../../../ir/relax/expr.js";
import { arithmetic, bitwise, comparison, negation } from "../tir/operators.js";
import type { BinaryOp, CompareOp, PrimExpr } from "../../../ir/tir/expr.js";
import { relaxCodes } from "../../relax-codes.js";
import { elaborateExpr } from "./expression.js";
import { leaf, literalPrim, literalText, scalarOf } from "./operand.js";
import { at, fail, type FunctionState } from "./state.js";
import { describe, errorValue, isExpr, isPrim, type Item, type RValue } from "./value.js";

const TENSOR_OPS: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "//": "floor_divide",
  "%": "mod",
  "**": "power",
};
const TENSOR_COMPARES: Readonly<Record<string, string>> = {
  "<": "less",
  "<=": "less_equal",
  ">": "greater",
  ">=": "greater_equal",
};
const SCALAR_OPS: Readonly<Record<string, BinaryOp>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "//": "floordiv",
  "%": "floormod",
  "<<": "shl",
  ">>": "shr",
  "&": "bitand",
  "|": "bitor",
  "^": "bitxor",
};
const SCALAR_COMPARES: Readonly<Record<string, CompareOp>> = {
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "==": "eq",
  "!=": "ne",
};

/** `a + b` where not both sides are scalars by their text. */
export function binaryOperator(state: FunctionState, expr: A.Binary): RValue {
  const left: Item = { value: elaborateExpr(state, expr.left), node: expr.left };
  const right: Item = { value: elaborateExpr(state, expr.right), node: expr.right };
  if (left.value.kind === "error" || right.value.kind === "error") return errorValue;
  const scalars = bothScalars(state, left, right);
  if (scalars !== undefined) return scalarBinary(state, expr, scalars);
  const name = TENSOR_OPS[expr.op];
  if (name === undefined) {
    const instead =
      expr.op === "@"
        ? "write `R.matmul(a, b)`"
        : "write the operator's call, e.g. `R.bitwise_and(a, b)`";
    fail(state, relaxCodes.operatorUnknown({ at: at(state, expr), op: expr.op, instead }));
    return errorValue;
  }
  return tensorCall(state, name, expr.op, [left, right], expr);
}

function bothScalars(
  state: FunctionState,
  left: Item,
  right: Item,
): readonly [PrimExpr, PrimExpr] | undefined {
  const a = scalarOf(left.value, at(state, left.node));
  const b = scalarOf(right.value, at(state, right.node));
  return a === undefined || b === undefined ? undefined : [a, b];
}

function scalarBinary(
  state: FunctionState,
  expr: A.Binary,
  [a, b]: readonly [PrimExpr, PrimExpr],
): RValue {
  const op = SCALAR_OPS[expr.op];
  if (op === undefined) {
    fail(
      state,
      relaxCodes.operatorUnknown({
        at: at(state, expr),
        op: expr.op,
        instead: "scalars have `+ - * // %`",
      }),
    );
    return errorValue;
  }
  return (op.startsWith("bit") || op.startsWith("sh") ? bitwise : arithmetic)(
    state.ctx,
    op,
    a,
    b,
    expr,
  );
}

function tensorCall(
  state: FunctionState,
  name: string,
  op: string,
  items: readonly Item[],
  expr: A.Expr,
): RValue {
  const args: Expr[] = [];
  for (const { value, node } of items) {
    if (isExpr(value)) args.push(leaf(state, value, at(state, node)));
    else if (isPrim(value)) args.push(primValue(value, at(state, node)));
    else if (value.kind === "literal" && literalPrim(value.value, undefined) !== undefined) {
      const text = literalText(state, node) ?? "this";
      fail(
        state,
        relaxCodes.numberForTensor({ at: at(state, node), value: text, op, name: "both sides" }),
      );
      return errorValue;
    } else {
      fail(state, relaxCodes.operatorKind({ at: at(state, node), op, found: describe(value) }));
      return errorValue;
    }
  }
  return relaxCall(opNode(name), args, { span: at(state, expr) });
}

/** `a < b` where not both sides are scalars by their text. */
export function compareOperator(state: FunctionState, expr: A.Compare): RValue {
  const [op] = expr.ops;
  if (op === undefined || expr.ops.length > 1) {
    fail(
      state,
      relaxCodes.expressionNotAllowed({ at: at(state, expr), construct: "a chained comparison" }),
    );
    return errorValue;
  }
  const items = expr.operands.map((node): Item => ({ value: elaborateExpr(state, node), node }));
  if (items.some((i) => i.value.kind === "error")) return errorValue;
  const scalars = bothScalars(state, items[0]!, items[1]!);
  const scalarOp = SCALAR_COMPARES[op];
  if (scalars !== undefined && scalarOp !== undefined)
    return comparison(state.ctx, scalarOp, ...scalars, expr);
  const name = TENSOR_COMPARES[op];
  if (name !== undefined) return tensorCall(state, name, op, items, expr);
  if (op === "==" || op === "!=") {
    fail(
      state,
      relaxCodes.tensorEquality({
        at: at(state, expr),
        op,
        instead: op === "==" ? "equal" : "not_equal",
      }),
    );
  } else
    fail(state, relaxCodes.expressionNotAllowed({ at: at(state, expr), construct: `\`${op}\`` }));
  return errorValue;
}

/** Unary operators on tensors. */
export function negate(state: FunctionState, expr: A.Unary): RValue {
  const value = elaborateExpr(state, expr.operand);
  if (value.kind === "error") return errorValue;
  const prim = scalarOf(value, at(state, expr.operand));
  if (prim !== undefined && expr.op === "-") return negation(state.ctx, "neg", prim, expr);
  if (expr.op === "+") return value;
  if (expr.op === "-")
    return tensorCall(state, "negative", "-", [{ value, node: expr.operand }], expr);
  const instead = expr.op === "not" ? "write `R.logical_not(x)`" : "write `R.bitwise_not(x)`";
  fail(state, relaxCodes.operatorUnknown({ at: at(state, expr), op: expr.op, instead }));
  return errorValue;
}
