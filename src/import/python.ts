/**
 * Lifts decorated modules and functions out of Python files: the text of each definition, with the imports that rename
 * dialects and the constants of its surroundings that it uses. Nothing is run; what Python computes stays behind.
 */
import type { Sink } from "../support/diagnostic.js";
import { positionAt, type Source } from "../support/source.js";
import { importCodes } from "./codes.js";
import { logicalLines, type LogicalLine } from "./lines.js";

/** One module lifted out of a file: a class, or the loose functions of one scope. */
export interface Lifted {
  /** Name of the class, or of the first function. */
  readonly name: string;
  /** 1-based line of its first decorator. */
  readonly line: number;
  readonly text: string;
}

const DECORATOR =
  /^@\s*(?:(?:tvm\.)?(?:script|tir|tirx|relax)\.)*(?:\w+\.)?(ir_module|prim_func|function|macro|inline)\b/;
const DIALECT_IMPORT = /^(?:from\s+tvm\b.*\bimport\b|import\s+tvm\b)/;
const CONSTANT = /^([A-Za-z_]\w*)\s*=\s*(?!=)([\s\S]+)$/;
const LITERAL =
  /^(?:[\s\d.eE+\-*/%(),[\]_]|"[^"\\\n]*"|'[^'\\\n]*'|True|False|None|[A-Za-z_]\w*)+$/;

interface Definition {
  readonly name: string;
  readonly isModule: boolean;
  readonly indent: number;
  readonly first: number;
  readonly start: number;
  readonly end: number;
}

/** All modules of a file, in order. Reports a file that holds none, and constants that Python computes. */
export function liftPython(source: Source, sink: Sink): Lifted[] {
  const lines = logicalLines(source.text);
  const definitions = findDefinitions(source.text, lines);
  if (definitions.length === 0) sink.report(importCodes.nothingToLift({ name: source.name }));
  const imports = lines
    .filter((l) => DIALECT_IMPORT.test(textOf(source, l)))
    .map((l) => textOf(source, l));
  return groups(definitions, lines).map((group) => {
    const bodies = group.map((d) => dedent(source.text.slice(d.start, d.end), d.indent));
    const [head] = group;
    const body = bodies.join("\n\n\n");
    const constants = constantsFor(source, lines, head!, body, sink);
    const preamble = [...new Set(imports), ...constants];
    return {
      name: head!.name,
      line: positionAt(source, head!.start).line,
      text: `${preamble.length === 0 ? "" : `${preamble.join("\n")}\n\n\n`}${body}\n`,
    };
  });
}

const textOf = (source: Source, line: LogicalLine): string =>
  source.text.slice(line.start, line.end);

function findDefinitions(text: string, lines: readonly LogicalLine[]): Definition[] {
  const found: Definition[] = [];
  let decorators: LogicalLine[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const code = text.slice(line.start, line.end);
    if (code.startsWith("@")) {
      if (decorators.length > 0 && decorators[0]!.indent !== line.indent) decorators = [];
      decorators.push(line);
      continue;
    }
    const match = /^(def|class)\s+([A-Za-z_]\w*)/.exec(code);
    const marked = decorators.some((d) => DECORATOR.test(text.slice(d.start, d.end)));
    if (match !== null && marked) {
      const first = i - decorators.length;
      let last = i;
      while (last + 1 < lines.length && lines[last + 1]!.indent > line.indent) last++;
      found.push({
        name: match[2]!,
        isModule: match[1] === "class",
        indent: line.indent,
        first,
        start: lines[first]!.lineStart,
        end: lines[last]!.end,
      });
      i = last;
    }
    decorators = [];
  }
  return found;
}

/** Classes stand alone; loose functions of one scope make one module, as long as their names differ. */
function groups(definitions: readonly Definition[], lines: readonly LogicalLine[]): Definition[][] {
  const made: Definition[][] = [];
  let open: Definition[] | undefined;
  for (const d of definitions) {
    const last = open?.[open.length - 1];
    const joins =
      last !== undefined &&
      !d.isModule &&
      last.indent === d.indent &&
      !open!.some((o) => o.name === d.name) &&
      !lines.some((l) => l.start >= last.end && l.start < d.start && l.indent < d.indent);
    if (joins) open!.push(d);
    else {
      made.push([d]);
      open = d.isModule ? undefined : made[made.length - 1];
    }
  }
  return made;
}

/** Takes away the indentation of a definition; lines inside strings keep theirs as far as it goes. */
function dedent(text: string, indent: number): string {
  return text
    .split("\n")
    .map((line) => {
      let at = 0;
      for (let column = 0; column < indent && at < line.length; at++) {
        const c = line[at];
        if (c === " ") column++;
        else if (c === "\t") column += 8 - (column % 8);
        else break;
      }
      return line.slice(at).replace(/\r$/, "");
    })
    .join("\n");
}

/** Constants of the scopes around a definition that its text uses, those they use first. */
function constantsFor(
  source: Source,
  lines: readonly LogicalLine[],
  head: Definition,
  body: string,
  sink: Sink,
): string[] {
  const visible = new Map<string, { readonly line: LogicalLine; readonly value: string }>();
  let limit = head.indent;
  for (let i = head.first - 1; i >= 0; i--) {
    const line = lines[i]!;
    if (line.indent > limit) continue;
    limit = Math.min(limit, line.indent);
    const match = CONSTANT.exec(textOf(source, line));
    if (match !== null && !visible.has(match[1]!))
      visible.set(match[1]!, { line, value: match[2]! });
  }
  const taken: string[] = [];
  const seen = new Set<string>();
  const take = (text: string): void => {
    for (const name of namesIn(text)) {
      const known = visible.get(name);
      if (known === undefined || seen.has(name)) continue;
      seen.add(name);
      const value = withoutComment(known.value);
      if (isConstant(value, visible)) {
        take(value);
        taken.push(`${name} = ${value}`);
      } else if (!definesItself(body, name)) {
        const span = { source, start: known.line.start, end: known.line.end };
        sink.report(importCodes.computedName({ at: span, name, owner: head.name }));
      }
    }
  };
  take(body);
  return taken;
}

/** A value without the comment behind it. */
const withoutComment = (value: string): string =>
  value
    .replace(/("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|#[^\n]*/g, (_, text?: string) => text ?? "")
    .trim();

const KEYWORDS = new Set(["True", "False", "None"]);

/** Literals, tuples and arithmetic on other constants. */
const isConstant = (value: string, visible: ReadonlyMap<string, unknown>): boolean =>
  LITERAL.test(value) &&
  !/[A-Za-z_]\w*\s*[([]/.test(value) &&
  [...namesIn(value)].every((n) => KEYWORDS.has(n) || visible.has(n));

/** Whether the text gives the name a meaning of its own. */
const definesItself = (body: string, name: string): boolean =>
  new RegExp(
    `(?:^|[\\s(,])${name}\\s*(?::[^=\\n]*)?=(?!=)|\\b(?:for|as|def|class)\\b[^:\\n]*\\b${name}\\b|[(,]\\s*${name}\\s*:`,
    "m",
  ).test(body);

/** Identifiers of code, without those in strings, comments and after a dot. */
function namesIn(code: string): Set<string> {
  const bare = code.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*/g, " ");
  return new Set([...bare.matchAll(/(?<![\w.])[A-Za-z_]\w*/g)].map((m) => m[0]));
}
