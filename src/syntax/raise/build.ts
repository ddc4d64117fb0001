/** Builders of syntax trees for raising. Nodes made here have no place (`start === -1`). */
import { stringLiteral } from "../../../grammar/index.js";
import type * as A from "../../../grammar/ast/nodes.js";
import type { Int } from "../../support/int.js";

export const nameExpr = (id: string): A.Name => ({ kind: "Name", start: -1, end: -1, id });
/** `base.a.b` for a dotted path. */
export function path(base: string, dotted: string): A.Expr {
  let at: A.Expr = nameExpr(base);
  if (!dotted.includes(".")) return member(at, dotted);
  for (const part of dotted.split("."))
    at = { kind: "Attribute", start: -1, end: -1, value: at, name: part };
  return at;
}
export const member = (value: A.Expr, name: string): A.Attribute => ({
  kind: "Attribute",
  start: -1,
  end: -1,
  value,
  name,
});
export const num = (raw: string): A.Num => ({ kind: "Num", start: -1, end: -1, raw });
/** An integer literal; a negative one is a unary minus on its absolute value. */
export const intExpr = (value: Int): A.Expr =>
  value < 0
    ? { kind: "Unary", start: -1, end: -1, op: "-", operand: num(String(-value)) }
    : num(String(value));
export const strExpr = (value: string): A.Str => ({
  kind: "Str",
  start: -1,
  end: -1,
  value,
  raw: stringLiteral(value),
});
export const constant = (value: A.Constant["value"]): A.Constant => ({
  kind: "Constant",
  start: -1,
  end: -1,
  value,
});
export const boolExpr = (value: boolean): A.Constant => constant(value ? "True" : "False");
export const none: A.Constant = constant("None");
export const arg = (value: A.Expr): A.Argument => ({ kind: "Argument", start: -1, end: -1, value });
export const keyword = (name: string, value: A.Expr): A.Argument => ({
  kind: "Argument",
  start: -1,
  end: -1,
  name,
  value,
});
/** A call with positional operands, then keywords in the order given. */
export const callExpr = (
  func: A.Expr,
  args: readonly A.Expr[],
  keywords: readonly (readonly [string, A.Expr])[] = [],
): A.Call => ({
  kind: "Call",
  start: -1,
  end: -1,
  func,
  args:
    keywords.length === 0
      ? args.map(arg)
      : [...args.map(arg), ...keywords.map(([n, v]) => keyword(n, v))],
});
export const subscript = (value: A.Expr, items: readonly A.Expr[]): A.Subscript => ({
  kind: "Subscript",
  start: -1,
  end: -1,
  value,
  items: items.length === 0 ? [tupleExpr([])] : items,
});
export const slice = (
  lower: A.Expr | undefined,
  upper: A.Expr | undefined,
  step?: A.Expr,
): A.Slice => ({
  kind: "Slice",
  start: -1,
  end: -1,
  ...(lower && { lower }),
  ...(upper && { upper }),
  ...(step && { step }),
});
export const tupleExpr = (items: readonly A.Expr[], parens = true): A.Tuple => ({
  kind: "Tuple",
  start: -1,
  end: -1,
  items,
  parens,
});
export const listExpr = (items: readonly A.Expr[]): A.List => ({
  kind: "List",
  start: -1,
  end: -1,
  items,
});
export const dictExpr = (entries: readonly (readonly [string, A.Expr])[]): A.Dict => ({
  kind: "Dict",
  start: -1,
  end: -1,
  entries: entries.map(([key, value]) => ({ key: strExpr(key), value })),
});
export const binaryExpr = (op: A.BinaryOperator, left: A.Expr, right: A.Expr): A.Binary => ({
  kind: "Binary",
  start: -1,
  end: -1,
  op,
  left,
  right,
});
export const compareExpr = (op: A.CompareOperator, left: A.Expr, right: A.Expr): A.Compare => ({
  kind: "Compare",
  start: -1,
  end: -1,
  ops: [op],
  operands: [left, right],
});
export const boolOpExpr = (op: "and" | "or", left: A.Expr, right: A.Expr): A.BoolOp => ({
  kind: "BoolOp",
  start: -1,
  end: -1,
  op,
  left,
  right,
});
export const unaryExpr = (op: A.Unary["op"], operand: A.Expr): A.Unary => ({
  kind: "Unary",
  start: -1,
  end: -1,
  op,
  operand,
});
export const lambdaExpr = (params: readonly string[], body: A.Expr): A.Lambda => ({
  kind: "Lambda",
  start: -1,
  end: -1,
  params: params.map((name) => parameter(name)),
  body,
});
export const starred = (value: A.Expr): A.Starred => ({
  kind: "Starred",
  start: -1,
  end: -1,
  value,
});

