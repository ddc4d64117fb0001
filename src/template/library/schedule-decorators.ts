/** Decorators of schedules and intrinsics: §13 and §14 of the template language. */
import type * as ast from "../../../grammar/ast/nodes.js";
import { numberValue } from "../../../grammar/index.js";
import type { ScheduleDef, ScheduleKey } from "../template.js";

/** What `S.schedule` says. */
export type ScheduleDecorator = { readonly kind: "schedule" } & Pick<
  ScheduleDef,
  "of" | "where" | "target" | "priority" | "variants"
>;
/** What `S.intrinsic` says. */
export interface IntrinsicDecorator {
  readonly kind: "intrinsic";
  readonly name: string;
  readonly cost?: ast.Expr | undefined;
}
type Wrong = (node: ast.AstBase, what: string) => never;

/** Kinds of functions that a schedule may be for, the special ones first. */
export const SCHEDULE_KINDS: readonly string[] = ["spatial", "reduction", "any"];
const OPTIONS = ["where", "target", "priority", "variants", "func", "pattern", "kind"];

/** Reads `S.schedule(what, target=, where=, priority=, variants=)`. */
export function scheduleDecorator(at: ast.Expr, wrong: Wrong): ScheduleDecorator {
  const keys: ScheduleKey[] = [];
  const where: ast.Expr[] = [];
  let target: string | undefined;
  let priority = 0;
  let variants = 3;
  for (const { name, value } of at.kind === "Call" ? at.args : []) {
    if (name === undefined && value.kind === "Str")
      keys.push({ kind: "op", name: value.value, at: value });
    else if (name === undefined && value.kind === "Name")
      keys.push({ kind: "template", name: value.id, at: value });
    else if ((name === "func" || name === "pattern") && value.kind === "Str")
      keys.push({ kind: name, name: value.value, at: value });
    else if (name === "kind" && value.kind === "Str") {
      if (!SCHEDULE_KINDS.includes(value.value))
        wrong(value, `kinds of functions are ${SCHEDULE_KINDS.map((k) => `"${k}"`).join(", ")}`);
      keys.push({ kind: "kind", name: value.value, at: value });
    } else if (name === "where") where.push(...(value.kind === "Tuple" ? value.items : [value]));
    else if (name === "target" && value.kind === "Str") target = value.value;
    else if (name === "priority")
      priority = integer(value) ?? wrong(value, "a priority is an integer");
    else if (name === "variants")
      variants = integer(value) ?? wrong(value, "a number of variants is an integer");
    else if (name !== undefined && !OPTIONS.includes(name))
      wrong(
        value,
        `\`S.schedule\` takes ${OPTIONS.map((o) => `\`${o}\``).join(", ")}, not \`${name}\``,
      );
    else
      wrong(
        value,
        `${name === undefined ? "what a schedule is for" : `\`${name}\``} is no such value`,
      );
  }
  const [of] = keys;
  if (of === undefined || keys.length > 1)
    return wrong(
      at,
      '`S.schedule` names one template, one operator ("relax.add"), one function (func="name"), one pattern (pattern="name") or a kind of functions (kind="spatial")',
    );
  return { kind: "schedule", of, where, target, priority, variants };
}

/** Reads `S.intrinsic("name", cost=…)`. */
export function intrinsicDecorator(at: ast.Expr, wrong: Wrong): IntrinsicDecorator {
  const args = at.kind === "Call" ? at.args : [];
  const [first] = args;
  if (first === undefined || first.name !== undefined || first.value.kind !== "Str")
    return wrong(at, "`S.intrinsic` takes the name of the intrinsic as a string");
  const other = args.slice(1).find((a) => a.name !== "cost");
  if (other !== undefined) wrong(other, "`S.intrinsic` takes a name and `cost`");
  return { kind: "intrinsic", name: first.value.value, cost: args[1]?.value };
}

/** The integer that a literal is. */
export function integer(e: ast.Expr): number | undefined {
  if (e.kind === "Unary" && e.op === "-") {
    const inner = integer(e.operand);
    return inner === undefined ? undefined : -inner;
  }
  if (e.kind !== "Num") return undefined;
  const value = numberValue(e);
  return "int" in value ? Number(value.int) : undefined;
}
