/** Statements as lines. One that fits its line is written as it is; a document is built for the others. */
import type { Doc } from "prettier";
import { builders, printer } from "prettier/doc";
import type * as ast from "../ast/nodes.js";
import { bracketed, type ListItem } from "./brackets.js";
import { innerComments, noComments, type InnerComments } from "./comments.js";
import { argumentsDoc, parameterDoc, valueDoc, verbatim } from "./expressions.js";
import { flat, flatArguments, flatItem, flatParameter, type FlatNotes } from "./flat.js";

const { align } = builders;

export interface LayoutOptions {
  /** Columns of a line. */
  readonly width?: number;
  /** Columns of an indentation level. */
  readonly tabWidth?: number;
  /** The text the tree came from, for statements that are kept as written. */
  readonly text?: string;
}

/** Where lines go, and how they are laid out. */
export interface Writer {
  readonly lines: string[];
  readonly width: number;
  readonly tabWidth: number;
  readonly text: string | undefined;
  readonly notes: FlatNotes;
}

export const newWriter = (options: LayoutOptions = {}): Writer => ({
  lines: [],
  width: options.width ?? 88,
  tabWidth: options.tabWidth ?? 4,
  text: options.text,
  notes: { magic: false },
});

const INDENTS: string[] = [""];

/** Blanks of `columns`. */
function blanks(columns: number): string {
  return (INDENTS[columns] ??= " ".repeat(columns));
}

const IGNORE = "# prettier-ignore";

/** Where statements stand; it decides what separates definitions. */
export type Place = "file" | "class" | "block";

/** Writes the statements of a block at a depth. */
export function writeSuite(
  w: Writer,
  suite: ast.Suite,
  column: number,
  place: Place = "block",
): void {
  const { body } = suite;
  const topLevel = place === "file";
  let previous: ast.Stmt | undefined;
  for (const statement of body) {
    writeMember(w, previous, statement, column, place);
    previous = statement;
  }
  const { dangling } = suite;
  if (dangling === undefined) {
    if (body.length === 0 && !topLevel) w.lines.push(`${blanks(column)}pass`);
    return;
  }
  if (body.length === 0 && !topLevel) w.lines.push(`${blanks(column)}pass`);
  else if (dangling[0]?.blankBefore === true && body.length > 0) w.lines.push("");
  writeComments(w, dangling, column);
}

/** Writes a statement of a block, the comments above it, and what separates it from the one before. */
export function writeMember(
  w: Writer,
  previous: ast.Stmt | undefined,
  statement: ast.Stmt,
  column: number,
  place: Place,
): void {
  const { trivia } = statement;
  if (previous !== undefined) {
    const definition = isDefinition(statement) || isDefinition(previous);
    const apart = definition && (place !== "block" || isDefinition(previous));
    if (place === "file" && definition) w.lines.push("", "");
    else if (apart || trivia?.blankBefore === true) w.lines.push("");
  }
  if (trivia?.leading !== undefined) writeComments(w, trivia.leading, column);
  if (trivia?.blankAfterComments === true) w.lines.push("");
  writeStatement(w, statement, column);
}

const isDefinition = (statement: ast.Stmt): boolean =>
  statement.kind === "FunctionDef" || statement.kind === "ClassDef";

function writeComments(w: Writer, comments: readonly ast.Comment[], column: number): void {
  for (let i = 0; i < comments.length; i++) {
    const comment = comments[i]!;
    if (i > 0 && comment.blankBefore === true) w.lines.push("");
    w.lines.push(blanks(column) + comment.text);
  }
}

