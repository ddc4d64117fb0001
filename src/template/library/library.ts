/** Libraries: sets of files whose names share one namespace. Each file is parsed when something of it is asked for. */
import type * as ast from "../../../grammar/ast/nodes.js";
import { parseText } from "../../../grammar/index.js";
import { Diagnostics, DiagnosticError, type Diagnostic } from "../../support/diagnostic.js";
import type { Source } from "../../support/source.js";
import { didYouMean } from "../../support/suggest.js";
import { isFabric, isPattern } from "../../syntax/templates.js";
import { codes } from "../codes.js";
import type {
  IntrinsicDef, Library, LibraryEntry, ScheduleDef, ScheduleKey, Template,
} from "../template.js"; // prettier-ignore
import { definitionOf, type Definition } from "./decorators.js";
import type { IntrinsicDecorator } from "./schedule-decorators.js";

/** Whether a template for this target is asked for; without one it is for all. */
type Serves = (target: string | undefined) => boolean;

/** A library with what it lowers. */
export interface TemplateLibrary extends Library {
  /** Templates for an operator (`relax.add`) and targets that are asked for, in the order of the text. */
  templatesOf(op: string, serves?: Serves): readonly Template[];
  /** Schedules for what is named, in the order of the text. */
  schedulesOf(kind: ScheduleKey["kind"], name: string): readonly ScheduleDef[];
  /** Schedules for patterns, in the order of the text. */
  patternSchedules(): readonly ScheduleDef[];
  /** Whether the name is imported from a library that is not at hand. */
  isForeign(name: string): boolean;
  /** The intrinsic of that name. */
  intrinsic(name: string): IntrinsicDef | undefined;
  /** All templates; reads every file. */
  templates(): readonly Template[];
  /** All definitions; reads every file. */
  definitions(): readonly LibraryEntry[];
  /** Full names of operators that some template names; reads every file. */
  ops(): ReadonlySet<string>;
  /** Reads every file and gives what is wrong with them. */
  diagnostics(): readonly Diagnostic[];
}

/** Where a library looks up what is not its own. */
export interface LibraryContext {
  /** Names that are visible everywhere. */
  readonly prelude?: Library | undefined;
  /** Libraries by the name that imports use. */
  readonly imports?: (name: string) => Library | undefined;
  /** The text also holds functions of a program, which are no mistake. */
  readonly isMixed?: boolean;
}

