/**
 * The token table. Order matters: of two patterns that match at one place, the earlier wins.
 * `label` is how a message names the token.
 */
import { createToken, Lexer, type TokenType } from "chevrotain";

const ordered: TokenType[] = [];

interface TokenOptions {
  readonly label?: string;
  readonly category?: TokenType | TokenType[];
  readonly hints?: readonly string[];
}

function token(name: string, pattern: RegExp | string, options: TokenOptions = {}): TokenType {
  const made = createToken({
    name,
    pattern,
    label: options.label ?? (typeof pattern === "string" ? `\`${pattern}\`` : name),
    ...(options.category === undefined ? {} : { categories: options.category }),
    ...(options.hints === undefined ? {} : { start_chars_hint: [...options.hints] }),
    line_breaks: false,
  });
  ordered.push(made);
  return made;
}

const abstract = (name: string, label: string): TokenType =>
  createToken({ name, pattern: Lexer.NA, label });

/** Operators that stand between two operands. */
export const BinaryOp = abstract("BinaryOp", "an operator");
/** Operators that stand before an operand. */
export const PrefixOp = abstract("PrefixOp", "an operator");
/** `+=` and its like. */
export const AugmentedOp = abstract("AugmentedOp", "an augmented assignment");

// ---- trivia ----------------------------------------------------------------

export const Blank = createToken({
  name: "Blank",
  pattern: /[ \t\f\uFEFF]+/,
  group: Lexer.SKIPPED,
});
ordered.push(Blank);
export const Newline = createToken({
  name: "Newline",
  pattern: /(?:\r\n?|\n)[ \t\f]*(?:(?:\r\n?|\n)[ \t\f]*)*/,
  line_breaks: true,
  label: "end of line",
});
ordered.push(Newline);
export const LineJoin = createToken({
  name: "LineJoin",
  pattern: /\\[ \t]*(?:\r\n?|\n)/,
  line_breaks: true,
  group: Lexer.SKIPPED,
});
ordered.push(LineJoin);
export const CommentToken = createToken({
  name: "Comment",
  pattern: /#[^\r\n]*/,
  group: "comments",
});
ordered.push(CommentToken);

// ---- literals --------------------------------------------------------------

const PREFIX = "(?:[rR][bBfF]?|[bBfF][rR]?|[uU])?";
const quoteHints = ['"', "'", ..."rRbBfFuU"];

export const Str = token(
  "String",
  new RegExp(
    `${PREFIX}(?:"(?!"")(?:[^"\\\\\\r\\n]|\\\\(?:\\r\\n|[\\s\\S]))*"` +
      `|'(?!'')(?:[^'\\\\\\r\\n]|\\\\(?:\\r\\n|[\\s\\S]))*')`,
  ),
  { label: "a string", hints: quoteHints },
);