/** Writes one statement, without the comments above it. */
export function writeStatement(w: Writer, s: ast.Stmt, column: number): void {
  const { trivia } = s;
  if (
    trivia?.leading?.some((c) => c.text === IGNORE) === true &&
    s.start >= 0 &&
    w.text !== undefined
  ) {
    writeVerbatim(
      w,
      w.text.slice(s.start, s.end),
      s.start,
      column,
      isBlock(s) ? undefined : trivia.trailing,
    );
    return;
  }
  switch (s.kind) {
    case "For":
      writeLine(w, s, column, trivia);
      writeSuite(w, s.body, column + w.tabWidth);
      return;
    case "While":
    case "With":
      writeLine(w, s, column, trivia);
      writeSuite(w, s.body, column + w.tabWidth);
      return;
    case "If":
      writeIf(w, s, column);
      return;
    case "FunctionDef":
    case "ClassDef":
      writeDefinitionLines(w, s, column);
      writeSuite(w, s.body, column + w.tabWidth, s.kind === "ClassDef" ? "class" : "block");
      return;
    case "UnsupportedStmt":
      if (s.attempt === undefined) writeVerbatim(w, s.text, s.start, column, trivia?.trailing);
      else writeAttempt(w, s.attempt, column, trivia);
      return;
    default:
      writeLine(w, s, column, trivia);
  }
}

/** Writes the comments above a class and its head, without its block. */
export function writeHead(w: Writer, s: ast.ClassDef, column: number): void {
  if (s.trivia?.leading !== undefined) writeComments(w, s.trivia.leading, column);
  if (s.trivia?.blankAfterComments === true) w.lines.push("");
  writeDefinitionLines(w, s, column);
}

function writeDefinitionLines(w: Writer, s: ast.ClassDef | ast.FunctionDef, column: number): void {
  for (const decorator of s.decorators) {
    writeLine(w, { kind: "Decorator", value: decorator }, column, undefined);
  }
  writeLine(w, s, column, s.trivia);
}

const isBlock = (s: ast.Stmt): boolean => "body" in s || s.kind === "If" || "attempt" in s;

function writeAttempt(w: Writer, s: ast.Attempt, column: number, trivia?: ast.Trivia): void {
  const inner = column + w.tabWidth;
  const after = (comment: ast.Comment | undefined): string =>
    comment === undefined ? "" : `  ${comment.text}`;
  w.lines.push(`${blanks(column)}try:${after(trivia?.trailing)}`);
  writeSuite(w, s.body, inner);
  const { above, opening } = s.handler;
  if (above !== undefined) writeComments(w, above, column);
  const caught = s.error === undefined ? "" : ` ${flat(s.error, w.notes)}`;
  w.lines.push(`${blanks(column)}except${caught}:${after(opening)}`);
  writeSuite(w, s.handler, inner);
}

function writeIf(w: Writer, s: ast.If, column: number): void {
  const inner = column + w.tabWidth;
  for (let branch = s; ;) {
    writeLine(w, branch, column, branch.trivia);
    writeSuite(w, branch.then, inner);
    const { otherwise } = branch;
    if (otherwise === undefined) return;
    const only: ast.Stmt | undefined = otherwise.body.length === 1 ? otherwise.body[0] : undefined;
    if (only?.kind === "If" && only.elif === true) {
      if (only.trivia?.leading !== undefined) writeComments(w, only.trivia.leading, column);
      branch = only;
      continue;
    }
    if (otherwise.above !== undefined) writeComments(w, otherwise.above, column);
    w.lines.push(
      `${blanks(column)}else:${otherwise.opening === undefined ? "" : `  ${otherwise.opening.text}`}`,
    );
    writeSuite(w, otherwise, inner);
    return;
  }
}

/** Keeps a statement as written, its lines moved with its first. */
function writeVerbatim(
  w: Writer,
  text: string,
  start: number,
  column: number,
  trailing: ast.Comment | undefined,
): void {
  const lines = text.split(/\r\n?|\n/);
  let from = column;
  if (w.text !== undefined && start >= 0) {
    const lineStart =
      Math.max(w.text.lastIndexOf("\n", start - 1), w.text.lastIndexOf("\r", start - 1)) + 1;
    from = start - lineStart;
  }
  lines.forEach((line, i) => {
    if (i === 0) w.lines.push(blanks(column) + line);
    else if (line.trim() === "") w.lines.push("");
    else if (from !== column && line.slice(0, from).trim() === "")
      w.lines.push(blanks(column) + line.slice(from));
    else w.lines.push(line);
  });
  if (trailing !== undefined) w.lines[w.lines.length - 1] += `  ${trailing.text}`;
}

