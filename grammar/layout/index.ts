/** Syntax tree → text. */
import type * as ast from "../ast/nodes.js";
import { flat } from "./flat.js";
import { newWriter, writeStatement, writeSuite, type LayoutOptions } from "./statements.js";

export type { LayoutOptions } from "./statements.js";

/** A file as text, ending in a line feed; the empty file is the empty text. */
export function printFile(file: ast.File, options: LayoutOptions = {}): string {
  const writer = newWriter(options);
  writeSuite(writer, file, 0, true);
  return writer.lines.length === 0 ? "" : `${writer.lines.join("\n")}\n`;
}

/** One statement, its block included, without the comments above it. */
export function printStmt(statement: ast.Stmt, options: LayoutOptions = {}): string {
  const writer = newWriter(options);
  writeStatement(writer, statement, 0);
  return writer.lines.join("\n");
}

/** An expression on one line. */
export const printExpr = (expr: ast.Expr): string => flat(expr, { magic: false });
