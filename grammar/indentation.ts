/**
 * The layout pass: drops line ends inside brackets and between blank lines, and makes blocks explicit by
 * Indent and Dedent tokens. Lines with lexical faults become BrokenLine tokens, so that the parser never
 * reports them again.
 */
import type { IToken, TokenType } from "chevrotain";
import type { Diagnostic } from "../src/support/diagnostic.js";
import { isIdentifier } from "../src/support/identifier.js";
import { syntaxCodes } from "./codes.js";
import { endOf, unknownCharacter, type LexContext, type Piece } from "./lexer.js";
import * as t from "./tokens.js";

/** Blocks and brackets that may be open at once. */
export const MAX_OPEN = 250;

interface LayoutJob {
  readonly context: LexContext;
  readonly piece: Piece;
  readonly report: (diagnostic: Diagnostic) => void;
  /** Offsets at which the lexer skipped unknown characters. */
  readonly bad: readonly number[];
  readonly ascii: boolean;
}

/** What the pass does on meeting a token; 0 = passes it on. */
const PLAIN = 0;
const NEWLINE = 1;
const OPEN = 2;
const CLOSE = 3;
const CHECKED = 4;

const actions = new Map<TokenType, number>([
  [t.Newline, NEWLINE],
  [t.LParen, OPEN],
  [t.LBracket, OPEN],
  [t.LBrace, OPEN],
  [t.RParen, CLOSE],
  [t.RBracket, CLOSE],
  [t.RBrace, CLOSE],
  [t.OpenString, CHECKED],
  [t.BadNumber, CHECKED],
  [t.Name, CHECKED],
]);

const PARTNER: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Statements that a bracket cannot contain at the start of a line. */
const neverInBrackets = new Set<TokenType>([
  t.Def,
  t.Class,
  t.With,
  t.Return,
  t.While,
  t.Pass,
  t.Assert,
  t.Import,
  t.Del,
  t.Break,
  t.Continue,
  t.Raise,
  t.Try,
  t.Except,
  t.Finally,
  t.Global,
  t.Nonlocal,
  t.Elif,
]);
/** Those that it could contain, but hardly at the column of the statement it is in. */
const rarelyInBrackets = new Set<TokenType>([t.For, t.If, t.At, t.Else]);

/** Words whose line opens a block. */
export const blockWords = new Set<TokenType>([
  t.Def,
  t.Class,
  t.For,
  t.While,
  t.If,
  t.Elif,
  t.Else,
  t.With,
  t.Try,
  t.Except,
  t.Finally,
  t.Async,
]);

/** Heads whose block may be the unindented lines below them. */
const adopting = new Set<TokenType>([t.For, t.While, t.If, t.Elif, t.Else, t.With]);
const clauses = new Set<TokenType>([t.Elif, t.Else]);

let actionTable: Uint8Array | undefined;

function actionsByIndex(): Uint8Array {
  if (actionTable) return actionTable;
  let max = 0;
  for (const type of t.allTokens) max = Math.max(max, type.tokenTypeIdx ?? 0);
  actionTable = new Uint8Array(max + 1);
  for (const [type, action] of actions) actionTable[type.tokenTypeIdx ?? 0] = action;
  return actionTable;
}

const virtual = (tokenType: TokenType, startOffset: number, payload?: unknown): IToken => ({
  image: "",
  startOffset,
  tokenTypeIdx: tokenType.tokenTypeIdx ?? 0,
  tokenType,
  ...(payload === undefined ? {} : { payload }),
});