/** What is written on one logical line: a simple statement, the head of a block, or a decorator. */
type Line = ast.Stmt | { readonly kind: "Decorator"; readonly value: ast.Expr };

function writeLine(w: Writer, s: Line, column: number, trivia: ast.Trivia | undefined): void {
  const { notes, lines } = w;
  const trailing = trivia?.trailing;
  const end = trailing === undefined ? "" : `  ${trailing.text}`;
  const inner = trivia?.inner;
  if (inner === undefined) {
    notes.magic = false;
    const text = flatLine(s, notes);
    if (column + text.length <= w.width && !notes.magic && !text.includes("\n")) {
      lines.push(blanks(column) + text + end);
      return;
    }
  }
  const comments = inner === undefined ? noComments : innerComments(inner);
  const doc = lineDoc(s, comments);
  // Comments that no list took stand above the statement.
  for (const comment of comments.before(Infinity)) lines.push(blanks(column) + comment.text);
  const { formatted } = printer.printDocToString([blanks(column), align(column, doc)], {
    printWidth: w.width,
    tabWidth: w.tabWidth,
    useTabs: false,
  });
  lines.push(formatted + end);
}

function flatLine(s: Line, notes: FlatNotes): string {
  switch (s.kind) {
    case "ExprStmt":
      return flat(s.value, notes);
    case "Assign": {
      let text = "";
      for (const target of s.targets) text += `${flat(target, notes)} = `;
      return text + flat(s.value, notes);
    }
    case "AnnAssign": {
      const head = `${flat(s.target, notes)}: ${flatItem(s.annotation, notes)}`;
      return s.value === undefined ? head : `${head} = ${flat(s.value, notes)}`;
    }
    case "AugAssign":
      return `${flat(s.target, notes)} ${s.op}= ${flat(s.value, notes)}`;
    case "For":
      return `for ${flat(s.target, notes)} in ${flat(s.iter, notes)}:`;
    case "While":
      return `while ${flatItem(s.cond, notes)}:`;
    case "If":
      return `${s.elif === true ? "elif" : "if"} ${flatItem(s.cond, notes)}:`;
    case "With":
      return `with ${s.items.map((i) => withItem(i, notes)).join(", ")}:`;
    case "Return":
      return s.value === undefined ? "return" : `return ${flat(s.value, notes)}`;
    case "Assert":
      return s.message === undefined
        ? `assert ${flatItem(s.cond, notes)}`
        : `assert ${flatItem(s.cond, notes)}, ${flatItem(s.message, notes)}`;
    case "Pass":
      return "pass";
    case "Break":
      return "break";
    case "Continue":
      return "continue";
    case "Import":
      return importLine(s);
    case "FunctionDef": {
      if (s.magicComma === true) notes.magic = true;
      const params = s.params.map((p) => flatParameter(p, notes)).join(", ");
      return `def ${s.name}${typeParams(s, notes)}(${params})${returns(s, notes)}:`;
    }
    case "ClassDef":
      return s.bases.length === 0
        ? `class ${s.name}:`
        : `class ${s.name}(${flatArguments(s.bases, notes)}):`;
    case "Decorator":
      return `@${flat(s.value, notes)}`;
    case "UnsupportedStmt":
      return s.text;
    case "ErrorStmt":
      return "...";
  }
}

const withItem = (item: ast.WithItem, notes: FlatNotes): string =>
  item.target === undefined
    ? flatItem(item.context, notes)
    : `${flatItem(item.context, notes)} as ${flatItem(item.target, notes)}`;

const returns = (s: ast.FunctionDef, notes: FlatNotes): string =>
  s.returns === undefined ? "" : ` -> ${flatItem(s.returns, notes)}`;

