/** Schedules: a state and the trace of the calls that led to it. */
import type { IRModule } from "../ir/module.js";
import { DiagnosticError, type Diagnostic } from "../support/diagnostic.js";
import { writtenSpan, type Span } from "../support/source.js";
import { bindArguments, type RawArguments } from "./arguments.js";
import { codes } from "./codes.js";
import { noFunction } from "./no-function.js";
import type { Primitive } from "./primitive.js";
import { lookupPrimitive, suggestPrimitive } from "./registry.js";
import type { ScheduleValue } from "./reference.js";
import { closeState, funcOf, openState, referencesOf, type ScheduleState } from "./state.js";

/** One call that succeeded. */
export interface Instruction {
  readonly primitive: string;
  /** All parameters in the order of the declaration, defaults filled in. */
  readonly args: ReadonlyMap<string, ScheduleValue>;
  readonly outputs: readonly ScheduleValue[];
}

export type Trace = readonly Instruction[];

export interface Schedule {
  readonly state: ScheduleState;
  readonly trace: Trace;
}

export type Called =
  | {
      readonly ok: true;
      readonly schedule: Schedule;
      /** What the call gives: nothing (`null`), a value, or a list. */
      readonly result: ScheduleValue;
    }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

/** Starts to schedule a T function of the module, or says why not. */
export function openSchedule(
  module: IRModule,
  func: string,
):
  | { readonly ok: true; readonly schedule: Schedule }
  | { readonly ok: false; readonly diagnostic: Diagnostic } {
  // prettier-ignore
  if (module.functions.get(func)?.kind !== "tir.PrimFunc")
    return { ok: false, diagnostic: noFunction(module, func) };
  return { ok: true, schedule: { state: openState(module, func), trace: [] } };
}

/** The scheduled module. */
export const scheduledModule = ({ state }: Schedule): IRModule => closeState(state);

/**
 * Applies a primitive. A refusal leaves the schedule as it was; its diagnostic points at the program, and at `at` in
 * the schedule's text where there is one.
 */
export function callPrimitive(
  schedule: Schedule,
  name: string,
  given: RawArguments,
  at?: Span,
): Called {
  const primitive = lookupPrimitive(name);
  if (primitive === undefined) {
    const hint = suggestPrimitive(name);
    const hints = hint === undefined ? {} : { hints: [hint] };
    return { ok: false, diagnostic: codes.noPrimitive({ name, at, ...hints }) };
  }
  try {
    const { raw, values } = bindArguments(primitive, given, schedule.state);
    const before = schedule.state;
    const { state, outputs, decision } = primitive.run(before, values);
    const after = noteRemoved(before, state, primitive);
    const args = decision === undefined ? raw : new Map(raw).set("decision", decision);
    const instruction = { primitive: primitive.name, args, outputs };
    return {
      ok: true,
      schedule: { state: after, trace: [...schedule.trace, instruction] },
      result: resultOf(primitive, outputs),
    };
  } catch (error) {
    if (error instanceof DiagnosticError)
      return { ok: false, diagnostic: placed(error.diagnostic, primitive, at) };
    throw error;
  }
}

function resultOf({ outputs: form }: Primitive, outputs: readonly ScheduleValue[]): ScheduleValue {
  if (form === "none") return null;
  return form === "one" ? outputs[0]! : outputs;
}

/** The diagnostic shown at the schedule's text, with the program's place as a label. */
function placed(d: Diagnostic, { name }: Primitive, at: Span | undefined): Diagnostic {
  if (at === undefined) return d;
  const labels = d.span === undefined ? d.labels : [...d.labels, { span: d.span, message: d.label ?? "this" }]; // prettier-ignore
  return { ...d, span: writtenSpan(at), label: `\`${name}\` refuses`, labels };
}

function noteRemoved(
  before: ScheduleState,
  after: ScheduleState,
  { name }: Primitive,
): ScheduleState {
  if (before.module === after.module || before.name !== after.name) return after;
  const left = referencesOf(funcOf(after));
  const gone = [...referencesOf(funcOf(before))].filter((key) => !left.has(key));
  const back = [...left].filter((key) => after.removed.has(key));
  if (gone.length === 0 && back.length === 0) return after;
  const removed = new Map(after.removed);
  for (const key of gone) removed.set(key, name);
  for (const key of back) removed.delete(key);
  return { ...after, removed };
}
