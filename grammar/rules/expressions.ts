/** Expressions. Actions build the AST directly; binary operators are one rule, folded by precedence. */
import type { IToken } from "chevrotain";
import type * as ast from "../ast/nodes.js";
import { syntaxCodes } from "../codes.js";
import { endOf } from "../lexer.js";
import { decodeString } from "../literals.js";
import { foldOperators } from "../precedence.js";
import * as t from "../tokens.js";
import { BracketRules, setOf } from "./brackets.js";

const PREFIX = setOf(t.PrefixOp);
const POSTFIX = setOf(t.Dot, t.LParen, t.LBracket);
const AFTER_OPERAND = setOf(t.BinaryOp, t.If, t.Walrus);
const AFTER_OPERATORS = setOf(t.If, t.Walrus);

/** The expression half of the parser. */
export class ExpressionRules extends BracketRules {
  /**
   * `expr`: operators between operands, folded by precedence; then `… if c else d` or `… := e`.
   * `*expr` is read everywhere and refused by those who cannot use it.
   */
  override readonly expression = this.RULE("expression", (): ast.Expr => {
    let parts: (ast.Expr | IToken)[] | undefined;
    if (!this.none(PREFIX)) {
      this.MANY1(() => {
        const prefix = this.CONSUME1(t.PrefixOp);
        (parts ??= []).push(prefix);
      });
    }
    const first = this.SUBRULE1(this.postfix);
    if (parts === undefined && this.none(AFTER_OPERAND)) return first;
    parts?.push(first);
    let { height } = this;
    let operands = 1;
    this.MANY2(() => {
      const op = this.CONSUME(t.BinaryOp);
      operands++;
      (parts ??= [first]).push(op);
      if (!this.none(PREFIX)) {
        this.MANY3(() => {
          const prefix = this.CONSUME2(t.PrefixOp);
          parts?.push(prefix);
        });
      }
      const operand = this.SUBRULE2(this.postfix);
      parts.push(operand);
      height = Math.max(height, this.height);
    });
    let result = first;
    if (parts !== undefined && !this.RECORDING_PHASE) {
      this.height = this.raise(height + parts.length - operands, this.LA(0));
      result = foldOperators(parts, this.source, this.problems);
    }
    if (this.none(AFTER_OPERATORS)) return result;
    this.OPTION(() => {
      this.subject = result;
      result = this.SUBRULE(this.choice);
    });
    return result;
  });

