/** The assembled parser: one shared instance, and recovery line by line. */
import type { IRecognitionException, IToken } from "chevrotain";
import type * as ast from "./ast/nodes.js";
import type { Diagnostic } from "../src/support/diagnostic.js";
import type { Source } from "../src/support/source.js";
import { syntaxCodes } from "./codes.js";
import { MAX_OPEN } from "./indentation.js";
import { endOf, type TokenRun } from "./lexer.js";
import { describeToken } from "./messages.js";
import { ChainTooLong } from "./precedence.js";
import { MAX_HEIGHT } from "./rules/brackets.js";
import { ModuleRules } from "./rules/module.js";
import * as t from "./tokens.js";

/** The parser of all rules. */
export class RelaxParser extends ModuleRules {
  constructor(skipValidations = true) {
    super(skipValidations);
    this.performSelfAnalysis();
  }
}

let shared: RelaxParser | undefined;

/** The one parser; made at first use. */
export const relaxParser = (): RelaxParser => (shared ??= new RelaxParser());

/** Errors of one piece after which the rest of it is given up. */
const MAX_ERRORS = 20;

/**
 * Parses the tokens of a piece. A line that does not parse is reported, replaced by a BrokenLine, and the statement
 * it is in is parsed again, so that each mistake is reported once and the lines around it keep their meaning.
 */
export function parseTokens(
  source: Source,
  run: TokenRun,
  report: (diagnostic: Diagnostic) => void,
): { readonly body: ast.Stmt[]; readonly queue: number } {
  const parser = relaxParser();
  const kept: ast.Stmt[] = [];
  let { tokens } = run;
  let comment = 0;
  for (let attempt = 0; attempt < MAX_ERRORS; attempt++) {
    parser.source = source;
    parser.problems = [];
    parser.queue = { text: source.text, comments: run.comments, next: comment };
    parser.input = tokens;
    let fault: { token: IToken; diagnostic: Diagnostic } | undefined;
    try {
      parser.piece();
      const error = parser.errors[0];
      if (error !== undefined)
        fault = { token: error.token, diagnostic: diagnose(source, tokens, error) };
    } catch (error) {
      if (error instanceof ChainTooLong) {
        fault = { token: error.token, diagnostic: tooDeep(source, error.token, MAX_HEIGHT) };
      } else if (error instanceof RangeError) {
        fault = { token: tokens[0]!, diagnostic: tooDeep(source, tokens[0]!, MAX_OPEN) };
      } else throw error;
    }
    if (fault === undefined) {
      parser.problems.forEach(report);
      for (const statement of parser.body) kept.push(statement);
      return { body: kept, queue: parser.queue.next };
    }
    const { done, body, problems } = parser;
    const resume = tokens[done.tokens]?.startOffset ?? source.text.length;
    for (const problem of problems) if ((problem.span?.start ?? 0) < resume) report(problem);
    for (let i = 0; i < done.statements; i++) kept.push(body[i]!);
    comment = done.comments;
    tokens = tokens.slice(done.tokens);
    breakLine(tokens, fault.token, () => report(fault.diagnostic));
  }
  const first = tokens[0];
  const last = tokens[tokens.length - 1];
  if (first && last) kept.push({ kind: "ErrorStmt", start: first.startOffset, end: endOf(last) });
  return { body: kept, queue: run.comments.length };
}

const tooDeep = (source: Source, token: IToken, limit: number): Diagnostic =>
  syntaxCodes.tooDeep({ at: { source, start: token.startOffset, end: endOf(token) }, limit });

/** The logical line around `tokens[at]` as `[from, to)`; `to` is its Newline. */
function lineAround(tokens: readonly IToken[], at: number): [number, number] {
  let from = at;
  while (from > 0) {
    const type = tokens[from - 1]!.tokenType;
    if (type === t.Newline || type === t.Indent || type === t.Dedent) break;
    from--;
  }
  let to = at;
  while (to < tokens.length && tokens[to]!.tokenType !== t.Newline) to++;
  return [from, to];
}

/** Replaces the line of the token by a BrokenLine; reports unless that line was reported before. */
function breakLine(tokens: IToken[], token: IToken, report: () => void): void {
  let at = tokens.indexOf(token);
  if (at < 0) at = tokens.length - 1;
  // A fault at a block's border belongs to the line before it.
  while (at > 0 && (tokens[at]!.tokenType === t.Indent || tokens[at]!.tokenType === t.Dedent)) at--;
  let [from, to] = lineAround(tokens, at);
  if (tokens[from]!.tokenType === t.BrokenLine) {
    if (from === 0) {
      tokens.length = 0;
      return;
    }
    let before = from - 1;
    while (before > 0 && tokens[before]!.image === "" && tokens[before]!.tokenType !== t.BrokenLine)
      before--;
    [from] = lineAround(tokens, before);
    if (to < tokens.length) to = Math.max(to, from + 1);
  } else report();
  const first = tokens[from]!;
  const end = endOf(tokens[Math.max(from, to - 1)]!);
  const inside = tokens.slice(from, to);
  const keep = inside.filter((x) => x.tokenType === t.Indent || x.tokenType === t.Dedent);
  const broken: IToken = {
    image: "",
    startOffset: first.startOffset,
    tokenTypeIdx: t.BrokenLine.tokenTypeIdx ?? 0,
    tokenType: t.BrokenLine,
    payload: { end },
  };
  const balanced = keep.length === 0;
  tokens.splice(from, to - from, broken);
  if (!balanced) rebalance(tokens);
}

