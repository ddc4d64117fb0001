/** Index maps of `R.layout_transform`: a lambda, or `T.index_map(…)`. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { IndexMap } from "../../../ir/tir/function.js";
import { makeVar, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import { define, memberOf, withScope } from "../../context.js";
import { elaborateAttrValue } from "../attributes.js";
import { relaxCodes } from "../../relax-codes.js";
import { at, fail, type FunctionState } from "./state.js";
import { elaborateScalar } from "./symbols.js";

/** An index map; undefined when the expression is none (reported). */
export function elaborateIndexMap(state: FunctionState, expr: A.Expr): IndexMap | undefined {
  if (expr.kind === "Lambda") return fromLambda(state, expr);
  if (expr.kind === "Call" && memberOf(state.ctx, expr.func)?.dialect === "T") {
    const value = elaborateAttrValue(state.ctx, expr);
    if (
      typeof value === "object" &&
      value !== null &&
      "kind" in value &&
      value.kind === "tir.IndexMap"
    )
      return value;
    if (value === undefined) return undefined;
  }
  fail(state, relaxCodes.expectedIndexMap({ at: at(state, expr) }));
  return undefined;
}

function fromLambda(state: FunctionState, expr: A.Lambda): IndexMap | undefined {
  const { ctx } = state;
  return withScope(ctx, () => {
    const params: Var[] = [];
    for (const p of expr.params) {
      if (p.star !== undefined || p.default !== undefined) {
        fail(state, relaxCodes.expectedIndexMap({ at: at(state, p) }));
        return undefined;
      }
      const made = makeVar(p.name, int64, at(state, p));
      define(ctx, p.name, { kind: "scalar", var: made });
      params.push(made);
    }
    const items =
      expr.body.kind === "Tuple" || expr.body.kind === "List" ? expr.body.items : [expr.body];
    const results: PrimExpr[] = [];
    const separators: number[] = [];
    for (const item of items) {
      if (item.kind === "Attribute" && item.name === "AXIS_SEPARATOR") {
        separators.push(results.length);
        continue;
      }
      const result = elaborateScalar(state, item);
      if (result === undefined) return undefined;
      results.push(result);
    }
    return { kind: "tir.IndexMap", params, results, separators, span: at(state, expr) };
  });
}
