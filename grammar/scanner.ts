/**
 * Characters → tokens by the patterns of the token table, told apart by their first character. Spellings that occur
 * again are shared, so that the tree of a large file stays small.
 */
import type { IToken, TokenType } from "chevrotain";
import * as t from "./tokens.js";

/** A spelling met before: its one copy, and what a word that is spelled so means. */
interface Spelling {
  readonly image: string;
  readonly type: TokenType;
}

/** Spellings met so far in a file. */
export type Spellings = Map<string, Spelling>;

export const makeSpellings = (): Spellings => new Map(keywords());

/** Tokens of a text; offsets count from `base`. */
export interface Scan {
  readonly tokens: IToken[];
  readonly comments: IToken[];
  /** Where characters that start no token stand; a run of them once. */
  readonly bad: readonly number[];
}

/** Longer spellings are not worth looking up. */
const MAX_SHARED = 48;

let keywordTable: Spellings | undefined;

/** Words that are no names. */
function keywords(): Spellings {
  if (keywordTable !== undefined) return keywordTable;
  keywordTable = new Map();
  for (const type of t.lexerTokens) {
    if (typeof type.PATTERN === "string" && /^[a-z]/i.test(type.PATTERN))
      keywordTable.set(type.PATTERN, { image: type.PATTERN, type });
  }
  return keywordTable;
}

let operatorTable: Spelling[][] | undefined;

/** Operators and brackets by first character, longest first. */
function operators(): Spelling[][] {
  if (operatorTable !== undefined) return operatorTable;
  operatorTable = Array.from({ length: 128 }, () => []);
  for (const type of t.lexerTokens) {
    const image = type.PATTERN;
    if (typeof image === "string" && !/^[a-z]/i.test(image))
      operatorTable[image.charCodeAt(0)]!.push({ image, type });
  }
  for (const entries of operatorTable) entries.sort((a, b) => b.image.length - a.image.length);
  return operatorTable;
}

const sticky = (type: TokenType): RegExp => new RegExp(type.PATTERN as RegExp, "y");

const patterns = {
  newline: sticky(t.Newline),
  lineJoin: sticky(t.LineJoin),
  comment: sticky(t.CommentToken),
  string: sticky(t.Str),
  openString: sticky(t.OpenString),
  number: sticky(t.Num),
  badNumber: sticky(t.BadNumber),
  notIn: sticky(t.NotIn),
  isNot: sticky(t.IsNot),
};

/** End of the match at an offset, or -1. */
function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isBlank = (c: number): boolean => c === 32 || c === 9 || c === 12 || c === 0xfeff;