/** After joining lines across block borders: drops Indents and Dedents that lost their partner. */
function rebalance(tokens: IToken[]): void {
  const out: IToken[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (token.tokenType === t.Indent) {
      const before = out[out.length - 1]?.tokenType;
      if (before !== t.Newline) continue;
      depth++;
    } else if (token.tokenType === t.Dedent) {
      if (depth === 0) continue;
      depth--;
    }
    out.push(token);
  }
  const end = out[out.length - 1]?.startOffset ?? 0;
  for (; depth > 0; depth--) {
    out.push({
      image: "",
      startOffset: end,
      tokenTypeIdx: t.Dedent.tokenTypeIdx ?? 0,
      tokenType: t.Dedent,
    });
  }
  tokens.length = 0;
  for (const token of out) tokens.push(token);
}

/** Puts a failed rule into words. */
function diagnose(
  source: Source,
  tokens: readonly IToken[],
  error: IRecognitionException,
): Diagnostic {
  const { token } = error;
  const index = tokens.indexOf(token);
  const previous = tokens[(index < 0 ? tokens.length : index) - 1];
  const [from] = lineAround(tokens, Math.max(0, index < 0 ? tokens.length - 1 : index));
  const head = tokens[from];
  const offset = Number.isNaN(token.startOffset) ? source.text.length : token.startOffset;
  const atEnd = token.image === "" || token.tokenType === t.Newline;
  const start = atEnd && previous !== undefined ? endOf(previous) : offset;
  const at = { source, start, end: atEnd ? start : endOf(token) };
  const type = token.tokenType;
  if (
    (type === t.Elif || type === t.Else || type === t.Except || type === t.Finally) &&
    head === token
  ) {
    const opener = type === t.Except || type === t.Finally ? "try" : "if";
    return syntaxCodes.orphanClause({ at, keyword: token.image, opener });
  }
  if (error.message === "`def` or `class`") return syntaxCodes.missingFunction({ at });
  if (error.message === "`:`" && atEnd && head !== undefined && BLOCKS.has(head.image)) {
    return syntaxCodes.missingColon({
      at,
      keyword: head.image,
      fixes: [{ title: "add `:`", safe: true, edits: [{ span: at, text: ":" }] }],
    });
  }
  if (type === t.Assign) return syntaxCodes.assignmentAsCondition({ at });
  return syntaxCodes.unexpectedToken({
    at,
    found: describeToken(token),
    expected: expectation(error.message, tokens, from, token),
    ...hintFor(token, previous),
  });
}

const BLOCKS = new Set(["def", "class", "for", "while", "if", "elif", "else", "with", "try"]);

/** Inside brackets the list may also go on or end; the parser names one possibility only. */
function expectation(
  named: string,
  tokens: readonly IToken[],
  from: number,
  token: IToken,
): string {
  if (named === "`)`" || named === "`]`" || named === "`}`") return `\`,\` or ${named}`;
  if (named !== "the end of the statement") return named;
  const first = tokens[from];
  return first === token ? "a statement" : "an operator or the end of the statement";
}

function hintFor(token: IToken, previous: IToken | undefined): { hints?: readonly string[] } {
  if (previous === undefined) return {};
  const operand = (x: IToken): boolean =>
    x.tokenType === t.Name ||
    x.tokenType === t.Num ||
    x.tokenType === t.Str ||
    x.tokenType === t.LongString;
  const ends = operand(previous) || [t.RParen, t.RBracket, t.RBrace].includes(previous.tokenType);
  if (previous.tokenType === t.Name && (previous.image === "print" || previous.image === "exec")) {
    return { hints: [`call it: \`${previous.image}(…)\``] };
  }
  if (ends && operand(token)) return { hints: ["put `,` or an operator between them"] };
  if (
    token.tokenType === t.RParen ||
    token.tokenType === t.RBracket ||
    token.tokenType === t.RBrace
  ) {
    return { hints: ["complete the expression before the bracket"] };
  }
  if (!ends && token.tokenType === t.Newline && /^[^\w\s:;([{]+$/.test(previous.image)) {
    const { image } = previous;
    return { hints: [`add what follows \`${image}\`, or delete the \`${image}\``] };
  }
  return {};
}
