/** Statements: which kinds there are, and those that own blocks. */
import type { ParserMethod } from "chevrotain";
import type * as ast from "../ast/nodes.js";
import { syntaxCodes } from "../codes.js";
import { endOf } from "../lexer.js";
import * as t from "../tokens.js";
import { BlockRules, type Block } from "./blocks.js";
import { MAX_HEIGHT } from "./brackets.js";
import { takeLines, triviaOf } from "./trivia.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The statement half of the parser, without definitions. */
export class StatementRules extends BlockRules {
  /** One line of simple statements, or a compound statement. */
  override readonly statement = this.RULE("statement", (): void => {
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

  readonly forLoop = this.RULE("forLoop", (): ast.Stmt => {
    const token = this.CONSUME(t.For);
    const target = this.SUBRULE(this.targets);
    this.CONSUME(t.In);
    const iter = this.SUBRULE(this.expressions);
    this.CONSUME(t.Colon);
    const block = this.SUBRULE(this.suite);
    const { end } = block;
    let elseEnd: number | undefined;
    this.OPTION(() => {
      elseEnd = this.SUBRULE(this.loopElse);
    });
    const start = token.startOffset;
    return this.loop({ kind: "For", start, end, target, iter, body: block.suite }, block, elseEnd);
  });

  readonly whileLoop = this.RULE("whileLoop", (): ast.Stmt => {
    const token = this.CONSUME(t.While);
    const cond = this.SUBRULE(this.expression);
    this.CONSUME(t.Colon);
    const block = this.SUBRULE(this.suite);
    const { end } = block;
    let elseEnd: number | undefined;
    this.OPTION(() => {
      elseEnd = this.SUBRULE(this.loopElse);
    });
    const start = token.startOffset;
    return this.loop({ kind: "While", start, end, cond, body: block.suite }, block, elseEnd);
  });

  /** A loop; with an `else` it is no part of the language. */
  private loop(made: ast.For | ast.While, block: Block, elseEnd: number | undefined): ast.Stmt {
    this.head = block.head;
    return elseEnd === undefined ? made : this.foreign("`else` on a loop", made.start, elseEnd);
  }

  readonly loopElse = this.RULE("loopElse", (): number => {
    this.CONSUME(t.Else);
    this.CONSUME(t.Colon);
    return this.SUBRULE(this.suite).end;
  });

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

  /** Decorated functions and classes; made by `ModuleRules`. */
  declare readonly definition: ParserMethod<[], ast.Stmt>;
}