export const parameter = (name: string, annotation?: A.Expr): A.Parameter => ({
  kind: "Parameter",
  start: -1,
  end: -1,
  name,
  nameEnd: -1,
  ...(annotation && { annotation }),
});
export const exprStmt = (value: A.Expr): A.ExprStmt => ({
  kind: "ExprStmt",
  start: -1,
  end: -1,
  value,
});
export const assign = (target: A.Expr, value: A.Expr): A.Assign => ({
  kind: "Assign",
  start: -1,
  end: -1,
  targets: [target],
  value,
});
export const annAssign = (target: A.Expr, annotation: A.Expr, value?: A.Expr): A.AnnAssign =>
  value === undefined
    ? { kind: "AnnAssign", start: -1, end: -1, target, annotation }
    : { kind: "AnnAssign", start: -1, end: -1, target, annotation, value };
export const suite = (body: readonly A.Stmt[]): A.Suite => ({
  body: body.length === 0 ? [pass] : body,
});
export const forStmt = (target: A.Expr, iter: A.Expr, body: readonly A.Stmt[]): A.For => ({
  kind: "For",
  start: -1,
  end: -1,
  target,
  iter,
  body: suite(body),
});
export const whileStmt = (cond: A.Expr, body: readonly A.Stmt[]): A.While => ({
  kind: "While",
  start: -1,
  end: -1,
  cond,
  body: suite(body),
});
/** An `otherwise` that is one If prints as `elif`. */
export function ifStmt(cond: A.Expr, then: readonly A.Stmt[], otherwise?: readonly A.Stmt[]): A.If {
  const only = otherwise?.length === 1 ? otherwise[0] : undefined;
  const chained = only?.kind === "If" ? [{ ...only, elif: true as const }] : otherwise;
  return {
    kind: "If",
    start: -1,
    end: -1,
    cond,
    then: suite(then),
    ...(chained && { otherwise: suite(chained) }),
  };
}
export const withStmt = (context: A.Expr, body: readonly A.Stmt[], target?: A.Expr): A.With => ({
  kind: "With",
  start: -1,
  end: -1,
  items: [{ start: -1, end: -1, context, ...(target && { target }) }],
  body: suite(body),
});
export const returnStmt = (value?: A.Expr): A.Return =>
  value === undefined
    ? { kind: "Return", start: -1, end: -1 }
    : { kind: "Return", start: -1, end: -1, value };
export const assertStmt = (cond: A.Expr, message: A.Expr): A.Assert => ({
  kind: "Assert",
  start: -1,
  end: -1,
  cond,
  message,
});
export const pass: A.Simple = { kind: "Pass", start: -1, end: -1 };
export const simple = (kind: A.Simple["kind"]): A.Simple => ({ kind, start: -1, end: -1 });
export interface FunctionInit {
  readonly decorators: readonly A.Expr[];
  readonly name: string;
  readonly params: readonly A.Parameter[];
  readonly typeParams?: readonly string[];
  readonly returns?: A.Expr | undefined;
  readonly body: readonly A.Stmt[];
}
export const functionDef = (f: FunctionInit): A.FunctionDef => ({
  kind: "FunctionDef",
  start: -1,
  end: -1,
  decorators: f.decorators,
  name: f.name,
  nameStart: -1,
  nameEnd: -1,
  typeParams: (f.typeParams ?? []).map((name) => ({ start: -1, end: -1, name })),
  params: f.params,
  ...(f.returns && { returns: f.returns }),
  body: suite(f.body),
});
export const classDef = (
  decorators: readonly A.Expr[],
  name: string,
  body: readonly A.Stmt[],
): A.ClassDef => ({
  kind: "ClassDef",
  start: -1,
  end: -1,
  decorators,
  name,
  nameStart: -1,
  nameEnd: -1,
  bases: [],
  body: suite(body),
});
export const importFrom = (module: string, name: string, alias?: string): A.Import => ({
  kind: "Import",
  start: -1,
  end: -1,
  module,
  names: [{ name, ...(alias !== undefined && { alias }) }],
});
