/** Lists in brackets: tuples, lists, dictionaries, arguments, subscripts. */
import { EmbeddedActionsParser, type IToken, type ParserMethod, type TokenType } from "chevrotain";
import type * as ast from "../ast/nodes.js";
import type { Diagnostic } from "../../src/support/diagnostic.js";
import type { Source } from "../../src/support/source.js";
import { syntaxCodes } from "../codes.js";
import { endOf } from "../lexer.js";
import { messages } from "../messages.js";
import { ChainTooLong } from "../precedence.js";
import * as t from "../tokens.js";

/** Height a syntax tree may have; chains of operators and of calls count link by link. */
export const MAX_HEIGHT = 500;

/** Marks by token type index. */
export type TokenSet = Uint8Array;

/** The set of some token types, those of a category included. */
export function setOf(...types: readonly TokenType[]): TokenSet {
  const set = new Uint8Array(1 + Math.max(...t.allTokens.map((type) => type.tokenTypeIdx ?? 0)));
  for (const type of types) {
    set[type.tokenTypeIdx ?? 0] = 1;
    for (const index of type.categoryMatches ?? []) set[index] = 1;
  }
  return set;
}

const POWER = setOf(t.Power);
const COMMA = setOf(t.Comma);
const COLON = setOf(t.Colon);
const AFTER_ARGUMENT = setOf(t.Assign, t.For, t.Async);
const AFTER_ITEM = setOf(t.Comma, t.For, t.Async);

/** A copy without the room that `push` reserves; most lists are short, and a tree has millions. */
export const exact = <T>(items: T[]): T[] => (items.length === 0 ? items : items.slice());

const NOTHING: Source = { name: "", text: "" };

/** Bracketed lists, and what all rules share: source, problems, depth. */
export class BracketRules extends EmbeddedActionsParser {
  source: Source = NOTHING;
  /** Mistakes that do not stop parsing. */
  problems: Diagnostic[] = [];
  /** Height of the expression parsed last. */
  protected height = 0;
  protected nesting = 0;
  /** What the rule about to be called continues: the operand of a suffix or of `if … else`. */
  protected subject: ast.Expr = { kind: "ErrorExpr", start: -1, end: -1 };
  declare protected consumeToken: () => void;
  declare private currIdx: number;

  constructor(skipValidations: boolean) {
    super([...t.allTokens], {
      maxLookahead: 1,
      recoveryEnabled: false,
      nodeLocationTracking: "none",
      errorMessageProvider: messages,
      skipValidations,
    });
  }

  /** Number of tokens consumed. */
  protected position(): number {
    return this.currIdx + 1;
  }

  protected lastEnd(): number {
    return endOf(this.LA(0));
  }

  protected raise(height: number, at: IToken): number {
    if (height > MAX_HEIGHT) throw new ChainTooLong(at);
    return height;
  }

  protected at(start: number, end: number): { source: Source; start: number; end: number } {
    return { source: this.source, start, end };
  }

  /** Passes over tokens up to a bracket that closes the one around, or the end of the line. */
  protected skipRest(): void {
    if (this.RECORDING_PHASE) return;
    let depth = 0;
    for (;;) {
      const type = this.LA(1).tokenType;
      if (type === t.LParen || type === t.LBracket || type === t.LBrace) depth++;
      else if (type === t.RParen || type === t.RBracket || type === t.RBrace) {
        if (--depth < 0) return;
      } else if (type === t.Newline || this.LA(1).image === "") return;
      this.consumeToken();
    }
  }

  protected unsupported(construct: string, start: number): ast.UnsupportedExpr {
    const end = this.lastEnd();
    return {
      kind: "UnsupportedExpr",
      start,
      end,
      construct,
      text: this.source.text.slice(start, end),
    };
  }

  /** `element for x in xs`: only templates have a meaning for it. */
  protected generator(
    element: ast.Expr,
    parts: ast.GeneratorParts | undefined,
    start: number,
    parens?: true,
  ): ast.UnsupportedExpr {
    const whole = this.unsupported("a generator", start);
    if (parts === undefined) return whole;
    const generator = parens ? { ...parts, element, parens } : { ...parts, element };
    return { ...whole, text: "", generator };
  }

