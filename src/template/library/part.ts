/** Parts of the files of a library: what their text mentions, and what they define once they are read. */
import type * as ast from "../../../grammar/ast/nodes.js";
import { partsOf, type TextPart } from "../../../grammar/index.js";
import { Diagnostics, DiagnosticError, type Diagnostic } from "../../support/diagnostic.js";
import type { Source, Span } from "../../support/source.js";
import { didYouMean } from "../../support/suggest.js";
import { isFabric, isPattern } from "../../syntax/templates.js";
import { codes } from "../codes.js";
import type { Library, LibraryEntry, Template } from "../template.js";
import { definitionOf, type Definition } from "./decorators.js";
import type { IntrinsicDecorator } from "./schedule-decorators.js";

/** Where a library looks up what is not its own. */
export interface LibraryContext {
  /** Names that are visible everywhere. */
  readonly prelude?: Library | undefined;
  /** Libraries by the name that imports use. */
  readonly imports?: (name: string) => Library | undefined;
  /** The text also holds functions of a program, which are no mistake. */
  readonly isMixed?: boolean;
}

/** What can be seen in a text that is not parsed. */
export interface Glance {
  /** Strings that look like operators. */
  readonly mentioned: Mentioned;
  /** Names at the margin. */
  readonly defined: ReadonlySet<string>;
  /** Words of the decorators of schedules and intrinsics. */
  readonly scheduled: ReadonlySet<string>;
  readonly hasImports: boolean;
}

/** A definition of a file with what stands around it; it is parsed when something of it is asked for. */
export interface Part {
  readonly source: Source;
  readonly text: TextPart;
  readonly glance: Glance;
}

/** A file, cut into its parts when something of it is asked for. */
export interface LibraryFile {
  readonly glance: Glance;
  readonly parts: () => readonly Part[];
}

/** What a part gives to its library. */
export interface Contents {
  readonly entries: ReadonlyMap<string, LibraryEntry>;
  /** Where the names of the entries stand. */
  readonly places: ReadonlyMap<string, Span>;
  readonly templates: readonly Template[];
  readonly imports: ReadonlyMap<string, () => LibraryEntry | undefined>;
  readonly foreign: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Operators, each with the targets of the templates that name it; undefined where it is named for any. */
type Mentioned = ReadonlyMap<string, ReadonlySet<string | undefined>>;

const OPERATOR = /"((?:relax|qnn)\.[\w.]+)"/g;
const LOWERED = /^@S\.lower\([\s\S]*?^(?=def\b)/gm;
const TARGET = /\btarget\s*=\s*"([^"]*)"/;
const SCHEDULED = /@S\.(?:schedule|intrinsic)\b([\s\S]*?)^(?:def|class)\b/gm;
const MARGIN = /^(?:def|class)\s+(\w+)|^(\w+)\s*=(?!=)/gm;
const IMPORT = /^(?:from|import)\b/m;

function mentionedIn(text: string): Mentioned {
  const found = new Map<string, Set<string | undefined>>();
  const enter = (part: string, target: string | undefined): void => {
    for (const [, op] of part.matchAll(OPERATOR))
      found.set(op!, (found.get(op!) ?? new Set()).add(target));
  };
  let from = 0;
  for (const { 0: head, index } of text.matchAll(LOWERED)) {
    enter(text.slice(from, index), undefined);
    enter(head, TARGET.exec(head)?.[1]);
    from = index + head.length;
  }
  enter(text.slice(from), undefined);
  return found;
}

const glanceAt = (text: string): Glance => ({
  mentioned: mentionedIn(text),
  scheduled: new Set([...text.matchAll(SCHEDULED)].flatMap((m) => m[1]!.match(/[\w.]+/g) ?? [])),
  defined: new Set([...text.matchAll(MARGIN)].map((m) => m[1] ?? m[2]!)),
  hasImports: IMPORT.test(text),
});

/** Texts do not change, so that each is cut and its parts are parsed once. */
const files = new WeakMap<Source, LibraryFile>();

