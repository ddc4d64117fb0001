/** Definitions: decorated functions and classes, their parameters; and the piece of a file as a whole. */
import type { IToken } from "chevrotain";
import type * as ast from "../ast/nodes.js";
import { endOf } from "../lexer.js";
import * as t from "../tokens.js";
import { StatementRules } from "./statements.js";

/** The whole grammar. */
export class ModuleRules extends StatementRules {
  /** How far the piece has been parsed in whole statements: tokens, statements, comments. */
  done = { tokens: 0, statements: 0, comments: 0 };

  /** Entry: all statements of a piece. */
  /** Statements of the piece so far, the unfinished one included. */
  body: ast.Stmt[] = [];

  readonly piece = this.RULE("piece", (): ast.Stmt[] => {
    const body: ast.Stmt[] = [];
    this.into = body;
    this.nesting = 0;
    this.body = body;
    this.done = { tokens: 0, statements: 0, comments: this.queue.next };
    this.MANY(() => {
      this.SUBRULE(this.statement);
      const { done } = this;
      done.tokens = this.position();
      done.statements = body.length;
      done.comments = this.queue.next;
    });
    return body;
  });

  override readonly definition = this.RULE("definition", (): ast.Stmt => {
    const start = this.LA(1).startOffset;
    return this.OR([
      { ALT: () => this.SUBRULE(this.decorated) },
      { ALT: () => this.SUBRULE(this.functionDef, { ARGS: [start, []] }) },
      { ALT: () => this.SUBRULE(this.classDef, { ARGS: [start, []] }) },
    ]);
  });

  /** `@…` lines and the definition below them. */
  readonly decorated = this.RULE("decorated", (): ast.Stmt => {
    const start = this.LA(1).startOffset;
    const decorators: ast.Expr[] = [];
    this.AT_LEAST_ONE(() => {
      this.CONSUME(t.At);
      decorators.push(this.SUBRULE(this.expression));
      this.CONSUME(t.Newline);
    });
    return this.OR([
      { ALT: () => this.SUBRULE(this.functionDef, { ARGS: [start, decorators] }) },
      { ALT: () => this.SUBRULE(this.classDef, { ARGS: [start, decorators] }) },
      { ALT: () => this.SUBRULE(this.brokenLine) },
      { ALT: () => this.SUBRULE(this.foreignBlock) },
    ]);
  });

  readonly functionDef = this.RULE(
    "functionDef",
    (start: number, decorators: ast.Expr[]): ast.FunctionDef => {
      this.CONSUME(t.Def);
      const name = this.CONSUME(t.Name);
      const typeParams: ast.TypeParam[] = [];
      this.OPTION1(() => {
        this.CONSUME(t.LBracket);
        typeParams.push(this.SUBRULE1(this.typeParam));
        this.MANY({
          GATE: () => this.LA(2).tokenType !== t.RBracket,
          DEF: () => {
            this.CONSUME1(t.Comma);
            typeParams.push(this.SUBRULE2(this.typeParam));
          },
        });
        this.OPTION2(() => void this.CONSUME2(t.Comma));
        this.CONSUME(t.RBracket);
      });
      const { params, magicComma } = this.SUBRULE(this.parameters);
      let returns: ast.Expr | undefined;
      this.OPTION3(() => {
        this.CONSUME(t.Arrow);
        returns = this.SUBRULE(this.expression);
      });
      this.CONSUME(t.Colon);
      const block = this.SUBRULE(this.suite);
      this.head = block.head;
      return {
        kind: "FunctionDef",
        start,
        end: block.end,
        decorators,
        name: name.image,
        nameStart: name.startOffset,
        nameEnd: endOf(name),
        typeParams,
        params,
        ...(magicComma ? { magicComma } : {}),
        ...(returns === undefined ? {} : { returns }),
        body: block.suite,
      };
    },
  );

  readonly typeParam = this.RULE("typeParam", (): ast.TypeParam => {
    const name = this.CONSUME(t.Name);
    let bound: ast.Expr | undefined;
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      bound = this.SUBRULE(this.expression);
    });
    const start = name.startOffset;
    return bound === undefined
      ? { name: name.image, start, end: endOf(name) }
      : { name: name.image, start, end: bound.end, bound };
  });

  readonly parameters = this.RULE(
    "parameters",
    (): { params: ast.Parameter[]; magicComma?: true } => {
      const params: ast.Parameter[] = [];
      let magic = false;
      this.CONSUME(t.LParen);
      this.OPTION(() => {
        params.push(this.SUBRULE1(this.parameter));
        this.MANY({
          GATE: () => this.LA(2).tokenType !== t.RParen,
          DEF: () => {
            this.CONSUME1(t.Comma);
            params.push(this.SUBRULE2(this.parameter));
          },
        });
        this.OPTION1(() => {
          this.CONSUME2(t.Comma);
          magic = true;
        });
      });
      this.CONSUME(t.RParen);
      return magic ? { params, magicComma: true } : { params };
    },
  );

  /** `a: T = v`, `*args`, `**kw`, and the bare separators `*` and `/`. */
  readonly parameter = this.RULE("parameter", (): ast.Parameter => {
    const first = this.LA(1);
    let star: "*" | "**" | undefined;
    let name: IToken | undefined;
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Star);
          star = "*";
          this.OPTION1(() => {
            name = this.CONSUME1(t.Name);
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Power);
          star = "**";
          name = this.CONSUME2(t.Name);
        },
      },
      {
        ALT: () => {
          name = this.CONSUME(t.Slash);
        },
      },
      {
        ALT: () => {
          name = this.CONSUME3(t.Name);
        },
      },
    ]);
    let annotation: ast.Expr | undefined;
    let fallback: ast.Expr | undefined;
    this.OPTION2(() => {
      this.CONSUME(t.Colon);
      annotation = this.SUBRULE1(this.expression);
    });
    this.OPTION3(() => {
      this.CONSUME(t.Assign);
      fallback = this.SUBRULE2(this.expression);
    });
    const nameEnd = name === undefined ? endOf(first) : endOf(name);
    return {
      kind: "Parameter",
      start: first.startOffset,
      end: this.lastEnd(),
      name: name?.image ?? "",
      nameEnd,
      ...(star === undefined ? {} : { star }),
      ...(annotation === undefined ? {} : { annotation }),
      ...(fallback === undefined ? {} : { default: fallback }),
    };
  });

  readonly classDef = this.RULE(
    "classDef",
    (start: number, decorators: ast.Expr[]): ast.ClassDef => {
      this.CONSUME(t.Class);
      const name = this.CONSUME(t.Name);
      let bases: ast.Argument[] = [];
      this.OPTION(() => {
        bases = this.SUBRULE(this.callArguments).args;
      });
      this.CONSUME(t.Colon);
      const block = this.SUBRULE(this.suite);
      this.head = block.head;
      return {
        kind: "ClassDef",
        start,
        end: block.end,
        decorators,
        name: name.image,
        nameStart: name.startOffset,
        nameEnd: endOf(name),
        bases,
        body: block.suite,
      };
    },
  );
}
