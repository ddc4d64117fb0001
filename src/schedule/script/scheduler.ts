/** Applies the schedules of libraries to the functions of a module: the first that fits, or several behind a test. */
import { exprText } from "../../arith/index.js";
import { globalVar, type IRModule } from "../../ir/module.js";
import { callGlobal, logic, type PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { assertStmt, evaluate, ifStmt, seq, type Stmt } from "../../ir/tir/stmt.js";
import { voidType } from "../../support/dtype.js";
import type { Diagnostic, Sink } from "../../support/diagnostic.js";
import type { TargetDescription } from "../../support/target-description.js";
import { codes as templateCodes } from "../../template/codes.js";
import type { TemplateLibrary } from "../../template/library/library.js";
import type { ScheduleDef } from "../../template/template.js";
import { copyFunction } from "../../transform/relax/rewrite/copy.js";
import { freshGlobal } from "../../transform/relax/rewrite/index.js";
import { SCHEDULED, TRACE, type Scheduler } from "../../transform/scheduler.js";
import { scheduledModule, type Trace } from "../schedule.js";
import { record, simplified } from "../trace.js";
import { traceText } from "../trace-text.js";
import { isRootBlock } from "../state.js";
import { runSchedule } from "./run.js";
import { candidatesFor, isScheduledBy, scheduledPatterns } from "./select.js";

/** A function that a schedule made, and when it may run. */
interface Variant {
  readonly func: PrimFunc;
  readonly def: ScheduleDef;
  /** Absent: always. */
  readonly condition: PrimExpr | undefined;
}

export interface SchedulerOptions {
  /** Preferred ones first. */
  readonly libraries: readonly TemplateLibrary[];
  readonly target: TargetDescription;
}

/** A scheduler over libraries. */
export const makeScheduler = (options: SchedulerOptions): Scheduler => ({
  patterns: scheduledPatterns(options.libraries, options.target),
  isForOperator: (op) => isScheduledBy(options.libraries.slice(0, -1), op, options.target),
  schedule(module, name, { sink, taken, isTraced }) {
    const func = module.functions.get(name) as PrimFunc;
    const variants = variantsOf(module, name, sink, isTraced, options);
    const [first] = variants;
    if (first === undefined) return undefined;
    if (first.condition === undefined) return new Map([[name, first.func]]);
    return dispatcher(module, name, func, variants, taken);
  },
});

/** The schedules that fit, up to the first that always does. */
function variantsOf(
  module: IRModule,
  name: string,
  sink: Sink,
  isTraced: boolean,
  { libraries, target }: SchedulerOptions,
): readonly Variant[] {
  const func = module.functions.get(name) as PrimFunc;
  const variants: Variant[] = [];
  for (const { def, names } of candidatesFor(libraries, func, name, target)) {
    const run = runSchedule(def, module, name, { target, names: names() });
    if (run.kind === "unfit") continue;
    if (run.kind === "failed") {
      sink.report(failure(def, name, run.diagnostic));
      continue;
    }
    const condition = run.conditions.reduce<PrimExpr | undefined>(both, undefined);
    const limit = variants[0]?.def.variants ?? def.variants;
    if (condition !== undefined && variants.length >= limit - 1) {
      sink.report(templateCodes.manyVariants({ at: func.span, func: name, limit }));
      continue;
    }
    const scheduled = scheduledModule(run.schedule).functions.get(name) as PrimFunc;
    variants.push({
      def,
      condition,
      func: marked(scheduled, def, isTraced ? run.schedule.trace : undefined),
    });
    if (condition === undefined) break;
  }
  return variants;
}

const both = (a: PrimExpr | undefined, b: PrimExpr): PrimExpr =>
  a === undefined ? b : logic("and", a, b);

/** The refusal of a step as a warning about the schedule. */
function failure(def: ScheduleDef, func: string, reason: Diagnostic): Diagnostic {
  const { message, span, label, labels, notes, hints } = reason;
  const shown = templateCodes.scheduleFailed({
    at: span ?? { source: def.source, start: def.def.nameStart, end: def.def.nameEnd },
    schedule: def.name,
    func,
    reason: `${message} (${reason.code})`,
    notes,
    hints,
  });
  return { ...shown, label, labels };
}

function marked(func: PrimFunc, def: ScheduleDef, trace: Trace | undefined): PrimFunc {
  const attrs = new Map(func.attrs).set(SCHEDULED, true).set("relaxc.schedule", def.name);
  if (trace !== undefined) attrs.set(TRACE, traceText(simplified(record(trace))));
  return { ...func, attrs };
}

/** The function with a condition that its caller looked at, which later passes may rely on. */
function asserting(func: PrimFunc, cond: PrimExpr): PrimFunc {
  const check = assertStmt(cond, [`the schedule needs ${exprText(cond)}`], "ValueError");
  const { body } = func;
  if (body.kind !== "tir.Block" || !isRootBlock(body)) return { ...func, body: seq([check, body]) };
  const rest = body.body.kind === "tir.Seq" ? body.body.body : [body.body];
  return { ...func, body: { ...body, body: seq([check, ...rest], body.body.span) } };
}

/** The function as a choice among its variants; the last is the function as it was, unless one always fits. */
function dispatcher(
  module: IRModule,
  name: string,
  func: PrimFunc,
  variants: readonly Variant[],
  taken: ReadonlySet<string>,
): ReadonlyMap<string, PrimFunc> {
  const made = new Map<string, PrimFunc>();
  const names = new Set(taken);
  const add = (hint: string, variant: PrimFunc): Stmt => {
    const own = freshGlobal(module, hint, names);
    names.add(own);
    made.set(own, { ...copyFunction(variant), name: own, isPrivate: true });
    const args = func.params.map(({ var: v, buffer }) => buffer ?? v);
    return evaluate(callGlobal(globalVar(own), args, voidType));
  };
  const always = variants.find(({ condition }) => condition === undefined);
  const branches = variants
    .filter((v) => v.condition !== undefined)
    .map(({ def, condition, func: variant }) => ({
      condition: condition!,
      body: add(`${name}_${def.name}`, asserting(variant, condition!)),
    }));
  const last = add(`${name}_any`, always?.func ?? func);
  const body = branches.reduceRight<Stmt>(
    (otherwise, { condition, body }) => ifStmt(condition, body, otherwise),
    last,
  );
  const attrs = new Map(func.attrs).set(SCHEDULED, true);
  return new Map([[name, { ...func, body, attrs }], ...made]);
}