  /** What follows the operators: `if c else d`, or `:= e`. */
  readonly choice = this.RULE("choice", (): ast.Expr => {
    const then = this.subject;
    let { height } = this;
    return this.OR([
      {
        ALT: (): ast.Expr => {
          this.CONSUME(t.If);
          const cond = this.SUBRULE1(this.expression);
          height = Math.max(height, this.height);
          const token = this.CONSUME(t.Else);
          this.nesting = this.raise(this.nesting + 1, token);
          const otherwise = this.SUBRULE2(this.expression);
          this.nesting--;
          this.height = this.raise(Math.max(height, this.height) + 1, token);
          return {
            kind: "Conditional",
            start: then.start,
            end: otherwise.end,
            cond,
            then,
            otherwise,
          };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Walrus);
          this.SUBRULE3(this.expression);
          return this.unsupported("an assignment inside an expression (`:=`)", then.start);
        },
      },
    ]);
  });

  /** An atom and the attributes, calls and subscripts after it. */
  override readonly postfix = this.RULE("postfix", (): ast.Expr => {
    this.height = 0;
    let value = this.OR(this.atoms);
    if (this.none(POSTFIX)) return value;
    this.MANY(() => {
      this.subject = value;
      value = this.SUBRULE(this.suffix);
    });
    return value;
  });

  /** One attribute, call or subscript after `subject`. */
  readonly suffix = this.RULE("suffix", (): ast.Expr => {
    const made = this.OR(this.suffixes);
    this.height = this.raise(this.height + 1, this.LA(0));
    return made;
  });

  private readonly suffixes: { ALT: () => ast.Expr }[] = [
    {
      ALT: (): ast.Expr => {
        const value = this.subject;
        this.CONSUME(t.Dot);
        const name = this.CONSUME(t.Name);
        return {
          kind: "Attribute",
          start: value.start,
          end: endOf(name),
          value,
          name: name.image,
        };
      },
    },
    {
      ALT: () => {
        const func = this.subject;
        const outer = this.height;
        const { args, magicComma } = this.SUBRULE(this.callArguments);
        this.height = Math.max(outer, this.height);
        const end = this.lastEnd();
        return magicComma
          ? { kind: "Call", start: func.start, end, func, args, magicComma }
          : { kind: "Call", start: func.start, end, func, args };
      },
    },
    {
      ALT: () => {
        const value = this.subject;
        const outer = this.height;
        const { items, magicComma } = this.SUBRULE(this.subscripts);
        this.height = Math.max(outer, this.height);
        const end = this.lastEnd();
        return magicComma
          ? { kind: "Subscript", start: value.start, end, value, items, magicComma }
          : { kind: "Subscript", start: value.start, end, value, items };
      },
    },
  ];

  /** What stands between the operators: names, literals, brackets. Made once, since it is asked for most. */
  private readonly atoms: { ALT: () => ast.Expr }[] = [
    {
      ALT: (): ast.Expr => {
        const token = this.CONSUME1(t.Name);
        return {
          kind: "Name",
          start: token.startOffset,
          end: endOf(token),
          id: token.image,
        };
      },
    },
    { ALT: () => this.numeral(this.CONSUME(t.Num)) },
    { ALT: () => this.SUBRULE(this.string) },
    { ALT: () => this.SUBRULE(this.parenthesised) },
    { ALT: () => this.SUBRULE(this.list) },
    { ALT: () => this.SUBRULE(this.braces) },
    { ALT: () => this.constant(this.CONSUME(t.True), "True") },
    { ALT: () => this.constant(this.CONSUME(t.False), "False") },
    { ALT: () => this.constant(this.CONSUME(t.None), "None") },
    { ALT: () => this.constant(this.CONSUME(t.Ellipsis), "...") },
    { ALT: () => this.SUBRULE(this.lambda) },
    { ALT: () => this.SUBRULE(this.starred) },
    {
      ALT: () => {
        const token = this.CONSUME(t.Await);
        this.skipRest();
        return this.unsupported("`await`", token.startOffset);
      },
    },
    {
      ALT: () => {
        const token = this.CONSUME(t.Yield);
        this.skipRest();
        return this.unsupported("`yield`", token.startOffset);
      },
    },
  ];

  private constant(token: IToken, value: ast.Constant["value"]): ast.Constant {
    return { kind: "Constant", start: token.startOffset, end: endOf(token), value };
  }

  private numeral(token: IToken): ast.Expr {
    const { image: raw, startOffset: start } = token;
    const end = endOf(token);
    const second = raw.charCodeAt(1);
    if (
      raw.charCodeAt(0) === 48 &&
      second >= 48 &&
      second <= 57 &&
      /^\d+$/.test(raw) &&
      /[1-9]/.test(raw)
    ) {
      this.problems.push(
        syntaxCodes.badNumber({
          at: this.at(start, end),
          text: raw,
          advice: "drop the leading zeros; octal numbers start with `0o`",
        }),
      );
    }
    const last = raw.charCodeAt(raw.length - 1) | 32;
    if (last === 106) return this.unsupported("a complex number", start);
    return { kind: "Num", start, end, raw };
  }

  readonly string = this.RULE("string", (): ast.Str => {
    const first = this.CONSUME1(t.Str);
    const parts = this.RECORDING_PHASE ? { value: "" } : this.decode(first);
    let { value } = parts;
    let prefix = "prefix" in parts ? parts.prefix : undefined;
    this.MANY(() => {
      const more = this.CONSUME2(t.Str);
      if (this.RECORDING_PHASE) return;
      const next = this.decode(more);
      value += next.value;
      prefix ??= next.prefix;
    });
    const start = first.startOffset;
    const end = this.lastEnd();
    const raw =
      end - start === first.image.length ? first.image : this.source.text.slice(start, end);
    return prefix === undefined
      ? { kind: "Str", start, end, value, raw }
      : { kind: "Str", start, end, value, raw, prefix };
  });

  private decode(token: IToken): ReturnType<typeof decodeString> {
    const parts = decodeString(token.image);
    if (parts.badEscape !== undefined) {
      const escape = token.image.slice(parts.badEscape, parts.badEscape + 2);
      const start = token.startOffset + parts.badEscape;
      this.problems.push(syntaxCodes.badEscape({ at: this.at(start, start + 2), escape }));
    }
    return parts;
  }

  readonly lambda = this.RULE("lambda", (): ast.Lambda => {
    const token = this.CONSUME(t.Lambda);
    const params: ast.Parameter[] = [];
    this.OPTION(() => {
      params.push(this.SUBRULE1(this.lambdaParameter));
      this.MANY(() => {
        this.CONSUME(t.Comma);
        params.push(this.SUBRULE2(this.lambdaParameter));
      });
    });
    this.CONSUME(t.Colon);
    this.nesting = this.raise(this.nesting + 1, token);
    const body = this.SUBRULE(this.expression);
    this.nesting--;
    this.height = this.raise(this.height + 1, token);
    return { kind: "Lambda", start: token.startOffset, end: body.end, params, body };
  });

  readonly lambdaParameter = this.RULE("lambdaParameter", (): ast.Parameter => {
    let star: "*" | "**" | undefined;
    const first = this.LA(1);
    this.OPTION1(() => {
      this.OR([
        { ALT: () => void this.CONSUME(t.Star) },
        { ALT: () => void this.CONSUME(t.Power) },
      ]);
      star = first.image === "*" ? "*" : "**";
    });
    const name = this.CONSUME(t.Name);
    let fallback: ast.Expr | undefined;
    this.OPTION2(() => {
      this.CONSUME(t.Assign);
      fallback = this.SUBRULE(this.expression);
    });
    return {
      kind: "Parameter",
      start: first.startOffset,
      end: this.lastEnd(),
      name: name.image,
      nameEnd: endOf(name),
      ...(star === undefined ? {} : { star }),
      ...(fallback === undefined ? {} : { default: fallback }),
    };
  });
}
