/**
 * Cuts a file at the heads of its functions, so that each is lexed and parsed by itself: memory stays bounded and
 * a mistake in one function leaves the others alone. A piece is any run of statements at one column; cutting too
 * little is always right.
 */
import type { Source } from "../src/support/source.js";
import type { Piece } from "./lexer.js";

/** A piece and, after the head of a class, the pieces of its block. */
export interface PieceTree extends Piece {
  readonly members: readonly Piece[];
}

/** Walks the lines of a text that are not inside a triple-quoted string. */
interface Cursor {
  readonly text: string;
  /** Triple-quoted strings as `[start, end)`, flat. */
  readonly strings: readonly number[];
}

type Head = "function" | "class";

/** The pieces of a text, in order; together they cover it. */
export function cut(source: Source): PieceTree[] {
  const { text } = source;
  const cursor: Cursor = { text, strings: longStrings(text) };
  const pieces: PieceTree[] = [];
  const base = firstColumn(cursor);
  let start = 0;
  let kind: Head | undefined;
  const emit = (end: number): void => {
    if (end === start && pieces.length > 0) return;
    if (kind === "class") pieces.push(...cutClass(cursor, start, end, base));
    else pieces.push({ start, end, indent: base, openClass: false, members: [] });
    start = end;
  };
  for (const head of findHeads(cursor, 0, text.length, base)) {
    if (head.start > start) emit(head.start);
    ({ kind } = head);
  }
  emit(text.length);
  return pieces;
}

/** A class: its head, the functions of its block, and what follows at the column of the class. */
function cutClass(cursor: Cursor, start: number, end: number, base: number): PieceTree[] {
  const column = memberColumn(cursor, start, end, base);
  const whole = { start, end, indent: base, openClass: false, members: [] };
  if (column === undefined) return [whole];
  const heads = [...findHeads(cursor, start, end, column)];
  if (heads.length === 0) return [whole];
  const close = classEnd(cursor, heads[0]!.start, end, base);
  const members: Piece[] = heads
    .filter((head) => head.start < close)
    .map((head, i, all) => ({
      start: head.start,
      end: all[i + 1]?.start ?? close,
      indent: column,
      openClass: false,
    }));
  const first = members[0];
  if (first === undefined) return [whole];
  const tree = { start, end: first.start, indent: base, openClass: true, members };
  return close < end ? [tree, { ...whole, start: close }] : [tree];
}

interface Line {
  readonly start: number;
  readonly end: number;
  readonly column: number;
  /** First character that is not blank; the line's end when there is none. */
  readonly at: number;
}

/** The line that starts at `start`; `end` is one past its line feed. */
function lineAt(text: string, start: number): Line {
  let at = start;
  let column = 0;
  for (; ; at++) {
    const c = text.charCodeAt(at);
    if (c === 32) column++;
    else if (c === 9) column = (column | 7) + 1;
    else if (c === 12) column = 0;
    else if (c !== 0xfeff) break;
  }
  const feed = text.indexOf("\n", at);
  return { start, at, column, end: feed < 0 ? text.length : feed + 1 };
}

const isEmpty = (text: string, line: Line): boolean => {
  const c = text.charCodeAt(line.at);
  return Number.isNaN(c) || c === 10 || c === 13;
};
const isComment = (text: string, line: Line): boolean => text.charCodeAt(line.at) === 35;

/** Column of the first statement. */
function firstColumn({ text }: Cursor): number {
  for (let start = 0; start < text.length;) {
    const line = lineAt(text, start);
    if (!isEmpty(text, line) && !isComment(text, line)) return line.column;
    start = line.end;
  }
  return 0;
}