/** Runs the pass over the tokens of one piece. */
export function layOut(input: readonly IToken[], job: LayoutJob): IToken[] {
  const { context, piece, report } = job;
  const { source } = context;
  const table = actionsByIndex();
  const at = (
    start: number,
    end: number,
  ): { source: typeof source; start: number; end: number } => ({
    source,
    start,
    end,
  });
  const out: IToken[] = [];
  const widths = [piece.indent];
  /** Levels that were reported and have no Indent token. */
  const phantom = [false];
  let open: IToken[] = [];
  let lineStart = 0;
  let broken = false;
  let nextBad = 0;
  const n = input.length;

  const breakLine = (): void => {
    const first = out[lineStart];
    if (first === undefined) return;
    const end = endOf(out[out.length - 1]!);
    const word = blockWords.has(first.tokenType) ? first.tokenType : undefined;
    out.length = lineStart;
    out.push(virtual(t.BrokenLine, first.startOffset, { end, word }));
    broken = false;
  };

  /** Ends the logical line; tells whether a block must follow. */
  const endLine = (offset: number): void => {
    const last = out[out.length - 1]!;
    while (job.bad[nextBad]! < offset) {
      broken = true;
      nextBad++;
    }
    if (broken) breakLine();
    else markSoftKeyword(out, lineStart, last);
    out.push(virtual(t.Newline, offset));
  };

  const closeUnclosed = (): void => {
    const opener = open[open.length - 1]!;
    const closer = PARTNER[opener.image]!;
    report(
      syntaxCodes.unclosedBracket({
        at: at(opener.startOffset, endOf(opener)),
        label: "opened here",
        bracket: opener.image,
        closer,
      }),
    );
    open = [];
    broken = true;
  };

  /** Compares the column of the line that starts at `next` with the open blocks. */
  const indentTo = (width: number, next: IToken): boolean => {
    const head = out[lineStart]!;
    const last = out[out.length - 2]!;
    const wasBroken = head.tokenType === t.BrokenLine;
    const word = blockWords.has(head.tokenType) || head.tokenType === t.SoftKeyword;
    const opens = !wasBroken && last.tokenType === t.Colon && word;
    const here = at(next.startOffset, endOf(next));
    let top = widths[widths.length - 1]!;
    if (width > top) {
      const phantomLevel = !opens && !wasBroken && last.tokenType !== t.Colon;
      if (phantomLevel && word && !hasColon(out, lineStart)) {
        const newline = out.pop()!;
        const end = endOf(last);
        report(
          syntaxCodes.missingColon({
            at: at(end, end),
            keyword: head.image,
            fixes: [{ title: "add `:`", safe: true, edits: [{ span: at(end, end), text: ":" }] }],
          }),
        );
        out.push(virtual(t.Colon, end), newline, virtual(t.Indent, next.startOffset, width));
        phantom.push(false);
      } else if (phantomLevel) {
        // Where tabs and spaces mix, columns are in doubt, which was reported.
        if (context.indentWith >= 0)
          report(syntaxCodes.unexpectedIndent({ at: here, columns: top }));
        phantom.push(true);
      } else {
        out.push(virtual(t.Indent, next.startOffset, width));
        phantom.push(false);
      }
      widths.push(width);
      if (widths.length + open.length > MAX_OPEN) {
        report(syntaxCodes.tooDeep({ at: here, limit: MAX_OPEN }));
        return false;
      }
      return true;
    }
    if (opens && width === top && adopting.has(head.tokenType)) {
      // The lines that follow are most likely the block: their names keep their meaning.
      missingBlock(head, last, next);
      out.push(virtual(t.Indent, next.startOffset, width));
      widths.push(width);
      phantom.push(false);
      return true;
    }
    if (opens) {
      missingBlock(head, last, next);
      emptyBlock(next.startOffset);
    } else if (
      width === top &&
      widths[widths.length - 2] === width &&
      clauses.has(next.tokenType)
    ) {
      out.push(virtual(t.Dedent, next.startOffset));
      widths.pop();
      phantom.pop();
    }
    while (width < top && widths.length > 1) {
      if (!phantom.pop()) out.push(virtual(t.Dedent, next.startOffset));
      widths.pop();
      top = widths[widths.length - 1]!;
    }
    if (width !== top) {
      if (context.indentWith >= 0) report(syntaxCodes.badDedent({ at: here, columns: top }));
      if (width > top) {
        widths.push(width);
        phantom.push(true);
      }
    }
    return true;
  };

  const missingBlock = (head: IToken, colon: IToken, next: IToken | undefined): void => {
    const label =
      next === undefined
        ? []
        : [{ span: at(next.startOffset, endOf(next)), message: "not indented deeper" }];
    report(
      syntaxCodes.missingBlock({
        at: at(colon.startOffset, endOf(colon)),
        keyword: head.image,
        labels: label,
      }),
    );
  };
  const emptyBlock = (offset: number): void =>
    void out.push(virtual(t.Indent, offset), virtual(t.Dedent, offset));

  for (let i = 0; i < n; i++) {
    const token = input[i]!;
    const action = table[token.tokenTypeIdx]!;
    if (action === PLAIN) {
      out.push(token);
    } else if (action === CHECKED) {
      if (token.tokenType === t.Name) {
        if (!job.ascii) broken = checkName(token, job) || broken;
        out.push(token);
        continue;
      }
      broken = true;
      out.push(token);
      if (token.tokenType === t.BadNumber) {
        report(
          syntaxCodes.badNumber({
            at: at(token.startOffset, endOf(token)),
            text: token.image,
            advice: numberAdvice(token.image),
          }),
        );
      } else {
        reportOpenString(token, out.slice(lineStart, -1), job);
        open = [];
      }
    } else if (action === OPEN) {
      open.push(token);
      out.push(token);
      if (open.length + widths.length > MAX_OPEN && !broken) {
        report(syntaxCodes.tooDeep({ at: at(token.startOffset, endOf(token)), limit: MAX_OPEN }));
        broken = true;
      }
    } else if (action === CLOSE) {
      const opener = open.pop();
      if (opener === undefined || PARTNER[opener.image] !== token.image) {
        if (!broken) reportCloser(token, opener, job);
        broken = true;
      }
      out.push(token);
    } else {
      let next = input[i + 1];
      let width = -1;
      let tail = token;
      let j = i;
      while (next !== undefined && next.tokenType === t.Newline) {
        tail = next;
        next = input[++j + 1];
      }
      if (open.length > 0) {
        const type = next?.tokenType;
        if (type === undefined) continue;
        if (neverInBrackets.has(type)) closeUnclosed();
        else if (rarelyInBrackets.has(type)) {
          width = columnOf(tail, job);
          if (width > widths[widths.length - 1]! || !looksLikeStatement(input, j + 1)) continue;
          closeUnclosed();
        } else continue;
      }
      if (out.length === lineStart) {
        i = j;
        continue;
      }
      endLine(token.startOffset);
      i = j;
      if (next === undefined) break;
      if (width < 0) width = columnOf(tail, job);
      if (!indentTo(width, next)) {
        out.push(
          virtual(t.BrokenLine, next.startOffset, { end: piece.end }),
          virtual(t.Newline, piece.end),
        );
        lineStart = out.length;
        break;
      }
      lineStart = out.length;
    }
  }
  if (open.length > 0) closeUnclosed();
  if (out.length > lineStart && out[out.length - 1]!.tokenType !== t.Newline) endLine(piece.end);
  const head = out[lineStart];
  const last = out[out.length - 2];
  if (
    head &&
    last?.tokenType === t.Colon &&
    (blockWords.has(head.tokenType) || head.tokenType === t.SoftKeyword)
  ) {
    if (!piece.openClass) missingBlock(head, last, undefined);
    emptyBlock(piece.end);
  }
  while (widths.length > 1) {
    widths.pop();
    if (!phantom.pop()) out.push(virtual(t.Dedent, piece.end));
  }
  return out;
}