/** The file of a text. */
export function libraryFile(source: Source): LibraryFile {
  const known = files.get(source);
  if (known !== undefined) return known;
  let parts: readonly Part[] | undefined;
  const cut = (): readonly Part[] =>
    partsOf(source).map((text) => ({ source, text, glance: glanceAt(text.text) }));
  const file = { glance: glanceAt(source.text), parts: () => (parts ??= cut()) };
  files.set(source, file);
  return file;
}

/** Reads the definitions of a part. */
export function readPart(library: Library, part: Part, context: LibraryContext): Contents {
  const { source } = part;
  const { body, found: mistakes } = part.text.parsed();
  const sink = new Diagnostics();
  for (const mistake of mistakes) sink.report(mistake);
  const entries = new Map<string, LibraryEntry>();
  const places = new Map<string, Span>();
  const imports = new Map<string, () => LibraryEntry | undefined>();
  const foreign = new Set<string>();
  const templates: Template[] = [];
  const at = (start: number, end: number) => ({ source, start, end });
  const enter = (name: string, entry: LibraryEntry, start: number, end: number): void => {
    if (entries.has(name))
      sink.report(codes.repeatedName({ at: at(start, end), name, library: library.name }));
    else {
      entries.set(name, entry);
      places.set(name, at(start, end));
    }
  };

  function define(def: ast.FunctionDef | ast.ClassDef): void {
    // Arrays may be described beside what runs on them, patterns beside their schedules.
    if (isFabric(def) || isPattern(def)) return;
    try {
      const definition = definitionOf(def, source);
      if (definition === undefined) {
        if (context.isMixed !== true) sink.report(notLibrary(def, `\`${def.name}\``));
        return;
      }
      const entry = entryFor(def, definition);
      if (entry.kind === "template") templates.push(entry.template);
      enter(def.name, entry, def.nameStart, def.nameEnd);
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      sink.report(error.diagnostic);
    }
  }
  function entryFor(def: ast.FunctionDef | ast.ClassDef, given: Definition): LibraryEntry {
    if (def.kind === "ClassDef") {
      const { name, cost } = given as IntrinsicDecorator;
      return { kind: "intrinsic", intrinsic: { name, cost, def, source } };
    }
    const common = { name: def.name, def, source, library };
    switch (given.kind) {
      case "template":
        return { kind: "template", template: { ...given, ...common } };
      case "schedule":
        return { kind: "schedule", schedule: { ...given, ...common } };
      case "proc":
        return { kind: "proc", def, source, library };
      default:
        return { kind: "inline", def, source, library };
    }
  }
  const notLibrary = (node: ast.AstBase, what: string): Diagnostic =>
    codes.libraryItem({ at: at(node.start, node.end), what });

  for (const stmt of body) {
    switch (stmt.kind) {
      case "FunctionDef":
      case "ClassDef":
        define(stmt);
        break;
      case "Assign": {
        const [target] = stmt.targets;
        if (stmt.targets.length === 1 && target?.kind === "Name")
          enter(
            target.id,
            { kind: "constant", value: stmt.value, source, library },
            target.start,
            target.end,
          );
        else if (context.isMixed !== true) sink.report(notLibrary(stmt, "this assignment"));
        break;
      }
      case "Import":
        for (const { name, alias } of stmt.names) readImport(stmt, name, alias ?? name);
        break;
      case "ExprStmt":
        if (stmt.value.kind !== "Str" && context.isMixed !== true)
          sink.report(notLibrary(stmt, "an expression"));
        break;
      case "Pass":
      case "ErrorStmt":
        break;
      default:
        if (context.isMixed !== true) sink.report(notLibrary(stmt, "this statement"));
    }
  }
  return { entries, places, templates, imports, foreign, diagnostics: sink.all };

  /** `from stdlib import conv`; other imports give Python its prefixes. */
  function readImport(stmt: ast.Import, name: string, bound: string): void {
    const from = stmt.module === undefined ? undefined : context.imports?.(stmt.module);
    if (from === undefined) {
      foreign.add(bound);
      return;
    }
    const found = from.lookup(name);
    if (found !== undefined) imports.set(bound, () => found);
    else {
      const near = didYouMean(name, from.names());
      const hints = near === undefined ? [] : [near];
      sink.report(
        codes.unknownImport({ at: at(stmt.start, stmt.end), library: from.name, name, hints }),
      );
    }
  }
}
