/** Templates that stand in a module's text: kept as canonical text, for they are no functions before a call. */
import type { ClassDef, Expr, FunctionDef, Import, Assign, Stmt } from "../../grammar/ast/nodes.js";
import { printFile } from "../../grammar/layout/index.js";

const headOf = (decorator: Expr): Expr => (decorator.kind === "Call" ? decorator.func : decorator);

/** Whether a decorator of the definition is a member `root.name`, of any name when none is given. */
const isUnder = (def: FunctionDef | ClassDef, root: string, name?: string): boolean =>
  def.decorators.some((decorator) => {
    const head = headOf(decorator);
    return (
      head.kind === "Attribute" &&
      head.value.kind === "Name" &&
      head.value.id === root &&
      (name === undefined || head.name === name)
    );
  });

/** Whether a definition describes an array: `@C.fabric`. */
export const isFabric = (def: FunctionDef | ClassDef): boolean => isUnder(def, "C", "fabric");

/** Whether a definition belongs to the template language, `@S.…`, or describes an array. */
export const isTemplate = (def: FunctionDef | ClassDef): boolean =>
  isUnder(def, "S") || isFabric(def);

/** What may belong to the templates of a file, in the order of the text. */
export interface TemplateParts {
  readonly definitions: (FunctionDef | ClassDef)[];
  /** Constants and imports, which count when a template mentions them. */
  readonly context: (Assign | Import)[];
}

/** Comments and blank lines are the text's, not the module's. */
const TRIVIA: ReadonlySet<string> = new Set(["trivia", "above", "opening", "dangling"]);

/** The canonical text of the templates, with the constants and imports that they use; undefined without any. */
export function templatesText({ definitions, context }: TemplateParts): string | undefined {
  if (definitions.length === 0) return undefined;
  const text = layout(definitions);
  const isUsed = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);
  const used = context.filter((stmt) =>
    stmt.kind === "Import"
      ? stmt.names.some(({ name, alias }) => isUsed(alias ?? name))
      : stmt.targets.every((t) => t.kind === "Name" && isUsed(t.id)),
  );
  return layout([...used, ...definitions]);
}

function layout(body: readonly Stmt[]): string {
  const bare = JSON.parse(
    JSON.stringify(body, (key, value: unknown) => (TRIVIA.has(key) ? undefined : value)),
  ) as Stmt[];
  return printFile({ kind: "File", start: -1, end: -1, body: bare });
}