/** Characters of names as the table has them; those beyond ASCII are looked at later. */
const isNameStart = (c: number): boolean =>
  (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || (c >= 0xaa && c <= 0xffdc);
const isNamePart = (c: number): boolean => isNameStart(c) || isDigit(c);

/** Scans a whole text. Anything can be scanned; what starts no token is in `bad`. */
export function scan(text: string, base: number, spellings: Spellings): Scan {
  const table = operators();
  const tokens: IToken[] = [];
  const comments: IToken[] = [];
  const bad: number[] = [];
  const n = text.length;
  let lastBad = -1;
  let at = 0;

  const push = (image: string, tokenType: TokenType): void => {
    const tokenTypeIdx = tokenType.tokenTypeIdx!;
    tokens.push({ image, startOffset: base + at, tokenTypeIdx, tokenType });
    at += image.length;
  };
  const pushShared = (end: number, type: TokenType): void => {
    const image = text.slice(at, end);
    if (image.length > MAX_SHARED) return push(image, type);
    let known = spellings.get(image);
    if (known === undefined) spellings.set(image, (known = { image, type }));
    push(known.image, type);
  };
  const word = (): void => {
    let end = at + 1;
    while (end < n && isNamePart(text.charCodeAt(end))) end++;
    const image = text.slice(at, end);
    let known = spellings.get(image);
    if (known === undefined) spellings.set(image, (known = { image, type: t.Name }));
    if (known.type === t.Not || known.type === t.Is) {
      const type = known.type === t.Not ? t.NotIn : t.IsNot;
      const both = matchEnd(known.type === t.Not ? patterns.notIn : patterns.isNot, text, at);
      if (both >= 0) return push(text.slice(at, both), type);
    }
    push(known.image, known.type);
  };
  const string = (): void => {
    let end = plainString(text, at);
    if (end < 0) end = matchEnd(patterns.string, text, at);
    if (end >= 0) return pushShared(end, t.Str);
    const long = t.matchLongString(text, at);
    if (long !== null) return push(long[0], t.LongString);
    end = matchEnd(patterns.openString, text, at);
    if (end >= 0) push(text.slice(at, end), t.OpenString);
    else word();
  };
  const number = (): boolean => {
    let end = at;
    while (isDigit(text.charCodeAt(end))) end++;
    const c = text.charCodeAt(end);
    if (end > at && c !== 46 && !(c < 128 && isNamePart(c))) {
      pushShared(end, t.Num);
      return true;
    }
    end = matchEnd(patterns.number, text, at);
    if (end >= 0) pushShared(end, t.Num);
    else {
      end = matchEnd(patterns.badNumber, text, at);
      if (end < 0) return false;
      push(text.slice(at, end), t.BadNumber);
    }
    return true;
  };
  const operator = (c: number): boolean => {
    const entries = table[c];
    if (entries === undefined) return false;
    for (const { image, type } of entries) {
      if (image.length > 1 && !text.startsWith(image, at)) continue;
      push(image, type);
      return true;
    }
    return false;
  };

  while (at < n) {
    const c = text.charCodeAt(at);
    if (isBlank(c)) at++;
    else if (isNameStart(c)) {
      if (startsPrefixedString(text, at, c)) string();
      else word();
    } else if (c === 10 || c === 13) {
      const end = newlineEnd(text, at);
      push(text.slice(at, end), t.Newline);
    } else if (c === 34 || c === 39) string();
    else if ((isDigit(c) || (c === 46 && isDigit(text.charCodeAt(at + 1)))) && number()) continue;
    else if (c === 35) {
      const end = matchEnd(patterns.comment, text, at);
      comments.push({
        image: text.slice(at, end),
        startOffset: base + at,
        tokenTypeIdx: t.CommentToken.tokenTypeIdx!,
        tokenType: t.CommentToken,
      });
      at = end;
    } else if (!operator(c)) {
      const join = c === 92 ? matchEnd(patterns.lineJoin, text, at) : -1;
      if (join >= 0) at = join;
      else {
        if (lastBad !== at) bad.push(base + at);
        lastBad = ++at;
      }
    }
  }
  return { tokens, comments, bad };
}

/** End of a line end and the blank lines after it, the indentation of the next line included. */
function newlineEnd(text: string, at: number): number {
  if (text.charCodeAt(at) === 10) {
    let end = at + 1;
    let c = text.charCodeAt(end);
    while (c === 32) c = text.charCodeAt(++end);
    if (c !== 10 && c !== 13 && c !== 9 && c !== 12) return end;
  }
  return matchEnd(patterns.newline, text, at);
}

/** End of a string in quotes without prefix, escapes or line ends; -1 for any other. */
function plainString(text: string, at: number): number {
  const quote = text.charCodeAt(at);
  if (quote !== 34 && quote !== 39) return -1;
  for (let i = at + 1; ; i++) {
    const c = text.charCodeAt(i);
    if (c === quote) return i === at + 1 ? -1 : i + 1;
    if (c === 92 || c === 10 || c === 13 || c !== c) return -1;
  }
}

/** Whether the letter `c` and perhaps another stand before a quote. */
function startsPrefixedString(text: string, at: number, c: number): boolean {
  const letter = c | 32;
  if (letter !== 114 && letter !== 98 && letter !== 102 && letter !== 117) return false;
  let next = text.charCodeAt(at + 1);
  if ((next | 32) === 114 || (next | 32) === 98 || (next | 32) === 102)
    next = text.charCodeAt(at + 2);
  return next === 34 || next === 39;
}
