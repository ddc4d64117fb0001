/** Statements and blocks, and the comments that belong to them. */
import type { IToken, ParserMethod, TokenType } from "chevrotain";
import type * as ast from "../ast/nodes.js";
import { syntaxCodes } from "../codes.js";
import { endOf } from "../lexer.js";
import * as t from "../tokens.js";
import { exact, MAX_HEIGHT, setOf } from "./brackets.js";
import { ExpressionRules } from "./expressions.js";
import { describeTarget, targetAdvice } from "./targets.js";
import {
  takeDeeper,
  takeHead,
  takeLines,
  triviaOf,
  type CommentQueue,
  type HeadComments,
} from "./trivia.js";

const COMMA = setOf(t.Comma);
const SEMICOLON = setOf(t.Semicolon);
const AFTER_TARGET = setOf(t.Assign, t.Colon, t.AugmentedOp);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A block with what its head line left over. */
interface Block {
  readonly suite: ast.Suite;
  readonly head: HeadComments | undefined;
  readonly end: number;
}

/** The statement half of the parser, without definitions. */
export class StatementRules extends ExpressionRules {
  queue: CommentQueue = { text: "", comments: [], next: 0 };
  /** Where finished statements go. */
  protected into: ast.Stmt[] = [];
  /** Comments on the head line of the statement finished last. */
  protected head: HeadComments | undefined;

  /** One line of simple statements, or a compound statement. */
  readonly statement = this.RULE("statement", (): void => {
    const { into, queue } = this;
    const first = this.LA(1);
    const start = first.startOffset;
    const waiting = queue.comments[queue.next];
    const leading =
      waiting !== undefined && waiting.startOffset < start ? takeLines(queue, start) : [];
    const before = into.length;
    this.head = undefined;
    this.OR(this.statements);
    if (this.RECORDING_PHASE) return;
    const made = into[before] as Mutable<ast.Stmt> | undefined;
    if (made === undefined) return;
    const trivia = triviaOf(queue.text, start, leading, this.head);
    if (trivia !== undefined) made.trivia = trivia;
    this.head = undefined;
  });

  /** Kinds of statements; made once, since each line asks for them. */
  private readonly statements: { ALT: () => void }[] = [
    { ALT: () => this.SUBRULE(this.simpleLine) },
    { ALT: () => void this.into.push(this.SUBRULE(this.forLoop)) },
    { ALT: () => void this.into.push(this.SUBRULE(this.ifElse)) },
    { ALT: () => void this.into.push(this.SUBRULE(this.withBlock)) },
    { ALT: () => void this.into.push(this.SUBRULE(this.whileLoop)) },
    { ALT: () => void this.into.push(this.SUBRULE(this.definition)) },
    { ALT: () => void this.into.push(this.SUBRULE(this.tryBlock)) },
    { ALT: () => void this.into.push(this.SUBRULE(this.foreignBlock)) },
    { ALT: () => void this.into.push(this.SUBRULE(this.brokenLine)) },
  ];

  /** `a; b` up to the end of the line. */
  readonly simpleLine = this.RULE("simpleLine", (): void => {
    const first = this.SUBRULE1(this.simpleStatement);
    this.into.push(first);
    if (!this.none(SEMICOLON)) {
      this.MANY({
        GATE: () => this.LA(2).tokenType !== t.Newline,
        DEF: () => {
          this.CONSUME1(t.Semicolon);
          this.into.push(this.SUBRULE2(this.simpleStatement));
        },
      });
      this.OPTION(() => void this.CONSUME2(t.Semicolon));
    }
    const end = this.lastEnd();
    const newline = this.CONSUME(t.Newline);
    this.head = takeHead(this.queue, end, newline.startOffset);
  });

  readonly simpleStatement = this.RULE("simpleStatement", (): ast.Stmt =>
    this.OR(this.simpleStatements),
  );

