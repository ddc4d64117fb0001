/** Text → tokens of one piece of a file, positions global, comments apart. */
import type { IToken } from "chevrotain";
import type { Diagnostic, Sink } from "../src/support/diagnostic.js";
import type { Source, Span } from "../src/support/source.js";
import { syntaxCodes } from "./codes.js";
import { layOut } from "./indentation.js";
import { scan, type Spellings } from "./scanner.js";

/** What lexing a piece needs to know of its file. */
export interface LexContext {
  readonly source: Source;
  readonly sink: Sink;
  readonly spellings: Spellings;
  /** What the file indents with, once seen: a tab (9) or a space (32). */
  indentWith: number;
}

/** Part of a text that is lexed and parsed by itself. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Column the piece's statements stand at. */
  readonly indent: number;
  /** A class head whose block may follow as pieces of its own. */
  readonly openClass: boolean;
}

/** Tokens of a piece with its block structure made explicit. */
export interface TokenRun {
  readonly tokens: IToken[];
  readonly comments: readonly IToken[];
  /** Whether anything was reported. */
  readonly reported: boolean;
}

/** Offset one past the token. */
export const endOf = (token: IToken): number => token.startOffset + token.image.length;

/** Lexes a piece and makes its blocks explicit; problems are reported and their lines marked. */
export function lexPiece(context: LexContext, piece: Piece): TokenRun {
  const { source, sink } = context;
  const whole = piece.start === 0 && piece.end === source.text.length;
  const text = whole ? source.text : source.text.slice(piece.start, piece.end);
  const found = scan(text, piece.start, context.spellings);
  let reported = false;
  const report = (diagnostic: Diagnostic): void => {
    reported = true;
    sink.report(diagnostic);
  };
  for (const start of found.bad) report(unknownCharacter({ source, start, end: start + 1 }));
  // eslint-disable-next-line no-control-regex
  const ascii = !/[^\x00-\x7f]/.test(text);
  const tokens = layOut(found.tokens, { context, piece, report, bad: found.bad, ascii });
  return { tokens, comments: found.comments, reported };
}

const ADVICE: Readonly<Record<string, string>> = {
  $: "delete it",
  "?": "write `a if condition else b` for a choice",
  "\\": "a backslash joins lines only as the last character of a line",
  "`": "delete it",
  "“": 'write straight quotes `"`',
  "”": 'write straight quotes `"`',
  "‘": 'write straight quotes `"`',
  "’": 'write straight quotes `"`',
  "–": "write `-`",
  "—": "write `-`",
  "−": "write `-`",
  "×": "write `*`",
  "≤": "write `<=`",
  "≥": "write `>=`",
  "≠": "write `!=`",
  "\u00a0": "replace the no-break space by a space",
};

/** Reports the first character of the span. */
export function unknownCharacter(at: Span): Diagnostic {
  const point = at.source.text.codePointAt(at.start) ?? 0;
  const character = String.fromCodePoint(point);
  const visible = point < 32 || (point >= 0x7f && point < 0xa1) ? " " : character;
  return syntaxCodes.unknownCharacter({
    at: { ...at, end: at.start + character.length },
    character: visible,
    codepoint: `U+${point.toString(16).toUpperCase().padStart(4, "0")}`,
    advice: ADVICE[character] ?? "delete it, or put it in a string",
  });
}
