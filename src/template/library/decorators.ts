/** What the decorators of a definition say of it: §2 of the template language. */
import type * as ast from "../../../grammar/ast/nodes.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import type { Source, Span } from "../../support/source.js";
import { didYouMean } from "../../support/suggest.js";
import { codes } from "../codes.js";
import type { TemplateForm } from "../template.js";
import {
  integer, intrinsicDecorator, scheduleDecorator, type IntrinsicDecorator, type ScheduleDecorator,
} from "./schedule-decorators.js"; // prettier-ignore

/** A definition by its use. */
export type Definition =
  | {
      readonly kind: "template";
      readonly form: TemplateForm;
      readonly dialect: "T" | "R";
      readonly ops: readonly string[];
      readonly where: readonly ast.Expr[];
      readonly target?: string | undefined;
      readonly priority: number;
      readonly opPattern?: number | undefined;
    }
  | { readonly kind: "inline" }
  | { readonly kind: "proc" }
  | ScheduleDecorator
  | IntrinsicDecorator;

const FORMS = ["lower", "elementwise", "kernel", "inline", "schedule", "proc", "intrinsic"];
/** Keywords of `S.lower` and `S.elementwise`. */
const OPTIONS = ["where", "target", "priority", "op_pattern", "pattern"];

/** The members `root.name` that decorators name, outermost first. */
function membersOf(
  def: ast.FunctionDef | ast.ClassDef,
): { root: string; name: string; at: ast.Expr }[] {
  return def.decorators.flatMap((at) => {
    const head = at.kind === "Call" ? at.func : at;
    if (head.kind !== "Attribute" || head.value.kind !== "Name") return [];
    return [{ root: head.value.id, name: head.name, at }];
  });
}

/** Reads the decorators; throws a DiagnosticError when they make no sense. Undefined for other definitions. */
export function definitionOf(
  def: ast.FunctionDef | ast.ClassDef,
  source: Source,
): Definition | undefined {
  const members = membersOf(def);
  const own = members.find(({ root }) => root === "S");
  const spanOf = (node: ast.AstBase): Span => ({ source, start: node.start, end: node.end });
  const wrong = (node: ast.AstBase, what: string): never => {
    throw new DiagnosticError(codes.badDecorator({ at: spanOf(node), what }));
  };
  if (own === undefined)
    return members.some(({ root, name }) => root === "T" && (name === "inline" || name === "macro"))
      ? { kind: "inline" }
      : undefined;
  if (!FORMS.includes(own.name)) {
    const near = didYouMean(own.name, FORMS);
    throw new DiagnosticError(
      codes.unknownName({
        at: spanOf(own.at),
        name: `S.${own.name}`,
        hints: near === undefined ? [] : [near],
      }),
    );
  }
  if (own.name === "inline") return { kind: "inline" };
  const isClass = def.kind === "ClassDef";
  if (isClass !== (own.name === "intrinsic"))
    wrong(own.at, `\`S.${own.name}\` does not stand above a ${isClass ? "class" : "function"}`);
  if (own.name === "proc") return { kind: "proc" };
  if (own.name === "schedule") return scheduleDecorator(own.at, wrong);
  if (own.name === "intrinsic") return intrinsicDecorator(own.at, wrong);

  const beside = members.filter((m) => m !== own);
  const isGraph = beside.some(({ root, name }) => root === "R" && name === "function");
  const isLoopNest = beside.some(({ root, name }) => root === "T" && name === "prim_func");
  const form = own.name as TemplateForm;
  if (form === "elementwise" ? isGraph || isLoopNest : !isGraph && !isLoopNest)
    wrong(
      own.at,
      form === "elementwise"
        ? "`S.elementwise` stands alone: its operands are scalars"
        : `\`S.${form}\` stands above \`T.prim_func\` or \`R.function\``,
    );
  const ops: string[] = [];
  const where: ast.Expr[] = [];
  let target: string | undefined;
  let priority = 0;
  let opPattern: number | undefined;
  for (const { name, value } of own.at.kind === "Call" ? own.at.args : []) {
    if (name === undefined) {
      if (value.kind === "Str") ops.push(value.value);
      else wrong(value, "operators are named by strings");
    } else if (name === "where") where.push(...(value.kind === "Tuple" ? value.items : [value]));
    else if (name === "target" && value.kind === "Str") target = value.value;
    else if (name === "priority")
      priority = integer(value) ?? wrong(value, "a priority is an integer");
    else if (name === "op_pattern")
      opPattern = integer(value) ?? wrong(value, "a pattern kind is an integer");
    else if (name === "pattern") wrong(value, "lowerings of patterns are not part of this version");
    else
      wrong(
        value,
        `\`S.${form}\` takes ${OPTIONS.map((o) => `\`${o}\``).join(", ")}, not \`${name}\``,
      );
  }
  if (form !== "kernel" && ops.length === 0)
    wrong(own.at, `\`S.${form}\` names the operators that it lowers`);
  return {
    kind: "template",
    form,
    dialect: isGraph ? "R" : "T",
    ops,
    where,
    target,
    priority,
    opPattern,
  };
}