  /** Whether the next token starts none of the optional parts in `set`; false while the grammar is recorded. */
  protected none(set: TokenSet): boolean {
    return !this.RECORDING_PHASE && set[this.LA(1).tokenTypeIdx] !== 1;
  }

  /** `(…)`: an expression, a tuple, or a generator. */
  readonly parenthesised = this.RULE("parenthesised", (): ast.Expr => {
    const open = this.CONSUME(t.LParen);
    const start = open.startOffset;
    let single: ast.Expr | undefined;
    let items: ast.Expr[] | undefined;
    let magic = false;
    let generator = false;
    let parts: ast.GeneratorParts | undefined;
    let height = -1;
    this.OPTION(() => {
      single = this.SUBRULE1(this.expression);
      height = this.height;
      if (this.none(AFTER_ITEM)) return;
      this.OPTION1(() => {
        parts = this.SUBRULE(this.comprehension);
        generator = true;
      });
      this.MANY({
        GATE: () => this.LA(2).tokenType !== t.RParen,
        DEF: () => {
          this.CONSUME1(t.Comma);
          const item = this.SUBRULE2(this.expression);
          (items ??= [single!]).push(item);
          height = Math.max(height, this.height);
        },
      });
      this.OPTION2(() => {
        this.CONSUME2(t.Comma);
        magic = items !== undefined;
        items ??= [single!];
      });
    });
    this.CONSUME(t.RParen);
    if (generator) return this.generator(single!, parts, start, true);
    if (single !== undefined && items === undefined) return single;
    const end = this.lastEnd();
    this.height = height + 1;
    const all = exact(items ?? []);
    return magic
      ? { kind: "Tuple", start, end, items: all, parens: true, magicComma: true }
      : { kind: "Tuple", start, end, items: all, parens: true };
  });

  readonly list = this.RULE("list", (): ast.Expr => {
    const open = this.CONSUME(t.LBracket);
    const start = open.startOffset;
    const items: ast.Expr[] = [];
    let magic = false;
    let comprehension = false;
    let height = -1;
    this.OPTION(() => {
      const first = this.SUBRULE1(this.expression);
      items.push(first);
      height = this.height;
      if (this.none(AFTER_ITEM)) return;
      this.OPTION1(() => {
        this.SUBRULE(this.comprehension);
        comprehension = true;
      });
      this.MANY({
        GATE: () => this.LA(2).tokenType !== t.RBracket,
        DEF: () => {
          this.CONSUME1(t.Comma);
          const item = this.SUBRULE2(this.expression);
          items.push(item);
          height = Math.max(height, this.height);
        },
      });
      this.OPTION2(() => {
        this.CONSUME2(t.Comma);
        magic = true;
      });
    });
    this.CONSUME(t.RBracket);
    if (comprehension) return this.unsupported("a list comprehension", start);
    const end = this.lastEnd();
    this.height = height + 1;
    return magic
      ? { kind: "List", start, end, items: exact(items), magicComma: true }
      : { kind: "List", start, end, items: exact(items) };
  });

  readonly starred = this.RULE("starred", (): ast.Starred => {
    const star = this.CONSUME(t.Star);
    const value = this.SUBRULE(this.expression);
    return { kind: "Starred", start: star.startOffset, end: value.end, value };
  });

