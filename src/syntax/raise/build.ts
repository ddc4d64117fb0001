/** Builders of syntax trees for raising. Nodes made here have no place (`start === -1`). */
import { stringLiteral } from "../../../grammar/index.js";
import type * as A from "../../../grammar/ast/nodes.js";
import type { Int } from "../../support/int.js";

const NOWHERE = { start: -1, end: -1 } as const;

export const nameExpr = (id: string): A.Name => ({ kind: "Name", id, ...NOWHERE });
/** `base.a.b` for a dotted path. */
export function path(base: string, dotted: string): A.Expr {
  let at: A.Expr = nameExpr(base);
  for (const part of dotted.split("."))
    at = { kind: "Attribute", value: at, name: part, ...NOWHERE };
  return at;
}
export const member = (value: A.Expr, name: string): A.Attribute => ({
  kind: "Attribute",
  value,
  name,
  ...NOWHERE,
});
export const num = (raw: string): A.Num => ({ kind: "Num", raw, ...NOWHERE });
/** An integer literal; a negative one is a unary minus on its absolute value. */
export const intExpr = (value: Int): A.Expr =>
  value < 0
    ? { kind: "Unary", op: "-", operand: num(String(-value)), ...NOWHERE }
    : num(String(value));
export const strExpr = (value: string): A.Str => ({
  kind: "Str",
  value,
  raw: stringLiteral(value),
  ...NOWHERE,
});
export const constant = (value: A.Constant["value"]): A.Constant => ({
  kind: "Constant",
  value,
  ...NOWHERE,
});
export const boolExpr = (value: boolean): A.Constant => constant(value ? "True" : "False");
export const none: A.Constant = constant("None");
export const arg = (value: A.Expr): A.Argument => ({ kind: "Argument", value, ...NOWHERE });
export const keyword = (name: string, value: A.Expr): A.Argument => ({
  kind: "Argument",
  name,
  value,
  ...NOWHERE,
});
/** A call with positional operands, then keywords in the order given. */
export const callExpr = (
  func: A.Expr,
  args: readonly A.Expr[],
  keywords: readonly (readonly [string, A.Expr])[] = [],
): A.Call => ({
  kind: "Call",
  func,
  args:
    keywords.length === 0
      ? args.map(arg)
      : [...args.map(arg), ...keywords.map(([n, v]) => keyword(n, v))],
  ...NOWHERE,
});
export const subscript = (value: A.Expr, items: readonly A.Expr[]): A.Subscript => ({
  kind: "Subscript",
  value,
  items: items.length === 0 ? [tupleExpr([])] : items,
  ...NOWHERE,
});
export const slice = (
  lower: A.Expr | undefined,
  upper: A.Expr | undefined,
  step?: A.Expr,
): A.Slice => ({
  kind: "Slice",
  ...(lower && { lower }),
  ...(upper && { upper }),
  ...(step && { step }),
  ...NOWHERE,
});
export const tupleExpr = (items: readonly A.Expr[], parens = true): A.Tuple => ({
  kind: "Tuple",
  items,
  parens,
  ...NOWHERE,
});
export const listExpr = (items: readonly A.Expr[]): A.List => ({ kind: "List", items, ...NOWHERE });
export const dictExpr = (entries: readonly (readonly [string, A.Expr])[]): A.Dict => ({
  kind: "Dict",
  entries: entries.map(([key, value]) => ({ key: strExpr(key), value })),
  ...NOWHERE,
});
export const binaryExpr = (op: A.BinaryOperator, left: A.Expr, right: A.Expr): A.Binary => ({
  kind: "Binary",
  op,
  left,
  right,
  ...NOWHERE,
});
export const compareExpr = (op: A.CompareOperator, left: A.Expr, right: A.Expr): A.Compare => ({
  kind: "Compare",
  ops: [op],
  operands: [left, right],
  ...NOWHERE,
});
export const boolOpExpr = (op: "and" | "or", left: A.Expr, right: A.Expr): A.BoolOp => ({
  kind: "BoolOp",
  op,
  left,
  right,
  ...NOWHERE,
});
export const unaryExpr = (op: A.Unary["op"], operand: A.Expr): A.Unary => ({
  kind: "Unary",
  op,
  operand,
  ...NOWHERE,
});
export const lambdaExpr = (params: readonly string[], body: A.Expr): A.Lambda => ({
  kind: "Lambda",
  params: params.map((name) => parameter(name)),
  body,
  ...NOWHERE,
});
export const starred = (value: A.Expr): A.Starred => ({ kind: "Starred", value, ...NOWHERE });

