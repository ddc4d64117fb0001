/** What the evaluator asks of whoever brings values of their own: graph lowerings `R`, schedules their loops. */
import type { Call, Expr } from "../../grammar/ast/nodes.js";
import type { Scope } from "./scope.js";
import type { State } from "./state.js";
import type { HostValue, Value } from "./values.js";

/** Values that the evaluator does not look into. */
export type ForeignValue = Extract<Value, { kind: "relax" | "host" }>;

/** Meaning of members of `R` and of further ones of `S`, and of the host's own values. */
export interface EvaluatorHost {
  /** A call of `R.name(…)`, or of an `S` function of the host; undefined where there is no such member. */
  call(s: State, scope: Scope, root: "R" | "S", name: string, call: Call): Value | undefined;
  /** `x.dtype`, `x.shape`, `sch.split`; undefined where there is none. */
  property(s: State, of: ForeignValue, name: string, at: Expr): Value | undefined;
  /** `x[0]`. */
  item(s: State, of: ForeignValue, index: number, at: Expr): Value | undefined;
  /** Calls one of its values: `sch.split(…)`. */
  apply?(s: State, scope: Scope, callee: HostValue, call: Call): Value;
  /** All runs at compile time: loops go over any pack, conditions are static. */
  readonly isStatic?: true;
  /** Runs the body; where that fails, what it did is undone and the handler runs. */
  attempt?<T>(body: () => T, handler: () => T): T;
}