const longStringHead = /(?:[rR][bBfF]?|[bBfF][rR]?|[uU])?("""|''')/y;

/** Triple-quoted; scanned by hand, since these reach megabytes. */
export const matchLongString = (text: string, offset: number): RegExpExecArray | null => {
  longStringHead.lastIndex = offset;
  const head = longStringHead.exec(text);
  if (head === null) return null;
  const quotes = head[1]!;
  let at = longStringHead.lastIndex;
  for (;;) {
    const close = text.indexOf(quotes, at);
    if (close < 0) return null;
    let slashes = 0;
    while (text.charCodeAt(close - 1 - slashes) === 92 && close - 1 - slashes >= at) slashes++;
    if (slashes % 2 === 0) {
      head[0] = text.slice(offset, close + 3);
      return head;
    }
    at = close + 1;
  }
};
export const LongString = createToken({
  name: "LongString",
  pattern: matchLongString,
  categories: Str,
  start_chars_hint: quoteHints,
  line_breaks: true,
  label: "a string",
});
ordered.push(LongString);
/** From an opening quote without its partner to the end of the line (of the text, for triple quotes). */
export const OpenString = token(
  "OpenString",
  new RegExp(`${PREFIX}(?:"""[\\s\\S]*|'''[\\s\\S]*|"[^\\r\\n]*|'[^\\r\\n]*)`),
  { label: "an unterminated string", hints: quoteHints },
);

const digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "."];
export const Num = token(
  "Number",
  new RegExp(
    "(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+" +
      "|(?:\\d(?:_?\\d)*(?:\\.(?:\\d(?:_?\\d)*)?)?|\\.\\d(?:_?\\d)*)(?:[eE][+-]?\\d(?:_?\\d)*)?[jJ]?)(?!\\w)",
  ),
  { label: "a number", hints: digits },
);
/** Starts like a number and is none, e.g. `0x`, `1__0`, `12ab`. */
export const BadNumber = token("BadNumber", /\.?\d[\w.]*/, {
  label: "a malformed number",
  hints: digits,
});

// ---- names and keywords ----------------------------------------------------

/** Any name; characters beyond ASCII are validated when the token is laid out. */
export const Name = createToken({
  name: "Name",
  pattern: /[A-Za-z_\u00AA-\uFFDC][\w\u00AA-\uFFDC]*/,
  label: "a name",
});

const keyword = (word: string, category?: TokenType | TokenType[]): TokenType => {
  const made = createToken({
    name: `Keyword${word.charAt(0).toUpperCase()}${word.slice(1)}`,
    pattern: word,
    longer_alt: Name,
    label: `\`${word}\``,
    ...(category === undefined ? {} : { categories: category }),
  });
  ordered.push(made);
  return made;
};

/** `not in`, `is not`: one token each, so that every binary operator is one. */
export const NotIn = token("NotIn", /not[ \t]+in(?!\w)/, {
  label: "`not in`",
  category: BinaryOp,
  hints: ["n"],
});
export const IsNot = token("IsNot", /is[ \t]+not(?!\w)/, {
  label: "`is not`",
  category: BinaryOp,
  hints: ["i"],
});

export const False = keyword("False");
export const None = keyword("None");
export const True = keyword("True");
export const And = keyword("and", BinaryOp);
export const Assert = keyword("assert");
export const Async = keyword("async");
export const As = keyword("as");
export const Await = keyword("await");
export const Break = keyword("break");
export const Class = keyword("class");
export const Continue = keyword("continue");
export const Def = keyword("def");
export const Del = keyword("del");
export const Elif = keyword("elif");
export const Else = keyword("else");
export const Except = keyword("except");
export const Finally = keyword("finally");
export const For = keyword("for");
export const From = keyword("from");
export const Global = keyword("global");
export const If = keyword("if");
export const Import = keyword("import");
export const In = keyword("in", BinaryOp);
export const Is = keyword("is", BinaryOp);
export const Lambda = keyword("lambda");
export const Nonlocal = keyword("nonlocal");
export const Not = keyword("not", PrefixOp);
export const Or = keyword("or", BinaryOp);
export const Pass = keyword("pass");
export const Raise = keyword("raise");
export const Return = keyword("return");
export const Try = keyword("try");
export const While = keyword("while");
export const With = keyword("with");
export const Yield = keyword("yield");
ordered.push(Name);

// ---- operators and brackets, longest first ---------------------------------

for (const text of [
  "**=",
  "//=",
  ">>=",
  "<<=",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "@=",
  "&=",
  "|=",
  "^=",
]) {
  token(`Aug${text}`, text, { category: AugmentedOp });
}
export const Ellipsis = token("Ellipsis", "...");
export const Arrow = token("Arrow", "->");
export const Walrus = token("Walrus", ":=");
export const Power = token("Power", "**", { category: BinaryOp });
/** Spellings of other languages; read as the Python word, and reported. */
export const CLikeAnd = token("CLikeAnd", "&&", { category: BinaryOp });
export const CLikeOr = token("CLikeOr", "||", { category: BinaryOp });
for (const text of ["//", "<<", ">>", "<=", ">=", "==", "!=", "%", "<", ">", "&", "|", "^"]) {
  token(`Op${text}`, text, { category: BinaryOp });
}
export const Slash = token("Slash", "/", { category: BinaryOp });
export const CLikeNot = token("CLikeNot", "!", { category: PrefixOp });
export const Star = token("Star", "*", { category: BinaryOp });
export const At = token("At", "@", { category: BinaryOp });
export const Plus = token("Plus", "+", { category: [BinaryOp, PrefixOp] });
export const Minus = token("Minus", "-", { category: [BinaryOp, PrefixOp] });
export const Tilde = token("Tilde", "~", { category: PrefixOp });
export const Assign = token("Assign", "=");
export const Dot = token("Dot", ".");
export const Comma = token("Comma", ",");
export const Colon = token("Colon", ":");
export const Semicolon = token("Semicolon", ";");
export const LParen = token("LParen", "(");
export const RParen = token("RParen", ")");
export const LBracket = token("LBracket", "[");
export const RBracket = token("RBracket", "]");
export const LBrace = token("LBrace", "{");
export const RBrace = token("RBrace", "}");

// ---- made by the layout pass -----------------------------------------------

export const Indent = abstract("Indent", "an indented block");
export const Dedent = abstract("Dedent", "the end of the block");
/** A logical line that was already reported; carries its extent. */
export const BrokenLine = abstract("BrokenLine", "a broken line");
/** The names `match`, `case` and `type` where they start a statement of their own. */
export const SoftKeyword = abstract("SoftKeyword", "a soft keyword");

/** Tokens the lexer matches, in order of precedence. */
export const lexerTokens: readonly TokenType[] = ordered;
/** All tokens the parser may see. */
export const allTokens: readonly TokenType[] = [
  ...ordered,
  BinaryOp,
  PrefixOp,
  AugmentedOp,
  Indent,
  Dedent,
  BrokenLine,
  SoftKeyword,
];
