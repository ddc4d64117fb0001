/**
 * What the parser expected, in words. Chevrotain asks for a message when a rule fails; we answer with the
 * bare noun phrase and make the diagnostic from it in `recovery.ts`.
 */
import type { IParserErrorMessageProvider, IToken, TokenType } from "chevrotain";
import * as t from "./tokens.js";

const RULES: Readonly<Record<string, string>> = {
  atom: "an expression",
  item: "an expression",
  argument: "an argument",
  postfix: "an expression",
  expression: "an expression",
  operators: "an expression",
  dictEntry: "a dictionary entry",
  statement: "a statement",
  simpleStatement: "a statement",
  decorated: "`def` or `class`",
  parameter: "a parameter",
  suite: "an indented block",
  comprehension: "`for`",
  importNames: "a name to import",
};

export const messages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => labelOf(expected),
  buildNotAllInputParsedMessage: () => "a statement",
  buildNoViableAltMessage: ({ ruleName }) => RULES[ruleName] ?? "something else",
  buildEarlyExitMessage: ({ ruleName }) => RULES[ruleName] ?? "something else",
};

const labelOf = (type: TokenType): string =>
  type === t.Newline ? "the end of the statement" : (type.LABEL ?? type.name);

/** A token as found, in words. */
export function describeToken(token: IToken): string {
  const type = token.tokenType;
  if (type === t.Newline) return "the end of the line";
  if (token.image === "")
    return type === t.Indent || type === t.Dedent ? labelOf(type) : "the end of the text";
  if (type === t.Str || type === t.LongString) return "a string";
  const image = token.image.length > 40 ? `${token.image.slice(0, 39)}…` : token.image;
  if (type === t.Num) return `the number \`${image}\``;
  return `\`${image}\``;
}
