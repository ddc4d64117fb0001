/** Runs a schedule function on a T function. */
import { declareSymbols } from "../../analysis/tir/symbols.js";
import type { IRModule } from "../../ir/module.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { DiagnosticError, type Diagnostic } from "../../support/diagnostic.js";
import type { TargetDescription } from "../../support/target-description.js";
import { codes as templateCodes } from "../../template/codes.js";
import { evaluate } from "../../template/evaluate.js";
import { executeFunction } from "../../template/execute.js";
import { toCondition, truth } from "../../template/operators.js";
import { newScope, type Scope } from "../../template/scope.js";
import { libraryScope } from "../../template/signature.js";
import { fail, newState, placeOf, type State } from "../../template/state.js";
import type { ScheduleDef } from "../../template/template.js";
import { valueText, type Value } from "../../template/values.js";
import type { ScheduleValue } from "../reference.js";
import { openSchedule, type Schedule } from "../schedule.js";
import { makeScheduleHost } from "./host.js";
import { intrinsicsOf } from "./intrinsics.js";
import { fromScheduleValue, hostValue, toScheduleValue } from "./objects.js";
import { assume, type Session, type Tunable } from "./session.js";
import { tunableValues, TUNABLES } from "./tunables.js";
import { argumentsOf } from "../../template/arguments.js";

/** What a run needs beside the schedule. */
export interface RunOptions {
  readonly target: TargetDescription;
  /** Names of the template, operator or function that the schedule is for. */
  readonly names: ReadonlyMap<string, Value>;
  /** Values of parameters, instead of their defaults. */
  readonly values?: ReadonlyMap<string, ScheduleValue> | undefined;
}

export type Run =
  | {
      readonly kind: "scheduled";
      readonly schedule: Schedule;
      /** Conditions on symbols under which the result may run. */
      readonly conditions: readonly PrimExpr[];
      readonly tunables: readonly Tunable[];
    }
  /** `where` does not hold. */
  | { readonly kind: "unfit"; readonly reason: string }
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/** The schedule's result for a function of the module; the module itself is not changed. */
export function runSchedule(
  def: ScheduleDef,
  module: IRModule,
  func: string,
  options: RunOptions,
): Run {
  const opened = openSchedule(module, func);
  if (!opened.ok) return { kind: "failed", diagnostic: opened.diagnostic };
  const session: Session = {
    library: def.library,
    target: options.target,
    schedule: withIntrinsics(opened.schedule, def),
    assumed: [],
    tunables: [],
    missedFigure: false,
  };
  const subject = module.functions.get(func) as PrimFunc;
  const s: State = {
    ...newState(def.name, def.source, subject.span, makeScheduleHost(session)),
    role: "schedules this function",
  };
  declareSymbols(subject, s.analyzer);
  try {
    const scope = newScope("function", libraryScope(s, def.library));
    for (const [name, value] of options.names) scope.names.set(name, { value });
    const body = newScope("function", scope);
    const [sch] = def.def.params;
    if (sch !== undefined)
      body.names.set(sch.name, { value: hostValue("the schedule", { type: "schedule" }) });
    const unfit = refuted(session, s, body, def);
    if (unfit !== undefined) return { kind: "unfit", reason: unfit };
    bindParameters(session, s, body, def, options.values);
    executeFunction(s, body, def.def.body);
    const [made] = s.statements;
    if (made !== undefined) {
      const at = made.span ?? { start: def.def.nameStart, end: def.def.nameEnd };
      fail(templateCodes.unsupportedConstruct({ ...placeOf(s, at), what: "a loop that runs with the program, in a schedule," })); // prettier-ignore
    }
    const { schedule, assumed: conditions, tunables } = session;
    return { kind: "scheduled", schedule, conditions, tunables };
  } catch (error) {
    if (error instanceof DiagnosticError) return { kind: "failed", diagnostic: error.diagnostic };
    throw error;
  }
}

/** The schedule, which finds the intrinsics of the library. */
const withIntrinsics = (schedule: Schedule, { library }: ScheduleDef): Schedule => ({
  ...schedule,
  state: { ...schedule.state, intrinsics: intrinsicsOf(library) },
});

/** The part of `where` that does not hold; what is not known is assumed. */
function refuted(session: Session, s: State, scope: Scope, def: ScheduleDef): string | undefined {
  for (const part of def.where) {
    const text = (): string => def.source.text.slice(part.start, part.end);
    let value: Value;
    try {
      value = evaluate(s, scope, part);
    } catch (error) {
      if (session.missedFigure) return `${text()}: the target does not tell`;
      throw error;
    }
    for (const item of value.kind === "pack" ? value.items : [value]) {
      const known = item.kind === "pack" ? undefined : truth(item);
      if (known === true) continue;
      if (known === false || session.missedFigure) return text();
      const { expr, phase } = toCondition(s, item, part);
      if (phase !== "dim")
        fail(templateCodes.phase({ ...placeOf(s, part), what: valueText(item), construct: "`where`" })); // prettier-ignore
      const proved = s.analyzer.prove(expr);
      if (proved === false) return text();
      if (proved === true) continue;
      s.analyzer.assume(expr);
      assume(session, expr);
    }
  }
  return undefined;
}

/** Gives the parameters after the schedule itself their values. */
function bindParameters(
  session: Session,
  s: State,
  scope: Scope,
  { def }: ScheduleDef,
  values: RunOptions["values"],
): void {
  for (const p of def.params.slice(1)) {
    if (p.star === "*" && p.name === "") continue;
    if (p.star !== undefined || p.default === undefined)
      return fail(
        templateCodes.invalidArgument({ ...placeOf(s, p), what: `the parameter \`${p.name}\` of a schedule needs a default` }), // prettier-ignore
      );
    const given = values?.get(p.name);
    const e = p.default;
    const callee = e.kind === "Call" && e.func.kind === "Attribute" ? e.func : undefined;
    const isTunable =
      callee?.value.kind === "Name" && callee.value.id === "S" && TUNABLES.includes(callee.name);
    let value: Value;
    if (isTunable && e.kind === "Call") {
      const all = tunableValues(s, callee.name, argumentsOf(s, scope, e), e);
      session.tunables.push({ name: p.name, candidates: all.map((v) => toScheduleValue(s, v, e)) });
      value = all[0]!;
    } else value = evaluate(s, scope, e);
    scope.names.set(p.name, { value: given === undefined ? value : fromScheduleValue(given) });
  }
}