/** Whether the line from `at` could be a statement: brackets in balance, and a colon at its end or `@name` at its start. */
function looksLikeStatement(tokens: readonly IToken[], at: number): boolean {
  const first = tokens[at]!;
  let depth = 0;
  let i = at;
  for (; i < tokens.length && tokens[i]!.tokenType !== t.Newline; i++) {
    const type = tokens[i]!.tokenType;
    if (type === t.LParen || type === t.LBracket || type === t.LBrace) depth++;
    else if (type === t.RParen || type === t.RBracket || type === t.RBrace) depth--;
    if (depth < 0) return false;
  }
  if (first.tokenType === t.At) return tokens[at + 1]?.startOffset === first.startOffset + 1;
  return depth === 0 && tokens[i - 1]!.tokenType === t.Colon;
}

/** Whether the line has a colon outside brackets. */
function hasColon(tokens: readonly IToken[], from: number): boolean {
  let depth = 0;
  for (let i = from; i < tokens.length; i++) {
    const type = tokens[i]!.tokenType;
    if (type === t.LParen || type === t.LBracket || type === t.LBrace) depth++;
    else if (type === t.RParen || type === t.RBracket || type === t.RBrace) depth--;
    else if (type === t.Colon && depth === 0) return true;
  }
  return false;
}

/** `match`, `case` and `type` are names, except where nothing but a statement of theirs can be meant. */
function markSoftKeyword(out: IToken[], from: number, last: IToken): void {
  const first = out[from]!;
  if (first.tokenType !== t.Name) return;
  const word = first.image;
  if (word !== "match" && word !== "case" && word !== "type") return;
  const second = out[from + 1];
  if (second === undefined) return;
  const operand =
    second.tokenType === t.Name || second.tokenType === t.Num || second.tokenType === t.Str;
  const listed =
    (second.tokenType === t.LBracket && last.tokenType === t.Colon) ||
    (second.tokenType === t.LParen && hasColon(out, from));
  if (operand || (listed && word !== "type")) {
    first.tokenType = t.SoftKeyword;
    first.tokenTypeIdx = t.SoftKeyword.tokenTypeIdx ?? 0;
  }
}