  /** `for x in xs`: its parts; undefined for longer ones, which are passed over up to the closing bracket. */
  readonly comprehension = this.RULE("comprehension", (): ast.GeneratorParts | undefined => {
    const { height } = this;
    const parts = this.OR([
      {
        ALT: (): ast.GeneratorParts | undefined => {
          this.CONSUME(t.For);
          const targets: ast.Expr[] = [];
          let iter: ast.Expr | undefined;
          this.OPTION({
            GATE: () => this.LA(1).tokenType === t.Name,
            DEF: () => {
              targets.push(this.SUBRULE1(this.postfix));
              this.MANY(() => {
                this.CONSUME(t.Comma);
                targets.push(this.SUBRULE2(this.postfix));
              });
              this.OPTION1(() => {
                this.CONSUME(t.In);
                iter = this.SUBRULE3(this.postfix);
              });
            },
          });
          const close = this.LA(1).tokenType;
          const isWhole = close === t.RParen || close === t.RBracket || close === t.RBrace;
          return iter !== undefined && isWhole ? { targets, iter } : undefined;
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Async);
          return undefined;
        },
      },
    ]);
    this.skipRest();
    this.height = height + 1;
    return parts;
  });

  /** `{…}`: a dictionary; sets and dictionary comprehensions are named. */
  readonly braces = this.RULE("braces", (): ast.Expr => {
    const open = this.CONSUME(t.LBrace);
    const start = open.startOffset;
    const entries: { key: ast.Expr; value: ast.Expr }[] = [];
    let construct: string | undefined;
    let magic = false;
    let height = -1;
    const entry = (part: { key: ast.Expr; value: ast.Expr } | string): void => {
      if (typeof part === "string") construct = part;
      else entries.push(part);
      height = Math.max(height, this.height);
    };
    this.OPTION(() => {
      entry(this.SUBRULE1(this.dictEntry));
      this.MANY({
        GATE: () => this.LA(2).tokenType !== t.RBrace,
        DEF: () => {
          this.CONSUME1(t.Comma);
          entry(this.SUBRULE2(this.dictEntry));
        },
      });
      this.OPTION2(() => {
        this.CONSUME2(t.Comma);
        magic = true;
      });
    });
    this.CONSUME(t.RBrace);
    if (construct !== undefined) return this.unsupported(construct, start);
    const end = this.lastEnd();
    this.height = height + 1;
    return magic
      ? { kind: "Dict", start, end, entries: exact(entries), magicComma: true }
      : { kind: "Dict", start, end, entries: exact(entries) };
  });

  readonly dictEntry = this.RULE("dictEntry", (): { key: ast.Expr; value: ast.Expr } | string =>
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Power);
          this.SUBRULE(this.expression);
          return "`**` in a dictionary";
        },
      },
      {
        ALT: () => {
          const key = this.SUBRULE1(this.expression);
          let height = this.height;
          let value: ast.Expr | undefined;
          let construct = "a set";
          this.OPTION(() => {
            this.CONSUME(t.Colon);
            value = this.SUBRULE2(this.expression);
            height = Math.max(height, this.height);
            construct = "a dictionary";
          });
          let comprehended = false;
          this.OPTION1(() => {
            this.SUBRULE(this.comprehension);
            comprehended = true;
          });
          this.height = height;
          if (comprehended) return `${construct} comprehension`;
          return value === undefined ? construct : { key, value };
        },
      },
    ]),
  );

  /** `(a, b=1, *c, **d)` */
  readonly callArguments = this.RULE(
    "callArguments",
    (): { args: ast.Argument[]; magicComma?: true } => {
      const args: ast.Argument[] = [];
      let magic = false;
      let height = -1;
      this.CONSUME(t.LParen);
      this.OPTION(() => {
        args.push(this.SUBRULE1(this.argument));
        height = this.height;
        if (this.none(COMMA)) return;
        this.MANY({
          GATE: () => this.LA(2).tokenType !== t.RParen,
          DEF: () => {
            this.CONSUME1(t.Comma);
            args.push(this.SUBRULE2(this.argument));
            height = Math.max(height, this.height);
          },
        });
        this.OPTION2(() => {
          this.CONSUME2(t.Comma);
          magic = true;
        });
      });
      this.CONSUME(t.RParen);
      this.height = height;
      if (args.length > 1) this.checkArguments(args);
      const all = exact(args);
      return magic ? { args: all, magicComma: true } : { args: all };
    },
  );

  private checkArguments(args: readonly ast.Argument[]): void {
    let keyword: string | undefined;
    for (const arg of args) {
      const { name } = arg;
      if (name !== undefined) {
        const earlier = args.find((a) => a.name === name);
        if (earlier !== undefined && earlier !== arg) {
          this.problems.push(
            syntaxCodes.repeatedKeyword({
              at: this.at(arg.start, arg.end),
              keyword: name,
              labels: [{ span: this.at(earlier.start, earlier.end), message: "given first here" }],
            }),
          );
        }
        keyword = name;
      } else if (
        keyword !== undefined &&
        arg.value.kind !== "Starred" &&
        arg.doubleStar === undefined
      ) {
        this.problems.push(
          syntaxCodes.positionalAfterKeyword({ at: this.at(arg.start, arg.end), keyword }),
        );
        keyword = undefined;
      }
    }
  }

  readonly argument = this.RULE("argument", (): ast.Argument => {
    const start = this.LA(1).startOffset;
    let name: string | undefined;
    let doubleStar = false;
    if (!this.none(POWER)) {
      this.OPTION1(() => {
        this.CONSUME(t.Power);
        doubleStar = true;
      });
    }
    let value: ast.Expr = this.SUBRULE2(this.expression);
    if (this.none(AFTER_ARGUMENT)) {
      const end = this.lastEnd();
      return doubleStar
        ? { kind: "Argument", start, end, doubleStar: true, value }
        : { kind: "Argument", start, end, value };
    }
    this.OPTION(() => {
      this.OR1([
        {
          ALT: () => {
            const equals = this.CONSUME(t.Assign);
            if (value.kind === "Name" && !doubleStar) name = value.id;
            else {
              this.problems.push(
                syntaxCodes.assignmentAsCondition({
                  at: this.at(equals.startOffset, endOf(equals)),
                }),
              );
            }
            value = this.SUBRULE3(this.expression);
          },
        },
        {
          ALT: () => {
            const parts = this.SUBRULE(this.comprehension);
            value = this.generator(value, parts, start);
          },
        },
      ]);
    });
    const end = this.lastEnd();
    if (name !== undefined) return { kind: "Argument", start, end, name, value };
    return doubleStar
      ? { kind: "Argument", start, end, doubleStar: true, value }
      : { kind: "Argument", start, end, value };
  });

  /** `[i, a:b, *c]` */
  readonly subscripts = this.RULE("subscripts", (): { items: ast.Expr[]; magicComma?: true } => {
    const items: ast.Expr[] = [];
    let magic = false;
    this.CONSUME(t.LBracket);
    items.push(this.SUBRULE1(this.subscript));
    let { height } = this;
    if (this.none(COMMA)) {
      this.CONSUME1(t.RBracket);
      return { items: exact(items) };
    }
    this.MANY({
      GATE: () => this.LA(2).tokenType !== t.RBracket,
      DEF: () => {
        this.CONSUME1(t.Comma);
        items.push(this.SUBRULE2(this.subscript));
        height = Math.max(height, this.height);
      },
    });
    this.OPTION(() => {
      this.CONSUME2(t.Comma);
      magic = true;
    });
    this.CONSUME(t.RBracket);
    this.height = height;
    const all = exact(items);
    return magic ? { items: all, magicComma: true } : { items: all };
  });

  readonly subscript = this.RULE("subscript", (): ast.Expr => {
    const first = this.LA(1);
    const start = first.startOffset;
    let lower: ast.Expr | undefined;
    let upper: ast.Expr | undefined;
    let step: ast.Expr | undefined;
    let sliced = false;
    let height = -1;
    this.OPTION(() => {
      lower = this.SUBRULE(this.expression);
      height = this.height;
    });
    if (lower !== undefined && this.none(COLON)) return lower;
    this.OPTION1(() => {
      this.CONSUME1(t.Colon);
      sliced = true;
      this.OPTION2(() => {
        upper = this.SUBRULE2(this.expression);
        height = Math.max(height, this.height);
      });
      this.OPTION3(() => {
        this.CONSUME2(t.Colon);
        this.OPTION4(() => {
          step = this.SUBRULE3(this.expression);
          height = Math.max(height, this.height);
        });
      });
    });
    if (!sliced) {
      if (lower !== undefined) return lower;
      // Nothing stands here: let the atom rule say what it expects.
      return this.SUBRULE4(this.expression);
    }
    this.height = height + 1;
    return {
      kind: "Slice",
      start,
      end: this.lastEnd(),
      ...(lower === undefined ? {} : { lower }),
      ...(upper === undefined ? {} : { upper }),
      ...(step === undefined ? {} : { step }),
    };
  });

  /** Any expression; made by `ExpressionRules`. */
  declare readonly expression: ParserMethod<[], ast.Expr>;
  declare readonly postfix: ParserMethod<[], ast.Expr>;
}