export const parameter = (name: string, annotation?: A.Expr): A.Parameter => ({
  kind: "Parameter",
  name,
  nameEnd: -1,
  ...(annotation && { annotation }),
  ...NOWHERE,
});
export const exprStmt = (value: A.Expr): A.ExprStmt => ({ kind: "ExprStmt", value, ...NOWHERE });
export const assign = (target: A.Expr, value: A.Expr): A.Assign => ({
  kind: "Assign",
  targets: [target],
  value,
  ...NOWHERE,
});
export const annAssign = (target: A.Expr, annotation: A.Expr, value?: A.Expr): A.AnnAssign => ({
  kind: "AnnAssign",
  target,
  annotation,
  ...(value && { value }),
  ...NOWHERE,
});
export const suite = (body: readonly A.Stmt[]): A.Suite => ({
  body: body.length === 0 ? [pass] : body,
});
export const forStmt = (target: A.Expr, iter: A.Expr, body: readonly A.Stmt[]): A.For => ({
  kind: "For",
  target,
  iter,
  body: suite(body),
  ...NOWHERE,
});
export const whileStmt = (cond: A.Expr, body: readonly A.Stmt[]): A.While => ({
  kind: "While",
  cond,
  body: suite(body),
  ...NOWHERE,
});
/** An `otherwise` that is one If prints as `elif`. */
export function ifStmt(cond: A.Expr, then: readonly A.Stmt[], otherwise?: readonly A.Stmt[]): A.If {
  const only = otherwise?.length === 1 ? otherwise[0] : undefined;
  const chained = only?.kind === "If" ? [{ ...only, elif: true as const }] : otherwise;
  return {
    kind: "If",
    cond,
    then: suite(then),
    ...(chained && { otherwise: suite(chained) }),
    ...NOWHERE,
  };
}
export const withStmt = (context: A.Expr, body: readonly A.Stmt[], target?: A.Expr): A.With => ({
  kind: "With",
  items: [{ context, ...(target && { target }), ...NOWHERE }],
  body: suite(body),
  ...NOWHERE,
});
export const returnStmt = (value?: A.Expr): A.Return => ({
  kind: "Return",
  ...(value && { value }),
  ...NOWHERE,
});
export const assertStmt = (cond: A.Expr, message: A.Expr): A.Assert => ({
  kind: "Assert",
  cond,
  message,
  ...NOWHERE,
});
export const pass: A.Simple = { kind: "Pass", ...NOWHERE };
export const simple = (kind: A.Simple["kind"]): A.Simple => ({ kind, ...NOWHERE });
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
  decorators: f.decorators,
  name: f.name,
  nameStart: -1,
  nameEnd: -1,
  typeParams: (f.typeParams ?? []).map((name) => ({ name, ...NOWHERE })),
  params: f.params,
  ...(f.returns && { returns: f.returns }),
  body: suite(f.body),
  ...NOWHERE,
});
export const classDef = (
  decorators: readonly A.Expr[],
  name: string,
  body: readonly A.Stmt[],
): A.ClassDef => ({
  kind: "ClassDef",
  decorators,
  name,
  nameStart: -1,
  nameEnd: -1,
  bases: [],
  body: suite(body),
  ...NOWHERE,
});
export const importFrom = (module: string, name: string, alias?: string): A.Import => ({
  kind: "Import",
  module,
  names: [{ name, ...(alias !== undefined && { alias }) }],
  ...NOWHERE,
});
