/** Running a recorded trace on a function. */
import { rewrite } from "../ir/core/rewrite.js";
import { symbolsOf } from "../analysis/tir/symbols.js";
import { isNode } from "../ir/nodes.js";
import { freeBinders } from "../ir/core/free-vars.js";
import type { Node } from "../ir/nodes.js";
import type { Diagnostic } from "../support/diagnostic.js";
import { codes } from "./codes.js";
import type { ScheduleValue } from "./reference.js";
import { callPrimitive, type Schedule } from "./schedule.js";
import { funcOf } from "./state.js";
import { isName, type RecordedTrace, type RecordedValue } from "./trace.js";

export type Replayed =
  | { readonly ok: true; readonly schedule: Schedule }
  | {
      readonly ok: false;
      readonly diagnostic: Diagnostic;
      /** Position of the instruction that could not be run, and the schedule before it. */
      readonly index: number;
      readonly schedule: Schedule;
    };

/** Runs the instructions in order. Names are local to the trace; decisions are checked anew by their primitives. */
export function replay(start: Schedule, trace: RecordedTrace): Replayed {
  const values = new Map<string, ScheduleValue>();
  let schedule = start;
  for (const [index, { primitive, args, outputs }] of trace.entries()) {
    const refused = (diagnostic: Diagnostic): Replayed => ({ ok: false, diagnostic, index, schedule }); // prettier-ignore
    const unknown = unknownName(args, values);
    if (unknown !== undefined)
      return refused(codes.traceName({ name: unknown, primitive, position: index + 1 }));
    const named: Record<string, ScheduleValue> = {};
    for (const [key, value] of args) named[key] = resolved(value, values, schedule);
    const called = callPrimitive(schedule, primitive, { named });
    if (!called.ok) return refused(called.diagnostic);
    schedule = called.schedule;
    const given = schedule.trace[schedule.trace.length - 1]!.outputs;
    if (given.length !== outputs.length)
      return refused(codes.traceOutputs({ primitive, position: index + 1, found: given.length, expected: outputs.length })); // prettier-ignore
    outputs.forEach((name, k) => values.set(name, given[k]!));
  }
  return { ok: true, schedule };
}

function unknownName(
  args: ReadonlyMap<string, RecordedValue>,
  values: ReadonlyMap<string, ScheduleValue>,
): string | undefined {
  const find = (v: RecordedValue): string | undefined => {
    if (isName(v)) return values.has(v.name) ? undefined : v.name;
    if (!Array.isArray(v)) return undefined;
    return v.map((item) => find(item as RecordedValue)).find((name) => name !== undefined);
  };
  return [...args.values()].map(find).find((name) => name !== undefined);
}

function resolved(
  v: RecordedValue,
  values: ReadonlyMap<string, ScheduleValue>,
  schedule: Schedule,
): ScheduleValue {
  if (isName(v)) return values.get(v.name)!;
  if (Array.isArray(v)) return v.map((item) => resolved(item as RecordedValue, values, schedule));
  return isNode(v) ? ownSymbols(v, schedule) : (v as ScheduleValue);
}

/** The expression in the symbols of the function worked on, found by their names. */
function ownSymbols(node: Node, schedule: Schedule): Node & ScheduleValue {
  const symbols = symbolsOf(funcOf(schedule.state));
  const free = new Set(freeBinders(node));
  return rewrite(node, (n) => {
    if (n.kind !== "tir.Var" || !free.has(n)) return n;
    return symbols.find((s) => s.name === n.name && s.dtype === n.dtype) ?? n;
  }) as Node & ScheduleValue;
}
