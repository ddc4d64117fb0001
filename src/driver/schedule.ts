/** Scheduling functions of a program on request: by schedule functions as text, or by a recorded trace. */
import type { IRModule } from "../ir/module.js";
import type { PrimExpr } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import {
  openSchedule, record, replay, scheduledModule, simplified, traceFromJson, type RecordedTrace, type Schedule,
} from "../schedule/index.js"; // prettier-ignore
import { runSchedule } from "../schedule/script/run.js";
import { candidatesFor } from "../schedule/script/select.js";
import type { Sink } from "../support/diagnostic.js";
import type { Source } from "../support/source.js";
import { didYouMean } from "../support/suggest.js";
import type { TargetDescription } from "../support/target-description.js";
import type { TemplateLibrary } from "../template/library/library.js";
import type { ScheduleKey } from "../template/template.js";
import { SCHEDULED } from "../transform/scheduler.js";
import { codes } from "./codes.js";
import { loadLibraries, ownLibrary } from "./libraries.js";

/** A function that was scheduled. */
export interface Scheduled {
  readonly name: string;
  /** Conditions on symbols under which the result may run. */
  readonly conditions: readonly PrimExpr[];
  readonly trace: RecordedTrace;
}

export interface ScheduleResult {
  readonly module: IRModule;
  readonly scheduled: readonly Scheduled[];
}

export interface ScriptRequest {
  /** The functions to schedule; absent: all that a schedule is for. */
  readonly func?: string | undefined;
  readonly target: TargetDescription;
  /** Texts with schedules, preferred ones last. */
  readonly scripts: readonly Source[];
}

/** Schedules by the first schedule of the texts that is for a function; undefined when errors were reported. */
export function scheduleByScript(
  module: IRModule,
  { func: only, target, scripts }: ScriptRequest,
  sink: Sink,
): ScheduleResult | undefined {
  const { all, diagnostics } = loadLibraries(scripts, ownLibrary(module));
  diagnostics.forEach((d) => sink.report(d));
  if (diagnostics.some((d) => d.severity === "error")) return undefined;
  const libraries = all.slice(0, -1);
  let result: ScheduleResult = { module, scheduled: [] };
  let isRefused = false;
  for (const [name, func] of module.functions) {
    if (func.kind !== "tir.PrimFunc" || (only !== undefined && name !== only)) continue;
    const reasons: string[] = [];
    for (const { def, names } of candidatesFor(libraries, func, name, target)) {
      const run = runSchedule(def, result.module, name, { target, names: names() });
      if (run.kind === "unfit") {
        reasons.push(`\`${def.name}\`: ${run.reason} does not hold`);
        continue;
      }
      if (run.kind === "failed") {
        sink.report(run.diagnostic);
        isRefused = true;
        break;
      }
      result = withSchedule(result, name, run.schedule, run.conditions);
      break;
    }
    if (isRefused) return undefined;
    if (only === undefined || result.scheduled.length > 0) continue;
    sink.report(codes.noSchedule({ name, notes: reasons, at: func.span }));
    return undefined;
  }
  if (result.scheduled.length > 0) return result;
  sink.report(codes.noneScheduled(nearMisses(module, only, libraries)));
  return undefined;
}

/** What there is to schedule, and what the schedules of the texts are for. */
function nearMisses(
  { functions }: IRModule,
  only: string | undefined,
  libraries: readonly TemplateLibrary[],
): Parameters<typeof codes.noneScheduled>[0] {
  const names = [...functions].flatMap(([name, f]) => (f.kind === "tir.PrimFunc" ? [name] : []));
  const schedules = libraries.flatMap((library) =>
    library.definitions().flatMap((e) => (e.kind === "schedule" ? [e.schedule] : [])),
  );
  const suggestion = (of: ScheduleKey): string | undefined =>
    of.kind === "func" ? didYouMean(of.name, names) : undefined;
  const asked = only !== undefined && !names.includes(only);
  return {
    what: asked ? `there is no T function \`${only}\`` : "no schedule is for a T function here",
    notes: [
      `T functions: ${names.map((n) => `\`${n}\``).join(", ") || "none"}`,
      ...schedules.map(({ name, of }) => `schedule \`${name}\` is for ${of.kind} \`${of.name}\``),
    ],
    hints: schedules.flatMap(({ of }) => suggestion(of) ?? []),
  };
}

/** Schedules one function by a trace as JSON; undefined when errors were reported. */
export function scheduleByTrace(
  module: IRModule,
  name: string,
  json: unknown,
  sink: Sink,
): ScheduleResult | undefined {
  const read = traceFromJson(json);
  const opened = openSchedule(module, name);
  if (!read.ok || !opened.ok) {
    for (const found of [read, opened]) if (!found.ok) sink.report(found.diagnostic);
    return undefined;
  }
  const replayed = replay(opened.schedule, read.trace);
  if (replayed.ok) return withSchedule({ module, scheduled: [] }, name, replayed.schedule, []);
  const notes = [`instruction ${replayed.index + 1} of the trace`];
  sink.report({ ...replayed.diagnostic, notes: [...replayed.diagnostic.notes, ...notes] });
  return undefined;
}

function withSchedule(
  { scheduled }: ScheduleResult,
  name: string,
  schedule: Schedule,
  conditions: readonly PrimExpr[],
): ScheduleResult {
  const trace = simplified(record(schedule.trace));
  const module = scheduledModule(schedule);
  const func = module.functions.get(name) as PrimFunc;
  const marked = { ...func, attrs: new Map(func.attrs).set(SCHEDULED, true) };
  return {
    module: { ...module, functions: new Map(module.functions).set(name, marked) },
    scheduled: [...scheduled, { name, conditions, trace }],
  };
}

/** The only T function of a module, when there is one. */
export const onlyPrimFunc = (module: IRModule): string | undefined => {
  const all = [...module.functions].filter(([, f]) => f.kind === "tir.PrimFunc");
  return all.length === 1 ? all[0]![0] : undefined;
};
