/** Templates that stand in a module's text: kept as canonical text, for they are no functions before a call. */
import type {
  Assign, ClassDef, Expr, FunctionDef, Import, Stmt,
} from "../../grammar/ast/nodes.js"; // prettier-ignore
import { parseText } from "../../grammar/index.js";
import { printFile } from "../../grammar/layout/index.js";
import type { IRModule } from "../ir/module.js";
import { Diagnostics } from "../support/diagnostic.js";
import type { Origin, Source } from "../support/source.js";

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

/** Whether a definition describes a dataflow pattern: a Relax function with the attribute `pattern`. */
export const isPattern = (def: FunctionDef | ClassDef): boolean =>
  def.kind === "FunctionDef" &&
  isUnder(def, "R", "function") &&
  def.body.body.some(
    (stmt) =>
      stmt.kind === "ExprStmt" &&
      stmt.value.kind === "Call" &&
      stmt.value.args.some(
        ({ value }) =>
          value.kind === "Dict" &&
          value.entries.some(({ key }) => key.kind === "Str" && key.value === "pattern"),
      ),
  );

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

/** The templates of a module, as its node has them. */
type OwnTemplates = Pick<IRModule, "templates" | "templatesOrigin">;

/** The canonical text of the templates, with the constants and imports that they use; nothing without any. */
export function ownTemplates(
  { definitions, context }: TemplateParts,
  source: Source,
): OwnTemplates {
  if (definitions.length === 0) return {};
  const text = layout(definitions);
  const isUsed = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);
  const used = context.filter((stmt) =>
    stmt.kind === "Import"
      ? stmt.names.some(({ name, alias }) => isUsed(alias ?? name))
      : stmt.targets.every((t) => t.kind === "Name" && isUsed(t.id)),
  );
  const written = [...used, ...definitions];
  const templates = layout(written);
  return { templates, templatesOrigin: originOf(templates, written, source) };
}

/** Places of a canonical text in the text that it was printed from, by walking both trees side by side. */
function originOf(text: string, written: readonly Stmt[], source: Source): Origin {
  let places: Places | undefined;
  return (start, end) => {
    places ??= placesOf(parseText({ name: source.name, text }, new Diagnostics()).body, written);
    const [from, to] = [places.starts.get(start), places.ends.get(end)];
    return from === undefined || to === undefined ? undefined : { source, start: from, end: to };
  };
}

interface Places {
  readonly starts: Map<number, number>;
  readonly ends: Map<number, number>;
}

function placesOf(printed: unknown, written: unknown): Places {
  const places: Places = { starts: new Map(), ends: new Map() };
  const walk = (a: unknown, b: unknown): void => {
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return;
    for (const [key, part] of Object.entries(a)) {
      const other = (b as Record<string, unknown>)[key];
      if (typeof part !== "number" || typeof other !== "number") {
        if (!TRIVIA.has(key)) walk(part, other);
      } else if (STARTS.has(key)) places.starts.set(part, other);
      else if (ENDS.has(key)) places.ends.set(part, other);
    }
  };
  walk(printed, written);
  return places;
}

/** Offsets of nodes, and of the names of definitions. */
const STARTS: ReadonlySet<string> = new Set(["start", "nameStart"]);
const ENDS: ReadonlySet<string> = new Set(["end", "nameEnd"]);

function layout(body: readonly Stmt[]): string {
  const bare = JSON.parse(
    JSON.stringify(body, (key, value: unknown) => (TRIVIA.has(key) ? undefined : value)),
  ) as Stmt[];
  return printFile({ kind: "File", start: -1, end: -1, body: bare });
}
