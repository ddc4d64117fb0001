/** Syntax tree → text. */
import type * as ast from "../ast/nodes.js";
import { flat } from "./flat.js";
import {
  newWriter,
  writeHead,
  writeMember,
  writeStatement,
  writeSuite,
  type LayoutOptions,
} from "./statements.js";

export type { LayoutOptions } from "./statements.js";

/** A file as text, ending in a line feed; the empty file is the empty text. */
export function printFile(file: ast.File, options: LayoutOptions = {}): string {
  const writer = newWriter(options);
  writeSuite(writer, file, 0, "file");
  return writer.lines.length === 0 ? "" : `${writer.lines.join("\n")}\n`;
}

/**
 * The text of a file whose statements come one by one, those of the class `owner` when it is given; each is let go
 * once it is written.
 */
export function printParts(
  parts: Iterable<ast.Stmt>,
  options: LayoutOptions = {},
  owner?: ast.ClassDef,
): string {
  const writer = newWriter(options);
  const { lines } = writer;
  if (owner !== undefined) writeHead(writer, owner, 0);
  const column = owner === undefined ? 0 : writer.tabWidth;
  const place = owner === undefined ? "file" : "class";
  let text = "";
  let previous: ast.Stmt | undefined;
  for (const part of parts) {
    writeMember(writer, previous, part, column, place);
    previous = part;
    text += `${lines.join("\n")}\n`;
    lines.length = 0;
  }
  if (previous === undefined && owner !== undefined) lines.push(`${" ".repeat(column)}pass`);
  return lines.length === 0 ? text : `${text}${lines.join("\n")}\n`;
}

/** One statement, its block included, without the comments above it. */
export function printStmt(statement: ast.Stmt, options: LayoutOptions = {}): string {
  const writer = newWriter(options);
  writeStatement(writer, statement, 0);
  return writer.lines.join("\n");
}

/** An expression on one line. */
export const printExpr = (expr: ast.Expr): string => flat(expr, { magic: false });