/** A file as far as it was read. */
interface FilePart {
  readonly source: Source;
  /** Strings that look like operators, and names at the margin: a file without them need not be parsed. */
  readonly mentioned: Mentioned;
  readonly defined: ReadonlySet<string>;
  /** Words of the decorators of schedules and intrinsics. */
  readonly scheduled: ReadonlySet<string>;
  contents: FileContents | undefined;
}
interface FileContents {
  readonly entries: ReadonlyMap<string, LibraryEntry>;
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

/** A library of these files. */
export function makeLibrary(
  name: string,
  sources: readonly Source[],
  context: LibraryContext = {},
): TemplateLibrary {
  const parts = sources.map((source): FilePart => {
    const { text } = source;
    return {
      source,
      mentioned: mentionedIn(text),
      scheduled: new Set(
        [...text.matchAll(SCHEDULED)].flatMap((m) => m[1]!.match(/[\w.]+/g) ?? []),
      ),
      defined: new Set([...text.matchAll(MARGIN)].map((m) => m[1] ?? m[2]!)),
      contents: undefined,
    };
  });
  const definers = new Map<string, FilePart[]>();
  for (const part of parts)
    for (const defined of part.defined)
      definers.set(defined, [...(definers.get(defined) ?? []), part]);
  /** Of the files read so far those that import something. */
  let importers: readonly FileContents[] = [];
  const contents = (part: FilePart): FileContents => {
    if (part.contents === undefined) {
      part.contents = readFile(library, part.source, context);
      importers = parts.flatMap(({ contents: c }) => (c !== undefined && c.imports.size > 0 ? [c] : [])); // prettier-ignore
    }
    return part.contents;
  };
  const all = (): FileContents[] => parts.map(contents);
  const library: TemplateLibrary = {
    name,
    lookup(wanted) {
      for (const part of definers.get(wanted) ?? []) {
        const found = contents(part).entries.get(wanted);
        if (found !== undefined) return found;
      }
      // Imports bind in all files of the library, as its own names do.
      for (const { imports } of importers) {
        const found = imports.get(wanted)?.();
        if (found !== undefined) return found;
      }
      return context.prelude === library ? undefined : context.prelude?.lookup(wanted);
    },
    *names() {
      for (const part of parts) yield* part.contents?.entries.keys() ?? part.defined;
      if (context.prelude !== undefined && context.prelude !== library)
        yield* context.prelude.names();
    },
    templatesOf: (op, serves = () => true) =>
      parts
        .filter(({ mentioned }) => [...(mentioned.get(op) ?? [])].some(serves))
        .flatMap((part) => contents(part).templates)
        .filter(({ ops, target }) => ops.includes(op) && serves(target)),
    schedulesOf: (kind, name) =>
      parts
        .filter((part) => part.scheduled.has(name))
        .flatMap((part) => [...contents(part).entries.values()])
        .flatMap((entry) => (entry.kind === "schedule" ? [entry.schedule] : []))
        .filter(({ of }) => of.kind === kind && of.name === name),
    patternSchedules: () =>
      parts
        .filter((part) => part.scheduled.has("pattern"))
        .flatMap((part) => [...contents(part).entries.values()])
        .flatMap((entry) => (entry.kind === "schedule" ? [entry.schedule] : []))
        .filter(({ of }) => of.kind === "pattern"),
    isForeign: (name) => all().some(({ foreign }) => foreign.has(name)),
    intrinsic: (name) =>
      parts
        .filter((part) => part.scheduled.has(name))
        .flatMap((part) => [...contents(part).entries.values()])
        .flatMap((entry) => (entry.kind === "intrinsic" ? [entry.intrinsic] : []))
        .find((intrinsic) => intrinsic.name === name),
    templates: () => all().flatMap(({ templates }) => templates),
    definitions: () => all().flatMap(({ entries }) => [...entries.values()]),
    ops: () => new Set(all().flatMap(({ templates }) => templates.flatMap((t) => t.ops))),
    diagnostics: () => [
      ...all().flatMap(({ diagnostics }) => diagnostics),
      ...repeated(library, parts, contents),
    ],
  };
  return library;
}

/** Names that two files of a library define. */
function repeated(
  library: Library,
  parts: readonly FilePart[],
  contents: (part: FilePart) => FileContents,
): Diagnostic[] {
  const seen = new Set<string>();
  const found: Diagnostic[] = [];
  for (const part of parts) {
    for (const [name, entry] of contents(part).entries) {
      if (seen.has(name)) {
        const def = definitionIn(entry);
        const at = {
          source: part.source,
          start: def.start,
          end: "nameEnd" in def ? (def.nameEnd as number) : def.end,
        };
        found.push(codes.repeatedName({ at, name, library: library.name }));
      }
      seen.add(name);
    }
  }
  return found;
}

/** Where an entry is defined. */
function definitionIn(entry: LibraryEntry): ast.AstBase {
  switch (entry.kind) {
    case "template":
      return entry.template.def;
    case "schedule":
      return entry.schedule.def;
    case "intrinsic":
      return entry.intrinsic.def;
    case "constant":
      return entry.value;
    case "inline":
    case "proc":
      return entry.def;
  }
}

/** Texts do not change, so that each is parsed once. */
const files = new WeakMap<
  Source,
  { readonly file: ast.File; readonly found: readonly Diagnostic[] }
>();

function parsed(source: Source, sink: Diagnostics): ast.File {
  let known = files.get(source);
  if (known === undefined) {
    const own = new Diagnostics();
    known = { file: parseText(source, own), found: own.all };
    files.set(source, known);
  }
  for (const d of known.found) sink.report(d);
  return known.file;
}

/** Reads the definitions of a file. */
function readFile(library: Library, source: Source, context: LibraryContext): FileContents {
  const sink = new Diagnostics();
  const entries = new Map<string, LibraryEntry>();
  const imports = new Map<string, () => LibraryEntry | undefined>();
  const foreign = new Set<string>();
  const templates: Template[] = [];
  const at = (start: number, end: number) => ({ source, start, end });
  const enter = (name: string, entry: LibraryEntry, start: number, end: number): void => {
    if (entries.has(name))
      sink.report(codes.repeatedName({ at: at(start, end), name, library: library.name }));
    else entries.set(name, entry);
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

  for (const stmt of parsed(source, sink).body) {
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
  return { entries, templates, imports, foreign, diagnostics: sink.all };

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
