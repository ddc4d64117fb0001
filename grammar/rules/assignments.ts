/** Assignments, what stands on their left, and expressions that are statements. */
import type { TokenType } from "chevrotain";
import type * as ast from "../ast/nodes.js";
import { syntaxCodes } from "../codes.js";
import * as t from "../tokens.js";
import { exact, setOf } from "./brackets.js";
import { ExpressionRules } from "./expressions.js";
import { describeTarget, targetAdvice } from "./targets.js";

const COMMA = setOf(t.Comma);
const AFTER_TARGET = setOf(t.Assign, t.Colon, t.AugmentedOp);

/** Expressions where values are bound. */
export class AssignmentRules extends ExpressionRules {
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
    return this.bareTuple(items);
  });

  private endsList(type: TokenType): boolean {
    return type === t.Newline || type === t.Assign || type === t.Colon || type === t.Semicolon;
  }

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
    return this.bareTuple(items);
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

  /** A tuple without parentheses that ends here. */
  private bareTuple(items: ast.Expr[]): ast.Tuple {
    const { start } = items[0]!;
    return { kind: "Tuple", start, end: this.lastEnd(), items: exact(items), parens: false };
  }
}
