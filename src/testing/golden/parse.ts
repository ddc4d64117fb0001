/** Golden files: programs with `#:` directives that say what to run and what comes out. */

/** A part of a case that is compared whole and rewritten by an update. */
export interface Section {
  readonly kind: "result" | "diagnostics" | "stdout" | "stderr" | "repaired" | "files" | "file";
  readonly text: string;
  /** Of `file`: its name in the folder `%out`. */
  readonly name?: string;
  /** What `repaired` runs; `check` when it does not say. */
  readonly run?: string;
  /** Lines of the file that hold the text: from (included) to (excluded), counted from 0. */
  readonly from: number;
  readonly to: number;
}

/** `#: check …` and its kin: a partial match of standard output. */
export interface Check {
  readonly kind: "check" | "next" | "not" | "count";
  readonly count: number;
  readonly pattern: string;
  readonly line: number;
}

export interface GoldenCase {
  readonly name: string;
  /** As typed after `relaxc`. */
  readonly run: string;
  readonly program: string;
  readonly sections: readonly Section[];
  readonly checks: readonly Check[];
  readonly exit: number | undefined;
  readonly claims: readonly Claim[];
  /** Sizes (`m=3,n=7`) for which `main` gives the same before and after the run. */
  readonly values: readonly string[];
  /** Line of `#: case`, from 1. */
  readonly line: number;
}

/** `#! CODE "text"` at the end of a line: a diagnostic starts on it. */
export interface Claim {
  readonly line: number;
  readonly code: string;
  readonly text: string | undefined;
}

/** A mistake in the golden file itself. */
export class GoldenSyntaxError extends Error {}

const KINDS: Readonly<Record<string, Section["kind"]>> = {
  "": "result",
  diagnostics: "diagnostics",
  stdout: "stdout",
  stderr: "stderr",
  files: "files",
};

/** Reads a golden file; `path` is for messages. */
export function parseGolden(path: string, text: string): GoldenCase[] {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, i) => (/^#: case\b/.test(line) ? [i] : []));
  if (starts.length === 0) throw new GoldenSyntaxError(`${path}: no \`#: case\` in the file`);
  const cases = starts.map((start, i) =>
    parseCase(path, lines, start, starts[i + 1] ?? lines.length),
  );
  const names = new Set<string>();
  for (const { name, line } of cases) {
    if (names.has(name)) throw new GoldenSyntaxError(`${path}:${line}: a second case \`${name}\``);
    names.add(name);
  }
  return cases;
}

function parseCase(path: string, lines: readonly string[], start: number, end: number): GoldenCase {
  const fail = (line: number, what: string): never => {
    throw new GoldenSyntaxError(`${path}:${line + 1}: ${what}`);
  };
  const name = lines[start]!.slice("#: case".length).trim();
  if (name === "") fail(start, "a case needs a name");
  let run: string | undefined;
  let exit: number | undefined;
  let program: { from: number; to: number } | undefined;
  const sections: Section[] = [];
  const checks: Check[] = [];
  const values: string[] = [];
  for (let i = start + 1; i < end;) {
    const line = lines[i]!;
    const next = nextDirective(lines, i + 1, end);
    if (!line.startsWith("#:")) {
      if (program !== undefined && line.trim() !== "") fail(i, "text between directives");
      if (line.trim() !== "" || program === undefined)
        program ??= { from: i, to: nextDirective(lines, i, end) };
      i = nextDirective(lines, i, end);
      continue;
    }
    const [word = "", ...rest] = line.slice(2).trim().split(/\s+/);
    const argument = rest.join(" ");
    if (word === "run") {
      run = argument;
      i++;
    } else if (word === "expect" && rest[0] === "exit") {
      exit = Number(rest[1]);
      if (!Number.isInteger(exit)) fail(i, "`expect exit` takes a number");
      i++;
    } else if (word === "expect" || word === "repaired") {
      const isFile = rest[0] === "file" && rest.length === 2;
      const kind = word === "repaired" ? "repaired" : isFile ? "file" : KINDS[argument];
      if (kind === undefined) return fail(i, `there is no \`expect ${argument}\``);
      const repaired = kind === "repaired" && argument !== "" ? { run: argument } : {};
      const own = isFile ? { name: rest[1]! } : repaired;
      sections.push({ kind, ...own, text: body(lines, i + 1, next), from: i + 1, to: next });
      i = next;
    } else if (word === "values") {
      values.push(argument);
      i++;
    } else if (/^check(-next|-not|-count-\d+)?$/.test(word)) {
      const pattern = line.slice(line.indexOf(word) + word.length).trim();
      const [, kind = "check", count = "1"] = word.split("-");
      checks.push({ kind: kind as Check["kind"], count: Number(count), pattern, line: i + 1 });
      i++;
    } else fail(i, `there is no directive \`${word}\``);
  }
  if (run === undefined) return fail(start, "a case needs `#: run`");
  const text = program === undefined ? "" : body(lines, program.from, program.to);
  const claims = claimsOf(text);
  if (sections.length + checks.length + claims.length + values.length === 0 && exit === undefined) {
    fail(start, "the case expects nothing");
  }
  return { name, run, program: text, sections, checks, exit, claims, values, line: start + 1 };
}

function nextDirective(lines: readonly string[], from: number, end: number): number {
  for (let i = from; i < end; i++) if (lines[i]!.startsWith("#:")) return i;
  return end;
}

/** Lines as text, blank ones at the end left out. */
function body(lines: readonly string[], from: number, to: number): string {
  const text = lines.slice(from, to).join("\n").trimEnd();
  return text === "" ? "" : `${text}\n`;
}

function claimsOf(program: string): Claim[] {
  return program.split("\n").flatMap((line, i) => {
    const claims = [...line.matchAll(/#! ([A-Z]{3}\d{3})(?: "([^"]*)")?/g)];
    return claims.map(([, code, text]) => ({ line: i + 1, code: code!, text }));
  });
}