/** Column after a line end, tabs to the next multiple of eight; reports a mix of tabs and spaces. */
function columnOf(newline: IToken, job: LayoutJob): number {
  const { image } = newline;
  const from = Math.max(image.lastIndexOf("\n"), image.lastIndexOf("\r")) + 1;
  if (from === image.length) return 0;
  const first = image.charCodeAt(from);
  const { context } = job;
  if (first === 32 && context.indentWith === 32 && image.indexOf("\t", from) < 0)
    return image.length - from;
  let column = 0;
  let mixed = false;
  for (let i = from; i < image.length; i++) {
    const c = image.charCodeAt(i);
    if (c === 9) column = (column | 7) + 1;
    else if (c === 32) column++;
    else if (c === 12) column = 0;
    if (c !== first) mixed = true;
  }
  if (context.indentWith === 0) context.indentWith = first;
  if (context.indentWith > 0 && (mixed || first !== context.indentWith)) {
    const names: Readonly<Record<number, string>> = { 9: "tabs", 32: "spaces" };
    const start = newline.startOffset + from;
    job.report(
      syntaxCodes.mixedIndentation({
        at: { source: context.source, start, end: start + image.length - from },
        found: mixed ? "tabs and spaces" : (names[first] ?? "other blanks"),
        earlier: names[context.indentWith] ?? "other blanks",
      }),
    );
    context.indentWith = -1;
  }
  return column;
}

/** Reports a name with characters that names cannot have; true when it did. */
function checkName(token: IToken, job: LayoutJob): boolean {
  if (isIdentifier(token.image)) return false;
  let offset = 0;
  for (const character of token.image) {
    if (!/[\p{XID_Continue}_]/u.test(character)) break;
    offset += character.length;
  }
  if (offset >= token.image.length) offset = 0;
  const start = token.startOffset + offset;
  job.report(unknownCharacter({ source: job.context.source, start, end: endOf(token) }));
  return true;
}

function numberAdvice(text: string): string {
  if (/^0[xXoObB]/.test(text)) return "digits of the base follow `0x`, `0o` or `0b`";
  if (text.includes("__") || text.endsWith("_")) return "put single `_` between digits only";
  if (/^[\d.]+[A-Za-z]/.test(text))
    return "put an operator between number and name, or start the name with a letter";
  return "write the digits with at most one point";
}

/**
 * A string that runs into a name was closed by the quote that should have opened the next one (`"a), f("b"`): the
 * first such string before the open one is the one without an end.
 */
function runsIntoName(before: readonly IToken[], quote: string): IToken | undefined {
  return before.find(({ tokenType, image, startOffset }, i) => {
    const next = before[i + 1];
    return (
      tokenType === t.Str &&
      image.endsWith(quote) &&
      next?.startOffset === startOffset + image.length &&
      (next.tokenType === t.Name || next.tokenType === t.Num || next.tokenType === t.BadNumber)
    );
  });
}

function reportOpenString(token: IToken, before: readonly IToken[], job: LayoutJob): void {
  const { image, startOffset } = token;
  const quoteAt = image.search(/["']/);
  const quote = image.charAt(quoteAt);
  const triple = image.startsWith(quote.repeat(3), quoteAt);
  const earlier = triple ? undefined : runsIntoName(before, quote);
  const [word] = earlier === undefined ? [""] : (/^\w*.[\w.:]+/.exec(earlier.image) ?? [""]);
  if (earlier !== undefined && word !== "") {
    const { source } = job.context;
    const start = earlier.startOffset;
    const end = start + word.length;
    const close = start + earlier.image.length;
    job.report(
      syntaxCodes.unterminatedString({
        at: { source, start, end },
        labels: [{ span: { source, start: close - 1, end: close }, message: "this quote ends it" }],
        quotes: `\`${quote}\``,
        place: `after \`${word}\``,
      }),
    );
    return;
  }
  job.report(
    syntaxCodes.unterminatedString({
      at: {
        source: job.context.source,
        start: startOffset,
        end: triple ? startOffset + quoteAt + 3 : startOffset + image.trimEnd().length,
      },
      quotes: `\`${triple ? quote.repeat(3) : quote}\``,
      place: "at its end",
    }),
  );
}

function reportCloser(token: IToken, opener: IToken | undefined, job: LayoutJob): void {
  const { source } = job.context;
  const at = { source, start: token.startOffset, end: endOf(token) };
  if (opener === undefined) {
    job.report(syntaxCodes.unopenedBracket({ at, closer: token.image }));
    return;
  }
  const span = { source, start: opener.startOffset, end: endOf(opener) };
  job.report(
    syntaxCodes.mismatchedBracket({
      at,
      closer: token.image,
      opener: opener.image,
      wanted: PARTNER[opener.image]!,
      labels: [{ span, message: "opened here" }],
    }),
  );
}
