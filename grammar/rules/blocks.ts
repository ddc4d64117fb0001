/** Lines, blocks and the comments that belong to them; blocks of what is no part of the language. */
import type { IToken, ParserMethod } from "chevrotain";
import type * as ast from "../ast/nodes.js";
import * as t from "../tokens.js";
import { exact, setOf } from "./brackets.js";
import { SimpleStatementRules } from "./simple-statements.js";
import { takeDeeper, takeHead, takeLines, type CommentQueue, type HeadComments } from "./trivia.js";

const SEMICOLON = setOf(t.Semicolon);

/** A block with what its head line left over. */
export interface Block {
  readonly suite: ast.Suite;
  readonly head: HeadComments | undefined;
  readonly end: number;
}

/** What holds statements. */
export class BlockRules extends SimpleStatementRules {
  queue: CommentQueue = { text: "", comments: [], next: 0 };
  /** Where finished statements go. */
  protected into: ast.Stmt[] = [];
  /** Comments on the head line of the statement finished last. */
  protected head: HeadComments | undefined;

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

  protected takeAbove(token: IToken): ast.Comment[] {
    const { queue } = this;
    if (this.RECORDING_PHASE || queue.next >= queue.comments.length) return [];
    return takeLines(queue, token.startOffset);
  }

  /** `try` and its clauses: no part of programs, but of schedules in the form `try: … except …: …`. */
  readonly tryBlock = this.RULE("tryBlock", (): ast.Stmt => {
    const token = this.CONSUME(t.Try);
    this.CONSUME(t.Colon);
    const block = this.SUBRULE(this.suite);
    let { end } = block;
    const handlers: (Omit<ast.Attempt, "body"> | undefined)[] = [];
    this.MANY(() => {
      const clause = this.SUBRULE(this.tryClause);
      ({ end } = clause);
      handlers.push(clause.caught);
    });
    this.head = block.head;
    const made = this.foreign("`try`", token.startOffset, end);
    const [only] = handlers;
    const attempt = only && handlers.length === 1 ? { body: block.suite, ...only } : undefined;
    return attempt === undefined ? made : { ...made, attempt };
  });

  /** `except …:`, `else:` or `finally:` with its block; what a handler catches, and where it ends. */
  readonly tryClause = this.RULE(
    "tryClause",
    (): { readonly caught?: Omit<ast.Attempt, "body">; readonly end: number } => {
      const { startOffset } = this.LA(1);
      const above = this.RECORDING_PHASE ? [] : this.takeAbove(this.LA(1));
      let error: ast.Expr | undefined;
      let isPlain = true;
      this.OR([
        {
          ALT: () => {
            this.CONSUME(t.Except);
            this.OPTION1(() => {
              error = this.SUBRULE(this.expression);
              this.OPTION2(() => {
                this.CONSUME(t.As);
                this.CONSUME(t.Name);
                isPlain = false;
              });
            });
          },
        },
        { ALT: () => this.CONSUME(t.Finally) },
        { ALT: () => this.CONSUME(t.Else) },
      ]);
      this.CONSUME(t.Colon);
      const { suite, head, end } = this.SUBRULE(this.suite);
      const isHandler = this.source.text.startsWith("except", startOffset) && isPlain;
      if (!isHandler) return { end };
      const opening = head?.trailing;
      const handler = {
        ...suite,
        ...(above.length === 0 ? {} : { above }),
        ...(opening === undefined ? {} : { opening }),
      };
      return { caught: error === undefined ? { handler } : { error, handler }, end };
    },
  );

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

  /** Any statement, added to `into`; made by `StatementRules`. */
  declare readonly statement: ParserMethod<[], void>;
}
