/** A flat run of operands and operators becomes a tree. */
import type { IToken, TokenType } from "chevrotain";
import type * as ast from "./ast/nodes.js";
import type { Diagnostic } from "../src/support/diagnostic.js";
import type { Source } from "../src/support/source.js";
import { syntaxCodes } from "./codes.js";
import { endOf } from "./lexer.js";
import { PRECEDENCE, precedenceOf } from "./operators.js";
import * as t from "./tokens.js";

/** Thrown where a chain or nesting passes the limit; the parser's driver turns it into a diagnostic. */
export class ChainTooLong extends Error {
  constructor(readonly token: IToken) {
    super("chain too long");
  }
}

const FOREIGN = new Map<TokenType, string>([
  [t.CLikeAnd, "and"],
  [t.CLikeOr, "or"],
  [t.CLikeNot, "not"],
]);

interface Pending {
  readonly op: string;
  readonly prefix: boolean;
  readonly precedence: number;
  readonly start: number;
}

const isToken = (part: ast.Expr | IToken): part is IToken => "tokenType" in part;

/** Folds `parts` (prefix operators, operands and binary operators in order of the text). */
export function foldOperators(
  parts: readonly (ast.Expr | IToken)[],
  source: Source,
  problems: Diagnostic[],
): ast.Expr {
  const operands: ast.Expr[] = [];
  const pending: Pending[] = [];
  const reduceTo = (precedence: number, right: boolean): void => {
    for (;;) {
      const top = pending[pending.length - 1];
      if (top === undefined || top.precedence < precedence) return;
      // A comparison waits for the rest of its chain; `**` groups from the right.
      if (top.precedence === precedence && (right || precedence === PRECEDENCE.compare)) return;
      reduce(operands, pending);
    }
  };
  let afterOperand = false;
  for (const part of parts) {
    if (!isToken(part)) {
      if (part.kind === "Starred") {
        const at = { source, start: part.start, end: part.start + 1 };
        problems.push(syntaxCodes.unexpectedToken({ at, found: "`*`", expected: "an operand" }));
      }
      operands.push(part);
      afterOperand = true;
      continue;
    }
    const op = operatorOf(part, source, problems);
    if (afterOperand) {
      const precedence = precedenceOf(op);
      reduceTo(precedence, op === "**");
      pending.push({ op, prefix: false, precedence, start: part.startOffset });
      afterOperand = false;
    } else {
      const precedence = op === "not" ? PRECEDENCE.not : PRECEDENCE.unary;
      const before = pending[pending.length - 1];
      if (op === "not" && before !== undefined && before.precedence > precedence) {
        problems.push(
          syntaxCodes.nakedNot({ at: { source, start: part.startOffset, end: endOf(part) } }),
        );
      }
      pending.push({ op, prefix: true, precedence, start: part.startOffset });
    }
  }
  while (pending.length > 0) reduce(operands, pending);
  return operands[0]!;
}

function operatorOf(token: IToken, source: Source, problems: Diagnostic[]): string {
  const { tokenType, image } = token;
  if (tokenType === t.NotIn) return "not in";
  if (tokenType === t.IsNot) return "is not";
  const wanted = FOREIGN.get(tokenType);
  if (wanted === undefined) return image;
  const at = { source, start: token.startOffset, end: endOf(token) };
  problems.push(
    syntaxCodes.foreignOperator({
      at,
      found: image,
      wanted,
      fixes: [
        { title: `write \`${wanted}\``, safe: true, edits: [{ span: at, text: ` ${wanted} ` }] },
      ],
    }),
  );
  return wanted;
}

function reduce(operands: ast.Expr[], pending: Pending[]): void {
  const top = pending.pop()!;
  const right = operands.pop()!;
  if (top.prefix) {
    const op = top.op as ast.Unary["op"];
    operands.push({ kind: "Unary", start: top.start, end: right.end, op, operand: right });
    return;
  }
  if (top.precedence === PRECEDENCE.compare) {
    const ops = [top.op as ast.CompareOperator];
    const chain = [right];
    while (pending[pending.length - 1]?.precedence === PRECEDENCE.compare) {
      ops.unshift(pending.pop()!.op as ast.CompareOperator);
      chain.unshift(operands.pop()!);
    }
    const first = operands.pop()!;
    chain.unshift(first);
    operands.push({ kind: "Compare", start: first.start, end: right.end, ops, operands: chain });
    return;
  }
  const left = operands.pop()!;
  const { start } = left;
  const { end } = right;
  if (top.op === "and" || top.op === "or") {
    operands.push({ kind: "BoolOp", start, end, op: top.op, left, right });
  } else {
    operands.push({ kind: "Binary", start, end, op: top.op as ast.BinaryOperator, left, right });
  }
}
