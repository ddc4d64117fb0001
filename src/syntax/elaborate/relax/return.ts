/** `return`. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { primValue, tuple, type Expr } from "../../../ir/relax/expr.js";
import { relaxCodes } from "../../relax-codes.js";
import { elaborateConstant } from "./constant.js";
import { elaborateExpr } from "./expression.js";
import { anyOperand, leaf, literalPrim } from "./operand.js";
import { at, emitCast, fail, useOf, type FunctionState } from "./state.js";
import { describe, isExpr, isPrim } from "./value.js";

const results = new WeakMap<FunctionState, Expr>();

/** Value that the function returns, once its `return` was read. */
export const resultOf = (state: FunctionState): Expr | undefined => results.get(state);

/** Reads the value of the function; a call is bound to a fresh variable first. */
export function elaborateReturn(state: FunctionState, stmt: A.Return): void {
  if (stmt.value === undefined) {
    fail(state, relaxCodes.returnValue({ at: at(state, stmt) }));
    results.set(state, tuple([]));
    return;
  }
  if (results.has(state)) {
    fail(state, relaxCodes.returnLast({ at: at(state, stmt) }));
    return;
  }
  results.set(state, returned(state, stmt.value) ?? tuple([]));
}

function returned(state: FunctionState, node: A.Expr): Expr | undefined {
  const value = elaborateExpr(state, node);
  const span = at(state, node);
  if (value.kind === "error") return undefined;
  if (isExpr(value)) return leaf(state, value, span);
  if (isPrim(value)) return primValue(value, span);
  if (value.kind === "cast") return useOf(emitCast(state, value.value, value.info, { span }));
  if (value.kind === "items")
    return anyOperand(state, { value, node }, { op: "return", name: "value" });
  if (value.kind === "literal") {
    const prim = literalPrim(value.value, span);
    if (prim !== undefined)
      return state.ctx.era === "2026"
        ? primValue(prim, span)
        : elaborateConstant(state, node, undefined, node);
    if (typeof value.value === "string")
      return anyOperand(state, { value, node }, { op: "return", name: "value" });
  }
  fail(
    state,
    relaxCodes.notAValue({
      at: span,
      what: describe(value),
      instead: "return a tensor, tuple, shape or scalar",
    }),
  );
  return undefined;
}
