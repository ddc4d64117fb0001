/** Text ⇄ syntax tree. */
import type * as ast from "./ast/nodes.js";
import type { Diagnostic, Sink } from "../src/support/diagnostic.js";
import type { Source } from "../src/support/source.js";
import { lexPiece, type LexContext, type Piece } from "./lexer.js";
import { parseTokens } from "./parser.js";
import { makeSpellings } from "./scanner.js";
import { cut, type PieceTree } from "./pieces.js";
import { columnAt, takeLines } from "./rules/trivia.js";

export { syntaxCodes } from "./codes.js";
export { numberValue, stringLiteral } from "./literals.js";
export { printExpr, printFile, printStmt, type LayoutOptions } from "./layout/index.js";
export type * as ast from "./ast/nodes.js";

/** What a piece gave: statements, and comments that stand after the last of them. */
interface Parsed {
  readonly body: ast.Stmt[];
  readonly rest: ast.Comment[];
}

const contextOf = (source: Source, sink: Sink): LexContext => ({
  source,
  sink,
  spellings: makeSpellings(),
  indentWith: 0,
});

/** A part of a text: a definition at the margin and what follows it, or what stands before the first. */
export interface TextPart {
  readonly text: string;
  /** Its statements and mistakes; parsed when first asked for. */
  readonly parsed: () => {
    readonly body: readonly ast.Stmt[];
    readonly found: readonly Diagnostic[];
  };
}

/** The parts of a text, in order. In this order they parse as the whole does, but for comments between them. */
export function partsOf(source: Source): readonly TextPart[] {
  let found: Diagnostic[] = [];
  const context = contextOf(source, { report: (diagnostic) => void found.push(diagnostic) });
  return cut(source).map((piece): TextPart => {
    let known: ReturnType<TextPart["parsed"]> | undefined;
    const parsed = (): ReturnType<TextPart["parsed"]> => {
      if (known === undefined) {
        found = [];
        known = { body: parseTree(context, piece).body, found };
      }
      return known;
    };
    const end = piece.members[piece.members.length - 1]?.end ?? piece.end;
    return { text: source.text.slice(piece.start, end), parsed };
  });
}

/**
 * Parses a text. Never throws: mistakes are reported, and what they touch becomes ErrorStmt nodes.
 * Functions are lexed and parsed one by one, so memory above that of the tree stays small.
 */
export function parseText(source: Source, sink: Sink): ast.File {
  const context = contextOf(source, sink);
  const body: ast.Stmt[] = [];
  let waiting: ast.Comment[] = [];
  for (const piece of cut(source)) {
    const parsed = parseTree(context, piece);
    adopt(parsed.body, waiting, parsed.rest);
    for (const statement of parsed.body) body.push(statement);
    waiting = parsed.rest;
  }
  const file: ast.File = { kind: "File", start: 0, end: source.text.length, body };
  return waiting.length === 0 ? file : { ...file, dangling: waiting };
}

/** Comments left over by the piece before lead the first statement, or wait on. */
function adopt(body: ast.Stmt[], waiting: readonly ast.Comment[], rest: ast.Comment[]): void {
  if (waiting.length === 0) return;
  const first = body[0];
  if (first === undefined) {
    rest.unshift(...waiting);
    return;
  }
  const trivia = first.trivia ?? {};
  body[0] = { ...first, trivia: { ...trivia, leading: [...waiting, ...(trivia.leading ?? [])] } };
}

/** Parses a piece, and the block of the class it opens. */
function parseTree(context: LexContext, piece: PieceTree): Parsed {
  const head = parsePiece(context, piece);
  if (piece.members.length === 0) return head;
  const column = piece.members[0]!.indent;
  const members: ast.Stmt[] = [];
  let waiting = head.rest;
  for (const member of piece.members) {
    const parsed = parsePiece(context, member);
    adopt(parsed.body, waiting, parsed.rest);
    for (const statement of parsed.body) members.push(statement);
    waiting = parsed.rest;
  }
  const owner = head.body[head.body.length - 1];
  if (owner?.kind !== "ClassDef") return { body: head.body, rest: waiting };
  const text = context.source.text;
  const outside = waiting.findIndex((c) => columnAt(text, c.start) < column);
  const dangling = outside < 0 ? waiting : waiting.slice(0, outside);
  const rest = outside < 0 ? [] : waiting.slice(outside);
  const all = [...owner.body.body, ...members];
  const body: ast.Suite = dangling.length === 0 ? { body: all } : { body: all, dangling };
  head.body[head.body.length - 1] = { ...owner, end: all[all.length - 1]?.end ?? owner.end, body };
  return { body: head.body, rest };
}

function parsePiece(context: LexContext, piece: Piece): Parsed {
  const found: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    found.push(diagnostic);
  };
  const local: LexContext = {
    source: context.source,
    sink: { report },
    spellings: context.spellings,
    indentWith: context.indentWith,
  };
  const run = lexPiece(local, piece);
  context.indentWith = local.indentWith;
  const { text } = context.source;
  const { body, queue } = parseTokens(context.source, run, report);
  if (found.length > 0) {
    found.sort((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0));
    for (const diagnostic of found) context.sink.report(diagnostic);
  }
  const left = queue < run.comments.length;
  const rest = left ? takeLines({ text, comments: run.comments, next: queue }, Infinity) : [];
  return { body, rest };
}