const headWord = /(?:def|class|async[ \t]+def)(?!\w)/y;
const classWord = /class(?!\w)/y;
const decoratorLine = /@[ \t]*[A-Za-z_][\w.]*[ \t]*(?:[(#\r\n]|$)/y;

const matchesAt = (pattern: RegExp, text: string, at: number): boolean => {
  pattern.lastIndex = at;
  return pattern.test(text);
};

/** Heads of definitions at a column, from their first decorator and the comments above it. */
function* findHeads(
  cursor: Cursor,
  from: number,
  to: number,
  column: number,
): Generator<{ start: number; kind: Head }> {
  const { text, strings } = cursor;
  let string = 0;
  /** Start of the comment and blank lines directly above the current line. */
  let above: number | undefined;
  let decorated: number | undefined;
  let brackets = { at: from, depth: 0 };
  for (let start = from; start < to;) {
    while (string < strings.length && strings[string + 1]! <= start) string += 2;
    const inString = string < strings.length && strings[string]! < start;
    const line = inString ? undefined : lineAt(text, start);
    if (line === undefined) {
      const feed = text.indexOf("\n", start);
      start = feed < 0 ? text.length : feed + 1;
      above = undefined;
      continue;
    }
    if (isEmpty(text, line)) {
      above ??= start;
    } else if (line.column <= column && isComment(text, line)) {
      above ??= start;
    } else if (line.column !== column) {
      above = undefined;
      if (line.column < column) decorated = undefined;
    } else {
      const c = text.charCodeAt(line.at);
      if (c === 64) {
        // An unusual decorator, or a product in brackets that goes on at the start of a line.
        const usual = matchesAt(decoratorLine, text, line.at);
        if (!usual) advance(cursor, brackets, line.at);
        if (usual || brackets.depth === 0) decorated ??= above ?? start;
      } else if ((c === 100 || c === 99 || c === 97) && matchesAt(headWord, text, line.at)) {
        const kind = matchesAt(classWord, text, line.at) ? "class" : "function";
        yield { start: decorated ?? above ?? start, kind };
        decorated = undefined;
        brackets = { at: line.at, depth: 0 };
      } else if (c !== 41 && c !== 93 && c !== 125) decorated = undefined;
      above = undefined;
    }
    start = line.end;
  }
}

/** Column of the first definition deeper than the class. */
function memberColumn(cursor: Cursor, from: number, to: number, base: number): number | undefined {
  const { text } = cursor;
  for (let start = from; start < to;) {
    const line = lineAt(text, start);
    const c = text.charCodeAt(line.at);
    if (line.column > base && (c === 64 || c === 100) && !inLongString(cursor, start)) {
      if (c === 64 || matchesAt(headWord, text, line.at)) return line.column;
    }
    start = line.end;
  }
  return undefined;
}

/** Where the block of a class ends: the first statement back at its column, comments above it included. */
function classEnd(cursor: Cursor, from: number, to: number, base: number): number {
  const { text } = cursor;
  const brackets = { at: from, depth: 0 };
  let above: number | undefined;
  for (let start = from; start < to;) {
    const line = lineAt(text, start);
    if (isEmpty(text, line) || (isComment(text, line) && line.column <= base)) above ??= start;
    else {
      if (line.column <= base && !inLongString(cursor, start)) {
        advance(cursor, brackets, line.at);
        const c = text.charCodeAt(line.at);
        if (brackets.depth === 0 && c !== 41 && c !== 93 && c !== 125) return above ?? start;
      }
      above = undefined;
    }
    start = line.end;
  }
  return to;
}

function inLongString({ strings }: Cursor, offset: number): boolean {
  for (let i = 0; i < strings.length; i += 2) {
    if (strings[i]! < offset && offset < strings[i + 1]!) return true;
  }
  return false;
}

const interesting = /["'#()[\]{}]/g;
const shortString = /"(?:[^"\\\r\n]|\\[\s\S])*"?|'(?:[^'\\\r\n]|\\[\s\S])*'?/y;

/** Counts brackets up to `to`. */
function advance(cursor: Cursor, state: { at: number; depth: number }, to: number): void {
  const { text, strings } = cursor;
  while (state.at < to) {
    interesting.lastIndex = state.at;
    const found = interesting.exec(text);
    if (found === null || found.index >= to) break;
    const c = found[0];
    state.at = found.index + 1;
    if (c === "(" || c === "[" || c === "{") state.depth++;
    else if (c === ")" || c === "]" || c === "}") state.depth = Math.max(0, state.depth - 1);
    else if (c === "#") {
      const feed = text.indexOf("\n", state.at);
      state.at = feed < 0 ? text.length : feed;
    } else {
      const long = strings.findIndex((s, i) => i % 2 === 0 && s === found.index);
      if (long >= 0) state.at = strings[long + 1]!;
      else {
        shortString.lastIndex = found.index;
        shortString.test(text);
        state.at = Math.max(state.at, shortString.lastIndex);
      }
    }
  }
  state.at = Math.max(state.at, to);
}

const stringOrComment =
  /#[^\r\n]*|"""|'''|"(?:[^"\\\r\n]|\\[\s\S])*"?|'(?:[^'\\\r\n]|\\[\s\S])*'?/g;

/** All triple-quoted strings; most texts have none, and then nothing is scanned. */
function longStrings(text: string): number[] {
  const found: number[] = [];
  if (!text.includes('"""') && !text.includes("'''")) return found;
  stringOrComment.lastIndex = 0;
  for (let m = stringOrComment.exec(text); m !== null; m = stringOrComment.exec(text)) {
    const quotes = m[0];
    if (quotes !== '"""' && quotes !== "'''") continue;
    let close = text.indexOf(quotes, m.index + 3);
    while (close > 0 && escaped(text, m.index + 3, close)) close = text.indexOf(quotes, close + 1);
    const end = close < 0 ? text.length : close + 3;
    found.push(m.index, end);
    stringOrComment.lastIndex = end;
  }
  return found;
}

function escaped(text: string, from: number, at: number): boolean {
  let slashes = 0;
  while (at - 1 - slashes >= from && text.charCodeAt(at - 1 - slashes) === 92) slashes++;
  return slashes % 2 === 1;
}
