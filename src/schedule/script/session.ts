/** One run of a schedule function: the schedule so far, and what the text may ask of its surroundings. */
import type { PrimExpr } from "../../ir/tir/expr.js";
import type { Span } from "../../support/source.js";
import { fail } from "../../template/state.js";
import type { Library } from "../../template/template.js";
import type { TargetDescription } from "../../support/target-description.js";
import type { ScheduleValue } from "../reference.js";
import { callPrimitive, type Schedule } from "../schedule.js";
import { funcOf } from "../state.js";

/** A parameter of a schedule whose value a search may choose. */
export interface Tunable {
  readonly name: string;
  readonly candidates: readonly ScheduleValue[];
}

/** What a run reads, and what it collects. */
export interface Session {
  readonly library: Library;
  readonly target: TargetDescription;
  schedule: Schedule;
  /** Conditions that the schedule asks for with `S.assume`. */
  assumed: PrimExpr[];
  readonly tunables: Tunable[];
  /** A figure that the target does not know was asked for. */
  missedFigure: boolean;
}

/** Calls a primitive; a refusal ends the run, or the `try` around it. */
export function perform(
  session: Session,
  name: string,
  positional: readonly ScheduleValue[],
  named: Readonly<Record<string, ScheduleValue>>,
  at: Span,
): ScheduleValue {
  const called = callPrimitive(session.schedule, name, { positional, named }, at);
  if (!called.ok) return fail(called.diagnostic);
  session.schedule = called.schedule;
  return called.result;
}

/** Takes a condition on symbols for true from here on. */
export function assume(session: Session, cond: PrimExpr): void {
  const { schedule } = session;
  const state = { ...schedule.state, assumed: [...schedule.state.assumed, cond] };
  session.schedule = { ...schedule, state };
  session.assumed = [...session.assumed, cond];
}

/** The function as it is now. */
export const currentFunc = ({ schedule }: Session): ReturnType<typeof funcOf> =>
  funcOf(schedule.state);