  private readonly simpleStatements: { ALT: () => ast.Stmt }[] = [
    { ALT: (): ast.Stmt => this.SUBRULE(this.expressionStatement) },
    { ALT: () => this.SUBRULE(this.returnStatement) },
    { ALT: () => this.bare(this.CONSUME(t.Pass), "Pass") },
    { ALT: () => this.bare(this.CONSUME(t.Break), "Break") },
    { ALT: () => this.bare(this.CONSUME(t.Continue), "Continue") },
    { ALT: () => this.SUBRULE(this.assertStatement) },
    { ALT: () => this.SUBRULE(this.importStatement) },
    { ALT: () => this.SUBRULE(this.fromImport) },
    { ALT: () => this.SUBRULE(this.foreignStatement) },
  ];

  private bare(token: IToken, kind: ast.Simple["kind"]): ast.Simple {
    return { kind, start: token.startOffset, end: endOf(token) };
  }

  /** An expression, or an assignment of one of the three kinds. */
  readonly expressionStatement = this.RULE("expressionStatement", (): ast.Stmt => {
    const value = this.SUBRULE(this.expressions);
    const { start } = value;
    if (this.none(AFTER_TARGET)) return { kind: "ExprStmt", start, end: value.end, value };
    let made: ast.Stmt | undefined;
    this.OPTION(() => {
      made = this.OR([
        {
          ALT: () => {
            const targets = [value];
            let last: ast.Expr | undefined;
            this.AT_LEAST_ONE(() => {
              this.CONSUME(t.Assign);
              if (last !== undefined) targets.push(last);
              last = this.SUBRULE1(this.expressions);
            });
            last ??= value;
            for (const target of targets) this.checkTarget(target);
            return { kind: "Assign", start, end: last.end, targets, value: last };
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Colon);
            const annotation = this.SUBRULE(this.expression);
            let assigned: ast.Expr | undefined;
            this.OPTION1(() => {
              this.CONSUME1(t.Assign);
              assigned = this.SUBRULE2(this.expressions);
            });
            this.checkTarget(value);
            return assigned === undefined
              ? { kind: "AnnAssign", start, end: annotation.end, target: value, annotation }
              : {
                  kind: "AnnAssign",
                  start,
                  end: assigned.end,
                  target: value,
                  annotation,
                  value: assigned,
                };
          },
        },
        {
          ALT: () => {
            const token = this.CONSUME(t.AugmentedOp);
            const operand = this.SUBRULE3(this.expressions);
            const op = token.image.slice(0, -1) as ast.BinaryOperator;
            this.checkTarget(value);
            return {
              kind: "AugAssign",
              start,
              end: operand.end,
              target: value,
              op,
              value: operand,
            };
          },
        },
      ]);
    });
    return made ?? { kind: "ExprStmt", start, end: value.end, value };
  });

  private checkTarget(target: ast.Expr): void {
    if (this.RECORDING_PHASE) return;
    switch (target.kind) {
      case "Name":
      case "Attribute":
      case "Subscript":
      case "ErrorExpr":
      case "UnsupportedExpr":
        return;
      case "Tuple":
      case "List":
        target.items.forEach((item) => this.checkTarget(item));
        return;
      case "Starred":
        this.checkTarget(target.value);
        return;
      default:
        this.problems.push(
          syntaxCodes.badTarget({
            at: this.at(target.start, target.end),
            what: describeTarget(target),
            advice: targetAdvice(target),
          }),
        );
    }
  }

  /** One expression, or several with commas: a tuple without parentheses. */
  readonly expressions = this.RULE("expressions", (): ast.Expr => {
    const first = this.SUBRULE1(this.expression);
    if (this.none(COMMA)) return first;
    let items: ast.Expr[] | undefined;
    this.MANY({
      GATE: () => !this.endsList(this.LA(2).tokenType),
      DEF: () => {
        this.CONSUME1(t.Comma);
        (items ??= [first]).push(this.SUBRULE2(this.expression));
      },
    });
    this.OPTION(() => {
      this.CONSUME2(t.Comma);
      items ??= [first];
    });
    if (items === undefined) return first;
    return {
      kind: "Tuple",
      start: first.start,
      end: this.lastEnd(),
      items: exact(items),
      parens: false,
    };
  });

  private endsList(type: TokenType): boolean {
    return type === t.Newline || type === t.Assign || type === t.Colon || type === t.Semicolon;
  }

  readonly returnStatement = this.RULE("returnStatement", (): ast.Stmt => {
    const token = this.CONSUME(t.Return);
    let value: ast.Expr | undefined;
    this.OPTION(() => {
      value = this.SUBRULE(this.expressions);
    });
    const start = token.startOffset;
    return value === undefined
      ? { kind: "Return", start, end: endOf(token) }
      : { kind: "Return", start, end: value.end, value };
  });

  readonly assertStatement = this.RULE("assertStatement", (): ast.Stmt => {
    const token = this.CONSUME(t.Assert);
    const cond = this.SUBRULE1(this.expression);
    let message: ast.Expr | undefined;
    this.OPTION(() => {
      this.CONSUME(t.Comma);
      message = this.SUBRULE2(this.expression);
    });
    const end = this.lastEnd();
    return message === undefined
      ? { kind: "Assert", start: token.startOffset, end, cond }
      : { kind: "Assert", start: token.startOffset, end, cond, message };
  });

  readonly importStatement = this.RULE("importStatement", (): ast.Import => {
    const token = this.CONSUME(t.Import);
    const names = [this.SUBRULE1(this.importName)];
    this.MANY(() => {
      this.CONSUME(t.Comma);
      names.push(this.SUBRULE2(this.importName));
    });
    return { kind: "Import", start: token.startOffset, end: this.lastEnd(), names };
  });

  readonly fromImport = this.RULE("fromImport", (): ast.Import => {
    const token = this.CONSUME(t.From);
    let module = "";
    this.MANY(() => {
      this.OR([
        { ALT: () => void (module += this.CONSUME(t.Dot).image) },
        { ALT: () => void (module += this.CONSUME(t.Ellipsis).image) },
      ]);
    });
    this.OPTION(() => {
      module += this.SUBRULE(this.dottedName);
    });
    this.CONSUME(t.Import);
    const names = this.SUBRULE(this.importNames);
    return { kind: "Import", start: token.startOffset, end: this.lastEnd(), module, names };
  });

  readonly importNames = this.RULE("importNames", (): { name: string; alias?: string }[] => {
    const names: { name: string; alias?: string }[] = [];
    this.OR([
      { ALT: () => void names.push({ name: this.CONSUME(t.Star).image }) },
      {
        ALT: () => {
          this.CONSUME(t.LParen);
          names.push(this.SUBRULE1(this.importName));
          this.MANY1({
            GATE: () => this.LA(2).tokenType !== t.RParen,
            DEF: () => {
              this.CONSUME1(t.Comma);
              names.push(this.SUBRULE2(this.importName));
            },
          });
          this.OPTION(() => void this.CONSUME2(t.Comma));
          this.CONSUME(t.RParen);
        },
      },
      {
        ALT: () => {
          names.push(this.SUBRULE3(this.importName));
          this.MANY2(() => {
            this.CONSUME3(t.Comma);
            names.push(this.SUBRULE4(this.importName));
          });
        },
      },
    ]);
    return names;
  });

  readonly importName = this.RULE("importName", (): { name: string; alias?: string } => {
    const name = this.SUBRULE(this.dottedName);
    let alias: string | undefined;
    this.OPTION(() => {
      this.CONSUME(t.As);
      alias = this.CONSUME(t.Name).image;
    });
    return alias === undefined ? { name } : { name, alias };
  });

  readonly dottedName = this.RULE("dottedName", (): string => {
    let name = this.CONSUME1(t.Name).image;
    this.MANY(() => {
      this.CONSUME(t.Dot);
      name += `.${this.CONSUME2(t.Name).image}`;
    });
    return name;
  });

  /** Simple statements of Python outside the language. */
  readonly foreignStatement = this.RULE("foreignStatement", (): ast.UnsupportedStmt => {
    const token = this.OR([
      { ALT: () => this.CONSUME(t.Del) },
      { ALT: () => this.CONSUME(t.Global) },
      { ALT: () => this.CONSUME(t.Nonlocal) },
      { ALT: () => this.CONSUME(t.Raise) },
    ]);
    this.skipRest();
    return this.foreign(`\`${token.image}\``, token.startOffset, this.lastEnd());
  });

  private foreign(construct: string, start: number, end: number): ast.UnsupportedStmt {
    return {
      kind: "UnsupportedStmt",
      start,
      end,
      construct,
      text: this.source.text.slice(start, end),
    };
  }

  /** A block: indented statements, or simple statements on the same line. */
  readonly suite = this.RULE("suite", (): Block => {
    const colonEnd = this.lastEnd();
    const outer = this.into;
    const body: ast.Stmt[] = [];
    let head: HeadComments | undefined;
    let dangling: ast.Comment[] = [];
    this.into = body;
    this.OR([
      {
        ALT: () => {
          const newline = this.CONSUME(t.Newline);
          head = takeHead(this.queue, colonEnd, newline.startOffset);
          const indent = this.CONSUME(t.Indent);
          this.MANY(() => this.SUBRULE(this.statement));
          this.CONSUME(t.Dedent);
          dangling = this.takeDangling(indent);
        },
      },
      {
        ALT: () => {
          this.SUBRULE(this.simpleLine);
          ({ head } = this);
        },
      },
    ]);
    this.into = outer;
    this.head = undefined;
    const end = body[body.length - 1]?.end ?? colonEnd;
    const all = exact(body);
    return { suite: dangling.length === 0 ? { body: all } : { body: all, dangling }, head, end };
  });

  private takeDangling(indent: IToken): ast.Comment[] {
    const { queue } = this;
    if (this.RECORDING_PHASE || queue.next >= queue.comments.length) return [];
    const next = this.LA(1);
    const limit = Number.isNaN(next.startOffset) ? Infinity : next.startOffset;
    return takeDeeper(queue, limit, (indent.payload as number | undefined) ?? 0);
  }

  readonly forLoop = this.RULE("forLoop", (): ast.Stmt => {
    const token = this.CONSUME(t.For);
    const target = this.SUBRULE(this.targets);
    this.CONSUME(t.In);
    const iter = this.SUBRULE(this.expressions);
    this.CONSUME(t.Colon);
    const block = this.SUBRULE(this.suite);
    const start = token.startOffset;
    let made: ast.Stmt = { kind: "For", start, end: block.end, target, iter, body: block.suite };
    this.OPTION(() => {
      made = this.foreign("`else` on a loop", start, this.SUBRULE(this.loopElse));
    });
    this.head = block.head;
    return made;
  });

  readonly whileLoop = this.RULE("whileLoop", (): ast.Stmt => {
    const token = this.CONSUME(t.While);
    const cond = this.SUBRULE(this.expression);
    this.CONSUME(t.Colon);
    const block = this.SUBRULE(this.suite);
    const start = token.startOffset;
    let made: ast.Stmt = { kind: "While", start, end: block.end, cond, body: block.suite };
    this.OPTION(() => {
      made = this.foreign("`else` on a loop", start, this.SUBRULE(this.loopElse));
    });
    this.head = block.head;
    return made;
  });

  readonly loopElse = this.RULE("loopElse", (): number => {
    this.CONSUME(t.Else);
    this.CONSUME(t.Colon);
    return this.SUBRULE(this.suite).end;
  });

  /** What a loop or a `with` binds. */
  readonly targets = this.RULE("targets", (): ast.Expr => {
    const first = this.SUBRULE1(this.target);
    let items: ast.Expr[] | undefined;
    this.MANY({
      GATE: () => this.LA(2).tokenType !== t.In,
      DEF: () => {
        this.CONSUME1(t.Comma);
        (items ??= [first]).push(this.SUBRULE2(this.target));
      },
    });
    this.OPTION(() => {
      this.CONSUME2(t.Comma);
      items ??= [first];
    });
    if (items === undefined) return first;
    return {
      kind: "Tuple",
      start: first.start,
      end: this.lastEnd(),
      items: exact(items),
      parens: false,
    };
  });

  readonly target = this.RULE("target", (): ast.Expr =>
    this.OR([
      {
        // Before the general case, whose `*` would take `in` for an operator.
        IGNORE_AMBIGUITIES: true,
        ALT: (): ast.Expr => {
          const star = this.CONSUME(t.Star);
          const value = this.SUBRULE1(this.postfix);
          this.checkTarget(value);
          return { kind: "Starred", start: star.startOffset, end: value.end, value };
        },
      },
      {
        ALT: () => {
          const value = this.SUBRULE2(this.postfix);
          this.checkTarget(value);
          return value;
        },
      },
    ]),
  );

  readonly ifElse = this.RULE("ifElse", (): ast.Stmt => {
    const token = this.CONSUME(t.If);
    const cond = this.SUBRULE1(this.condition);
    this.CONSUME1(t.Colon);
    const block = this.SUBRULE1(this.suite);
    const clauses: { start: number; cond: ast.Expr; block: Block; leading: ast.Comment[] }[] = [];
    this.MANY(() => {
      const elif = this.CONSUME(t.Elif);
      const leading = this.takeAbove(elif);
      const other = this.SUBRULE2(this.condition);
      this.CONSUME2(t.Colon);
      const then = this.SUBRULE2(this.suite);
      clauses.push({ start: elif.startOffset, cond: other, block: then, leading });
      if (clauses.length > MAX_HEIGHT) this.raise(clauses.length, elif);
    });
    let otherwise: ast.Suite | undefined;
    let { end } = clauses[clauses.length - 1]?.block ?? block;
    this.OPTION(() => {
      const token = this.CONSUME(t.Else);
      const above = this.takeAbove(token);
      this.CONSUME3(t.Colon);
      const last = this.SUBRULE3(this.suite);
      const opening = last.head?.trailing;
      end = last.end;
      otherwise = {
        ...last.suite,
        ...(above.length === 0 ? {} : { above }),
        ...(opening === undefined ? {} : { opening }),
      };
    });
    for (let i = clauses.length - 1; i >= 0; i--) {
      const clause = clauses[i]!;
      const trivia = {
        ...(clause.leading.length > 0 ? { leading: clause.leading } : {}),
        ...clause.block.head,
      };
      const made: ast.If = {
        kind: "If",
        start: clause.start,
        end,
        cond: clause.cond,
        then: clause.block.suite,
        elif: true,
        ...(otherwise === undefined ? {} : { otherwise }),
        ...(Object.keys(trivia).length > 0 ? { trivia } : {}),
      };
      otherwise = { body: [made] };
    }
    this.head = block.head;
    const start = token.startOffset;
    return otherwise === undefined
      ? { kind: "If", start, end, cond, then: block.suite }
      : { kind: "If", start, end, cond, then: block.suite, otherwise };
  });

  private takeAbove(token: IToken): ast.Comment[] {
    const { queue } = this;
    if (this.RECORDING_PHASE || queue.next >= queue.comments.length) return [];
    return takeLines(queue, token.startOffset);
  }

  /** Condition of an `if`; a single `=` in it is a mistake worth its own words. */
  readonly condition = this.RULE("condition", (): ast.Expr => {
    const value = this.SUBRULE1(this.expression);
    this.OPTION(() => {
      const equals = this.CONSUME(t.Assign);
      const at = this.at(equals.startOffset, endOf(equals));
      this.problems.push(
        syntaxCodes.assignmentAsCondition({
          at,
          fixes: [{ title: "compare with `==`", safe: false, edits: [{ span: at, text: "==" }] }],
        }),
      );
      this.SUBRULE2(this.expression);
    });
    return value;
  });

  readonly withBlock = this.RULE("withBlock", (): ast.Stmt => {
    const token = this.CONSUME(t.With);
    const items: ast.WithItem[] = [];
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          GATE: () => this.itemsInParentheses(),
          ALT: () => {
            this.CONSUME(t.LParen);
            items.push(this.SUBRULE1(this.withItem));
            this.MANY1({
              GATE: () => this.LA(2).tokenType !== t.RParen,
              DEF: () => {
                this.CONSUME1(t.Comma);
                items.push(this.SUBRULE2(this.withItem));
              },
            });
            this.OPTION(() => void this.CONSUME2(t.Comma));
            this.CONSUME(t.RParen);
          },
        },
        {
          ALT: () => {
            items.push(this.SUBRULE3(this.withItem));
            this.MANY2(() => {
              this.CONSUME3(t.Comma);
              items.push(this.SUBRULE4(this.withItem));
            });
          },
        },
      ],
    });
    this.CONSUME(t.Colon);
    const block = this.SUBRULE(this.suite);
    this.head = block.head;
    return { kind: "With", start: token.startOffset, end: block.end, items, body: block.suite };
  });

  /** `with (a as b, c as d):`: an `as` directly inside the brackets that reach the colon. */
  private itemsInParentheses(): boolean {
    if (this.LA(1).tokenType !== t.LParen) return false;
    let depth = 0;
    let as = false;
    for (let i = 1; ; i++) {
      const token = this.LA(i);
      const type = token.tokenType;
      if (type === t.LParen || type === t.LBracket || type === t.LBrace) depth++;
      else if (type === t.RParen || type === t.RBracket || type === t.RBrace) {
        if (--depth === 0) return as && this.LA(i + 1).tokenType === t.Colon;
      } else if (type === t.As && depth === 1) as = true;
      else if (token.image === "" || type === t.Newline) return false;
    }
  }

  readonly withItem = this.RULE("withItem", (): ast.WithItem => {
    const context = this.SUBRULE(this.expression);
    let target: ast.Expr | undefined;
    this.OPTION(() => {
      this.CONSUME(t.As);
      target = this.SUBRULE(this.target);
    });
    const { start } = context;
    return target === undefined
      ? { start, end: context.end, context }
      : { start, end: target.end, context, target };
  });

  /** `try` and its clauses, swallowed whole. */
  readonly tryBlock = this.RULE("tryBlock", (): ast.Stmt => {
    const token = this.CONSUME(t.Try);
    let end = this.SUBRULE1(this.swallowedBlock);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(t.Except) },
        { ALT: () => this.CONSUME(t.Finally) },
        { ALT: () => this.CONSUME(t.Else) },
      ]);
      end = this.SUBRULE2(this.swallowedBlock);
    });
    return this.foreign("`try`", token.startOffset, end);
  });

  /** `async …`, `match …`, `type …`. */
  readonly foreignBlock = this.RULE("foreignBlock", (): ast.Stmt => {
    const token = this.OR([
      { ALT: () => this.CONSUME(t.Async) },
      { ALT: () => this.CONSUME(t.SoftKeyword) },
    ]);
    const end = this.SUBRULE(this.swallowedBlock);
    return this.foreign(`\`${token.image}\``, token.startOffset, end);
  });

  /** The rest of a line and the block below it, if any; gives where it ends. */
  readonly swallowedBlock = this.RULE("swallowedBlock", (): number => {
    this.skipRest();
    let end = this.lastEnd();
    const newline = this.CONSUME(t.Newline);
    takeHead(this.queue, end, newline.startOffset);
    this.OPTION(() => {
      end = this.SUBRULE(this.ignoredBlock);
    });
    return end;
  });

  /** A block whose statements are parsed for their mistakes only. */
  readonly ignoredBlock = this.RULE("ignoredBlock", (): number => {
    const outer = this.into;
    const body: ast.Stmt[] = [];
    this.into = body;
    const indent = this.CONSUME(t.Indent);
    this.MANY(() => this.SUBRULE(this.statement));
    this.CONSUME(t.Dedent);
    this.into = outer;
    this.takeDangling(indent);
    this.head = undefined;
    return body[body.length - 1]?.end ?? indent.startOffset;
  });

  /** A line that was already reported, the block below it, and the clauses that would continue it. */
  readonly brokenLine = this.RULE("brokenLine", (): ast.ErrorStmt => {
    const token = this.CONSUME(t.BrokenLine);
    const start = token.startOffset;
    let end = (token.payload as { end: number } | undefined)?.end ?? start;
    const newline = this.CONSUME1(t.Newline);
    takeHead(this.queue, end, newline.startOffset);
    this.OPTION1(() => {
      end = Math.max(end, this.SUBRULE1(this.ignoredBlock));
    });
    this.MANY(() => {
      this.OR([{ ALT: () => this.CONSUME(t.Else) }, { ALT: () => this.CONSUME(t.Elif) }]);
      end = this.SUBRULE(this.swallowedBlock);
    });
    return { kind: "ErrorStmt", start, end };
  });

  /** Decorated functions and classes; made by `ModuleRules`. */
  declare readonly definition: ParserMethod<[], ast.Stmt>;
}
