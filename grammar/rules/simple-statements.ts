/** Statements without a block: they end with their line. */
import type { IToken } from "chevrotain";
import type * as ast from "../ast/nodes.js";
import { endOf } from "../lexer.js";
import * as t from "../tokens.js";
import { AssignmentRules } from "./assignments.js";

/** One simple statement. */
export class SimpleStatementRules extends AssignmentRules {
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

  protected foreign(construct: string, start: number, end: number): ast.UnsupportedStmt {
    return {
      kind: "UnsupportedStmt",
      start,
      end,
      construct,
      text: this.source.text.slice(start, end),
    };
  }
}
