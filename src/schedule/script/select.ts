/** Schedules of libraries for a function, in order of preference (§13 of the template language). */
import { leafBlocks } from "../../analysis/tir-pattern/index.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import {
  exactness,
  servesTarget,
  type TargetDescription,
} from "../../support/target-description.js";
import { SCHEDULE_KINDS } from "../../template/library/schedule-decorators.js";
import type { TemplateLibrary } from "../../template/library/library.js";
import type { ScheduleDef, ScheduleKey, Template } from "../../template/template.js";
import type { Value } from "../../template/values.js";
import { MATCHED, type ScheduledPattern } from "../../transform/scheduler.js";
import { boundNames, operatorNames, originOf, parameterNames, type Origin } from "./names.js";

/** A schedule that is for a function, with what its text may name. */
export interface Candidate {
  readonly def: ScheduleDef;
  names(): ReadonlyMap<string, Value>;
}

/**
 * Candidates, the preferred first: libraries in their order; in a library what names the function or its template,
 * then the pattern it matches, its operator, its kind; then higher priority; then those that ask for more of the
 * target; then later in the text.
 */
export function candidatesFor(
  libraries: readonly TemplateLibrary[],
  func: PrimFunc,
  name: string,
  target: TargetDescription,
): readonly Candidate[] {
  const origin = originOf(func);
  const groups: [ScheduleKey["kind"], string | undefined][][] = [
    [
      ["func", name],
      ["template", origin.lower],
    ],
    [["pattern", patternNamedBy(func)]],
    [["op", origin.op]],
    ...kindsOf(func).map((kind): [ScheduleKey["kind"], string][] => [["kind", kind]]),
  ];
  return libraries.flatMap((library) =>
    groups.flatMap((keys) =>
      keys
        .flatMap(([kind, key]) => (key === undefined ? [] : library.schedulesOf(kind, key)))
        .filter((def) => servesTarget(def.target, target))
        .reverse()
        .sort(
          (a, b) =>
            b.priority - a.priority || exactness(b.target, target) - exactness(a.target, target),
        )
        .map((def): Candidate => ({
          def,
          names: () => namesFor(libraries, def, func, origin),
        })),
    ),
  );
}

function patternNamedBy(func: PrimFunc): string | undefined {
  const name = func.attrs.get(MATCHED);
  return typeof name === "string" ? name : undefined;
}

/** The patterns that schedules for a target are for, the preferred first. */
export function scheduledPatterns(
  libraries: readonly TemplateLibrary[],
  target: TargetDescription,
): readonly ScheduledPattern[] {
  const found = new Map<string, ScheduledPattern>();
  for (const { of, source, ...def } of libraries.flatMap((l) => l.patternSchedules()))
    if (servesTarget(def.target, target) && !found.has(of.name))
      found.set(of.name, { name: of.name, at: { source, start: of.at.start, end: of.at.end } });
  return [...found.values()];
}

/** Whether a schedule of the libraries is for an operator on a target. */
export const isScheduledBy = (
  libraries: readonly TemplateLibrary[],
  op: string,
  target: TargetDescription,
): boolean =>
  libraries.some((library) =>
    library.schedulesOf("op", op).some((def) => servesTarget(def.target, target)),
  );

/** Kinds of a function, the special one first. */
function kindsOf(func: PrimFunc): readonly string[] {
  const leaves = leafBlocks(func)?.leaves;
  if (leaves === undefined) return ["any"];
  const isSpatial = leaves.every(({ reduced }) => reduced.length === 0);
  return SCHEDULE_KINDS.filter((kind) => kind === "any" || (kind === "spatial") === isSpatial);
}

function namesFor(
  libraries: readonly TemplateLibrary[],
  { of }: ScheduleDef,
  func: PrimFunc,
  origin: Origin,
): ReadonlyMap<string, Value> {
  switch (of.kind) {
    case "template":
      return boundNames(func, origin);
    case "op":
      return operatorNames(func, origin, templateOf(libraries, origin));
    case "func":
    case "pattern":
    case "kind":
      return parameterNames(func);
  }
}

/** The template that a function is an instance of. */
function templateOf(
  libraries: readonly TemplateLibrary[],
  { op, lower }: Origin,
): Template | undefined {
  if (op === undefined || lower === undefined) return undefined;
  for (const library of libraries) {
    const entry = library.lookup(lower);
    if (entry?.kind === "template" && entry.template.ops.includes(op)) return entry.template;
  }
  return undefined;
}
