/**
 * Libraries: sets of files whose names share one namespace. Each definition is parsed when something of it is asked
 * for.
 */
import type { Diagnostic } from "../../support/diagnostic.js";
import type { Source } from "../../support/source.js";
import { codes } from "../codes.js";
import type {
  IntrinsicDef, Library, LibraryEntry, ScheduleDef, ScheduleKey, Template,
} from "../template.js"; // prettier-ignore
import {
  libraryFile, readPart, type Contents, type Glance, type LibraryContext, type LibraryFile, type Part,
} from "./part.js"; // prettier-ignore

export type { LibraryContext } from "./part.js";

/** Whether a template for this target is asked for; without one it is for all. */
type Serves = (target: string | undefined) => boolean;

/** A library with what it lowers. */
export interface TemplateLibrary extends Library {
  /** Whether it has a template for an operator (`relax.add`). */
  lowers(op: string): boolean;
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

/** What a part gives while it is read: imports may lead back to it. */
const NOTHING: Contents = {
  entries: new Map(),
  places: new Map(),
  templates: [],
  imports: new Map(),
  foreign: new Set(),
  diagnostics: [],
};

/** A library of these files. */
export function makeLibrary(
  name: string,
  sources: readonly Source[],
  context: LibraryContext = {},
): TemplateLibrary {
  const files = sources.map(libraryFile);
  const read = new Map<Part, Contents>();
  const contents = (part: Part): Contents => {
    let found = read.get(part);
    if (found === undefined) {
      read.set(part, NOTHING);
      found = readPart(library, part, context);
      read.set(part, found);
    }
    return found;
  };
  /** Files that something was asked of. */
  const opened = new Set<LibraryFile>();
  const open = (file: LibraryFile): readonly Part[] => {
    opened.add(file);
    return file.parts();
  };
  const all = (): Contents[] => files.flatMap((file) => open(file).map(contents));
  /** Reads the parts in which a glance finds something, one after another. */
  function* where(
    matches: (glance: Glance) => boolean,
    among: Iterable<LibraryFile> = files,
  ): Generator<Contents> {
    for (const file of among) {
      if (!matches(file.glance)) continue;
      for (const part of open(file)) if (matches(part.glance)) yield contents(part);
    }
  }
  const own = new Map<string, LibraryEntry | undefined>();
  const defined = (wanted: string): LibraryEntry | undefined => {
    for (const { entries } of where((glance) => glance.defined.has(wanted))) {
      const found = entries.get(wanted);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  function* entriesWith(word: string): Generator<LibraryEntry> {
    for (const { entries } of where(({ scheduled }) => scheduled.has(word)))
      yield* entries.values();
  }
  const schedulesWith = (word: string): ScheduleDef[] =>
    [...entriesWith(word)].flatMap((entry) => (entry.kind === "schedule" ? [entry.schedule] : []));
  const library: TemplateLibrary = {
    name,
    lookup(wanted) {
      if (!own.has(wanted)) own.set(wanted, defined(wanted));
      const found = own.get(wanted);
      if (found !== undefined) return found;
      // Imports of the files opened so far bind in all files of the library, as its own names do.
      for (const { imports } of where(({ hasImports }) => hasImports, opened)) {
        const imported = imports.get(wanted)?.();
        if (imported !== undefined) return imported;
      }
      return context.prelude === library ? undefined : context.prelude?.lookup(wanted);
    },
    *names() {
      for (const file of files) {
        if (!opened.has(file)) yield* file.glance.defined;
        else
          for (const part of file.parts())
            yield* read.get(part)?.entries.keys() ?? part.glance.defined;
      }
      if (context.prelude !== undefined && context.prelude !== library)
        yield* context.prelude.names();
    },
    lowers: (op) => {
      for (const { templates } of where(({ mentioned }) => mentioned.has(op)))
        if (templates.some(({ ops }) => ops.includes(op))) return true;
      return false;
    },
    templatesOf: (op, serves = () => true) =>
      [...where(({ mentioned }) => [...(mentioned.get(op) ?? [])].some(serves))]
        .flatMap(({ templates }) => templates)
        .filter(({ ops, target }) => ops.includes(op) && serves(target)),
    schedulesOf: (kind, wanted) =>
      schedulesWith(wanted).filter(({ of }) => of.kind === kind && of.name === wanted),
    patternSchedules: () => schedulesWith("pattern").filter(({ of }) => of.kind === "pattern"),
    isForeign: (wanted) =>
      [...where(({ hasImports }) => hasImports)].some(({ foreign }) => foreign.has(wanted)),
    intrinsic: (wanted) => {
      for (const entry of entriesWith(wanted))
        if (entry.kind === "intrinsic" && entry.intrinsic.name === wanted) return entry.intrinsic;
      return undefined;
    },
    templates: () => all().flatMap(({ templates }) => templates),
    definitions: () => all().flatMap(({ entries }) => [...entries.values()]),
    ops: () => new Set(all().flatMap(({ templates }) => templates.flatMap((t) => t.ops))),
    diagnostics: () => [
      ...all().flatMap(({ diagnostics }) => diagnostics),
      ...repeated(name, all()),
    ],
  };
  return library;
}

/** Names that two parts of a library define. */
function repeated(library: string, parts: readonly Contents[]): Diagnostic[] {
  const seen = new Set<string>();
  return parts.flatMap(({ places }) =>
    [...places].flatMap(([name, at]) => {
      if (seen.has(name)) return [codes.repeatedName({ at, name, library })];
      seen.add(name);
      return [];
    }),
  );
}
