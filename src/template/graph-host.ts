/** What the evaluator asks of whoever builds a graph: templates on R functions bring calls of `R`. */
import type { Call, Expr } from "../../grammar/ast/nodes.js";
import type { Scope } from "./scope.js";
import type { State } from "./state.js";
import type { Value } from "./values.js";

/** Meaning of the members of `R`, and of the `S` functions of graph lowerings. */
export interface GraphHost {
  /** A call of `R.name(…)`, or of `S.dim` and `S.tensor`; undefined where there is no such member. */
  call(s: State, scope: Scope, root: "R" | "S", name: string, call: Call): Value | undefined;
  /** `x.dtype`, `x.shape`, `x[0]` of a value of the graph; undefined where there is none. */
  property(
    s: State,
    of: Extract<Value, { kind: "relax" }>,
    name: string,
    at: Expr,
  ): Value | undefined;
  item(s: State, of: Extract<Value, { kind: "relax" }>, index: number, at: Expr): Value | undefined;
}
