/** Declaration of schedule primitives: parameters with kinds, checked and resolved before a primitive runs. */
import { DiagnosticError, type Diagnostic } from "../support/diagnostic.js";
import type { Param } from "./params.js";
import type { ScheduleValue } from "./reference.js";
import type { ScheduleState } from "./state.js";

export type ParamSet = Readonly<Record<string, Param<unknown>>>;
export type Arguments<P extends ParamSet> = {
  readonly [K in keyof P]: P[K] extends Param<infer V> ? V : never;
};

/** What a primitive leaves. */
export interface Outcome {
  readonly state: ScheduleState;
  /** One value an output; a primitive with a list output gives its elements. */
  readonly outputs: readonly ScheduleValue[];
  /** What was drawn; recorded as the argument `decision`. */
  readonly decision?: ScheduleValue;
}

/** Number and form of the results: none, one, or a list (whose length a caller learns from the outcome). */
export type OutputForm = "none" | "one" | "list";

/**
 * A primitive. `run` refuses by `refuse(codes.…)`; the state is then as before, since states are never changed.
 * A pure primitive leaves the module as it is.
 */
export interface Primitive<P extends ParamSet = ParamSet> {
  /** snake_case, as in schedules. */
  readonly name: string;
  readonly summary: string;
  /** In the order in which positional arguments are given. */
  readonly params: P;
  readonly outputs: OutputForm;
  /** Changes nothing: a query. */
  readonly pure?: boolean;
  /** Names of other releases. */
  readonly aliases?: readonly string[];
  run(state: ScheduleState, args: Arguments<P>): Outcome;
}

/** Declares a primitive; the types of its arguments follow from the declaration. */
export const definePrimitive = <const P extends ParamSet>(primitive: Primitive<P>): Primitive<P> =>
  primitive;

/** Ends a primitive with the reason why it cannot be applied. */
export function refuse(diagnostic: Diagnostic): never {
  throw new DiagnosticError(diagnostic);
}

/** The outcome without values. */
export const changed = (state: ScheduleState): Outcome => ({ state, outputs: [] });
/** The outcome with values. */
export const giving = (state: ScheduleState, ...outputs: readonly ScheduleValue[]): Outcome => ({
  state,
  outputs,
});