function typeParams(s: ast.FunctionDef, notes: FlatNotes): string {
  if (s.typeParams.length === 0) return "";
  const names = s.typeParams.map((p) =>
    p.bound === undefined ? p.name : `${p.name}: ${flatItem(p.bound, notes)}`,
  );
  return `[${names.join(", ")}]`;
}

function importLine(s: ast.Import): string {
  const names = s.names
    .map(({ name, alias }) => (alias === undefined ? name : `${name} as ${alias}`))
    .join(", ");
  return s.module === undefined ? `import ${names}` : `from ${s.module} import ${names}`;
}

function lineDoc(s: Line, comments: InnerComments): Doc {
  switch (s.kind) {
    case "ExprStmt":
      return valueDoc(s.value, comments);
    case "Assign":
      return [
        ...s.targets.map((target) => [valueDoc(target, comments), " = "]),
        valueDoc(s.value, comments),
      ];
    case "AnnAssign": {
      const head: Doc[] = [valueDoc(s.target, comments), ": ", valueDoc(s.annotation, comments)];
      return s.value === undefined ? head : [...head, " = ", valueDoc(s.value, comments)];
    }
    case "AugAssign":
      return [valueDoc(s.target, comments), ` ${s.op}= `, valueDoc(s.value, comments)];
    case "For":
      return ["for ", valueDoc(s.target, comments), " in ", valueDoc(s.iter, comments), ":"];
    case "While":
      return ["while ", valueDoc(s.cond, comments), ":"];
    case "If":
      return [s.elif === true ? "elif " : "if ", valueDoc(s.cond, comments), ":"];
    case "With":
      return [
        "with ",
        builders.join(
          ", ",
          s.items.map((i) => withDoc(i, comments)),
        ),
        ":",
      ];
    case "Return":
      return s.value === undefined ? "return" : ["return ", valueDoc(s.value, comments)];
    case "Assert":
      return s.message === undefined
        ? ["assert ", valueDoc(s.cond, comments)]
        : ["assert ", valueDoc(s.cond, comments), ", ", valueDoc(s.message, comments)];
    case "Import":
      return importDoc(s);
    case "FunctionDef":
      return functionDoc(s, comments);
    case "ClassDef":
      return s.bases.length === 0
        ? flatLine(s, { magic: false })
        : ["class ", s.name, argumentsDoc(s.bases, s.body.body[0]?.start ?? s.end, comments), ":"];
    case "Decorator":
      return ["@", valueDoc(s.value, comments)];
    default:
      return verbatim(flatLine(s, { magic: false }));
  }
}

const withDoc = (item: ast.WithItem, comments: InnerComments): Doc =>
  item.target === undefined
    ? valueDoc(item.context, comments)
    : [valueDoc(item.context, comments), " as ", valueDoc(item.target, comments)];

function importDoc(s: ast.Import): Doc {
  const { module } = s;
  if (module === undefined) return importLine(s);
  const items = s.names.map(({ name, alias }): ListItem => ({
    start: -1,
    end: -1,
    doc: () => (alias === undefined ? name : `${name} as ${alias}`),
  }));
  return [
    `from ${module} import `,
    bracketed(builders.ifBreak("("), items, builders.ifBreak(")"), -1, noComments),
  ];
}

function functionDoc(s: ast.FunctionDef, comments: InnerComments): Doc {
  const items = s.params.map((p): ListItem => ({
    start: p.start,
    end: p.end,
    doc: () => parameterDoc(p, comments),
  }));
  const close = s.returns?.start ?? s.body.body[0]?.start ?? s.end;
  const head = `def ${s.name}${typeParams(s, { magic: false })}`;
  const params = bracketed("(", items, ")", close, comments, { magic: s.magicComma, spread: true });
  const result: Doc = s.returns === undefined ? "" : [" -> ", valueDoc(s.returns, comments)];
  return [head, params, result, ":"];
}
