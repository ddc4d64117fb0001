/** Diagnostics are structures first, text last. Codes are declared in typed tables (`codes.ts` of each folder). */
import { writtenSpan, type Span } from "./source.js";

export type Severity = "error" | "warning" | "note";

export interface Label {
  readonly span: Span;
  readonly message: string;
}

export interface Fix {
  readonly title: string;
  /** Whether applying it leaves the meaning of correct programs unchanged. */
  readonly safe: boolean;
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

export interface Diagnostic {
  readonly code: string;
  readonly name: string;
  readonly severity: Severity;
  readonly message: string;
  /** Where; absent only when there is no text (options, artefacts). */
  readonly span?: Span | undefined;
  /** Text under the caret. */
  readonly label?: string | undefined;
  readonly labels: readonly Label[];
  /** Why something was expected. */
  readonly because?: string | undefined;
  readonly notes: readonly string[];
  readonly hints: readonly string[];
  readonly fixes: readonly Fix[];
}

/** What a report site may add to the message's holes. */
export interface Extra {
  readonly at?: Span | undefined;
  readonly label?: string | undefined;
  readonly labels?: readonly Label[];
  readonly because?: string | undefined;
  readonly notes?: readonly string[];
  readonly hints?: readonly string[];
  readonly fixes?: readonly Fix[];
}

export interface CodeInfo {
  readonly number: number;
  readonly severity?: Severity;
  /** Headline with `{holes}`. */
  readonly message: string;
  /** Imperative way out, with `{holes}`. */
  readonly hint?: string;
  /** Longer explanation for `relaxc explain`. */
  readonly explain?: string;
  /** A shortest failing program, and its repaired form. */
  readonly bad?: string;
  readonly good?: string;
}

/** One code as the registry lists it. */
export interface Code extends CodeInfo {
  readonly code: string;
  readonly name: string;
}

type Holes<S extends string> = S extends `${string}{${infer H}}${infer R}` ? H | Holes<R> : never;
type HolesOf<C extends CodeInfo> =
  Holes<C["message"]> | (C["hint"] extends string ? Holes<C["hint"]> : never);
type Args<C extends CodeInfo> = Extra & { readonly [H in HolesOf<C>]: string | number | bigint };

export type CodeTable<T extends Record<string, CodeInfo>> = {
  readonly [K in keyof T]: ((args: Args<T[K]>) => Diagnostic) & { readonly info: Code };
};

const kebab = (name: string): string => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
/** Fills the holes; `{count} name(s)` becomes `1 name` or `2 names`. */
const fill = (text: string, args: Readonly<Record<string, unknown>>): string =>
  text
    .replace(/\{(\w+)\} (\w+)\((e?s)\)/g, (_, hole: string, word: string, ending: string) =>
      String(args[hole]) === "1" ? `1 ${word}` : `${String(args[hole])} ${word}${ending}`,
    )
    .replace(/\{(\w+)\}/g, (_, hole: string) => String(args[hole]));

const atWritten = <T extends { readonly span: Span }>(part: T): T => ({
  ...part,
  span: writtenSpan(part.span),
});

/**
 * Declares the codes of one area, e.g. `defineCodes("SCO", { undefinedName: { number: 3, message: "…{name}…" } })`.
 * Each entry becomes a function that makes the diagnostic; a wrong or missing hole does not compile.
 */
export function defineCodes<const T extends Record<string, CodeInfo>>(
  area: string,
  table: T,
): CodeTable<T> {
  const made: Record<string, unknown> = {};
  for (const [key, info] of Object.entries(table)) {
    const code = `${area}${String(info.number).padStart(3, "0")}`;
    const name = kebab(key);
    const report = (args: Extra & Readonly<Record<string, unknown>>): Diagnostic => ({
      code,
      name,
      severity: info.severity ?? "error",
      message: fill(info.message, args),
      span: args.at && writtenSpan(args.at),
      label: args.label,
      labels: (args.labels ?? []).map(atWritten),
      because: args.because,
      notes: args.notes ?? [],
      hints: [...(info.hint === undefined ? [] : [fill(info.hint, args)]), ...(args.hints ?? [])],
      fixes: (args.fixes ?? []).map((fix) => ({ ...fix, edits: fix.edits.map(atWritten) })),
    });
    made[key] = Object.assign(report, { info: { ...info, code, name } });
  }
  return made as CodeTable<T>;
}

/** All codes of a table, in order of number. */
export const codesOf = (table: CodeTable<Record<string, CodeInfo>>): Code[] =>
  Object.values(table)
    .map((report) => report.info)
    .sort((a, b) => a.number - b.number);

/** Where diagnostics go. Every stage takes one and continues where recovery is sound. */
export interface Sink {
  report(diagnostic: Diagnostic): void;
}

/** Collects; `failed` when an error was reported. */
export class Diagnostics implements Sink {
  readonly all: Diagnostic[] = [];
  report(diagnostic: Diagnostic): void {
    this.all.push(diagnostic);
  }
  get failed(): boolean {
    return this.all.some((d) => d.severity === "error");
  }
}

/** Carries diagnostics through code that cannot go on. Caught at stage borders, never shown as a stack. */
export class DiagnosticError extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(`${diagnostic.code}: ${diagnostic.message}`);
  }
}
