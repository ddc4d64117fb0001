/** Random surface trees, as raising would make them: no positions, no trivia. */
import fc from "fast-check";
import type { ast } from "../../../grammar/index.js";

const nowhere = { start: -1, end: -1 } as const;

const names = fc.constantFrom(
  "A",
  "x",
  "y1",
  "vi",
  "T",
  "match",
  "case",
  "type",
  "_",
  "naïve",
  "a_long_name",
);
const name: fc.Arbitrary<ast.Name> = names.map((id) => ({ kind: "Name", ...nowhere, id }));
const numeral: fc.Arbitrary<ast.Num> = fc
  .constantFrom("0", "1", "128", "1.0", "1e-05", "0xff", "9223372036854775807", ".5", "2.")
  .map((raw) => ({ kind: "Num", ...nowhere, raw }));
const string: fc.Arbitrary<ast.Str> = fc
  .oneof(
    fc.string({ maxLength: 30, unit: "grapheme" }),
    fc.string({ maxLength: 12, unit: "binary" }),
  )
  .map((value) => ({ kind: "Str", ...nowhere, value }));
const constant: fc.Arbitrary<ast.Constant> = fc
  .constantFrom("True" as const, "False" as const, "None" as const, "..." as const)
  .map((value) => ({ kind: "Constant", ...nowhere, value }));

const BINARY: readonly ast.BinaryOperator[] = [
  "+",
  "-",
  "*",
  "/",
  "//",
  "%",
  "@",
  "**",
  "<<",
  ">>",
  "&",
  "|",
  "^",
];
const COMPARE: readonly ast.CompareOperator[] = [
  "<",
  "<=",
  ">",
  ">=",
  "==",
  "!=",
  "in",
  "not in",
  "is",
  "is not",
];

type Tie = { readonly expr: ast.Expr };

/** Expressions of every kind, in every operand position. */
export const expr: fc.Arbitrary<ast.Expr> = fc.letrec<Tie>((tie) => {
  const e = tie("expr");
  const items = fc.array(e, { maxLength: 4 });
  const argument = e.map((value): ast.Argument => ({ kind: "Argument", ...nowhere, value }));
  const keyword = fc
    .tuple(fc.constantFrom("dtype", "axis", "out_ty"), e)
    .map(([key, value]): ast.Argument => ({ kind: "Argument", ...nowhere, name: key, value }));
  const starred = e.map((value): ast.Starred => ({ kind: "Starred", ...nowhere, value }));
  const slice = fc
    .record({ lower: e, upper: e, step: e }, { requiredKeys: [] })
    .map((parts): ast.Slice => ({ kind: "Slice", ...nowhere, ...parts }));
  return {
    expr: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      name,
      numeral,
      string,
      constant,
      fc
        .tuple(e, names)
        .map(([value, attr]): ast.Expr => ({ kind: "Attribute", ...nowhere, value, name: attr })),
      fc
        .tuple(e, fc.array(argument, { maxLength: 4 }), fc.option(keyword, { nil: undefined }))
        .map(([func, args, last]): ast.Expr => ({
          kind: "Call",
          ...nowhere,
          func,
          args: last === undefined ? args : [...args, last],
        })),
      fc
        .tuple(e, fc.array(fc.oneof(e, e, slice, starred), { minLength: 1, maxLength: 4 }))
        .map(([value, list]): ast.Expr => ({ kind: "Subscript", ...nowhere, value, items: list })),
      fc
        .tuple(fc.constantFrom("-" as const, "+" as const, "~" as const, "not" as const), e)
        .map(([op, operand]): ast.Expr => ({ kind: "Unary", ...nowhere, op, operand })),
      fc
        .tuple(fc.constantFrom(...BINARY), e, e)
        .map(([op, left, right]): ast.Expr => ({ kind: "Binary", ...nowhere, op, left, right })),
      fc
        .tuple(fc.constantFrom("and" as const, "or" as const), e, e)
        .map(([op, left, right]): ast.Expr => ({ kind: "BoolOp", ...nowhere, op, left, right })),
      fc
        .tuple(
          e,
          fc.array(fc.tuple(fc.constantFrom(...COMPARE), e), { minLength: 1, maxLength: 3 }),
        )
        .map(([first, links]): ast.Expr => ({
          kind: "Compare",
          ...nowhere,
          ops: links.map(([op]) => op),
          operands: [first, ...links.map(([, operand]) => operand)],
        })),
      fc.tuple(e, e, e).map(([then, cond, otherwise]): ast.Expr => ({
        kind: "Conditional",
        ...nowhere,
        cond,
        then,
        otherwise,
      })),
      fc.tuple(fc.uniqueArray(names, { maxLength: 3 }), e).map(([params, body]): ast.Expr => ({
        kind: "Lambda",
        ...nowhere,
        params: params.map((id) => ({ kind: "Parameter", ...nowhere, name: id, nameEnd: -1 })),
        body,
      })),
      items.map((list): ast.Expr => ({ kind: "Tuple", ...nowhere, items: list, parens: true })),
      items.map((list): ast.Expr => ({ kind: "List", ...nowhere, items: list })),
      fc.array(fc.tuple(e, e), { maxLength: 3 }).map((entries): ast.Expr => ({
        kind: "Dict",
        ...nowhere,
        entries: entries.map(([key, value]) => ({ key, value })),
      })),
    ),
  };
}).expr;

const target: fc.Arbitrary<ast.Expr> = fc.oneof(
  name,
  fc
    .tuple(name, expr)
    .map(([value, index]): ast.Expr => ({ kind: "Subscript", ...nowhere, value, items: [index] })),
  fc.array(name, { minLength: 2, maxLength: 3 }).map((items): ast.Expr => ({
    kind: "Tuple",
    ...nowhere,
    items,
    parens: false,
  })),
);

type Blocks = { readonly stmt: ast.Stmt; readonly suite: ast.Suite };

const { stmt: statement } = fc.letrec<Blocks>((tie) => {
  const body = tie("suite");
  const parameter = fc
    .tuple(names, fc.option(expr, { nil: undefined }), fc.option(expr, { nil: undefined }))
    .map(([id, annotation, fallback]): ast.Parameter => ({
      kind: "Parameter",
      ...nowhere,
      name: id,
      nameEnd: -1,
      ...(annotation === undefined ? {} : { annotation }),
      ...(fallback === undefined ? {} : { default: fallback }),
    }));
  return {
    suite: fc
      .array(tie("stmt"), { minLength: 1, maxLength: 3 })
      .map((list): ast.Suite => ({ body: list })),
    stmt: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      expr.map((value): ast.Stmt => ({ kind: "ExprStmt", ...nowhere, value })),
      fc
        .tuple(fc.array(target, { minLength: 1, maxLength: 2 }), expr)
        .map(([targets, value]): ast.Stmt => ({ kind: "Assign", ...nowhere, targets, value })),
      fc
        .tuple(name, expr, fc.option(expr, { nil: undefined }))
        .map(([to, annotation, value]): ast.Stmt => ({
          kind: "AnnAssign",
          ...nowhere,
          target: to,
          annotation,
          ...(value === undefined ? {} : { value }),
        })),
      fc.tuple(name, fc.constantFrom(...BINARY), expr).map(([to, op, value]): ast.Stmt => ({
        kind: "AugAssign",
        ...nowhere,
        target: to,
        op,
        value,
      })),
      expr.map((value): ast.Stmt => ({ kind: "Return", ...nowhere, value })),
      fc
        .tuple(expr, expr)
        .map(([cond, message]): ast.Stmt => ({ kind: "Assert", ...nowhere, cond, message })),
      fc
        .constantFrom("Pass" as const, "Break" as const, "Continue" as const)
        .map((kind): ast.Stmt => ({ kind, ...nowhere })),
      fc.tuple(target, expr, body).map(([to, iter, suite]): ast.Stmt => ({
        kind: "For",
        ...nowhere,
        target: to,
        iter,
        body: suite,
      })),
      fc
        .tuple(expr, body)
        .map(([cond, suite]): ast.Stmt => ({ kind: "While", ...nowhere, cond, body: suite })),
      fc
        .tuple(expr, body, fc.option(body, { nil: undefined }))
        .map(([cond, then, otherwise]): ast.Stmt => ({
          kind: "If",
          ...nowhere,
          cond,
          then,
          ...(otherwise === undefined ? {} : { otherwise }),
        })),
      fc
        .tuple(expr, fc.option(name, { nil: undefined }), body)
        .map(([context, to, suite]): ast.Stmt => ({
          kind: "With",
          ...nowhere,
          items: [to === undefined ? { ...nowhere, context } : { ...nowhere, context, target: to }],
          body: suite,
        })),
      fc
        .tuple(
          fc.array(expr, { maxLength: 1 }),
          names,
          fc.array(parameter, { maxLength: 3 }),
          fc.option(expr, { nil: undefined }),
          body,
        )
        .map(([decorators, id, params, returns, suite]): ast.Stmt => ({
          kind: "FunctionDef",
          ...nowhere,
          decorators,
          name: id,
          nameStart: -1,
          nameEnd: -1,
          typeParams: [],
          params,
          ...(returns === undefined ? {} : { returns }),
          body: suite,
        })),
    ),
  };
});

/** Whole files. */
export const file: fc.Arbitrary<ast.File> = fc
  .array(statement, { maxLength: 4 })
  .map((body) => ({ kind: "File", ...nowhere, body }));

const FORGOTTEN = new Set([
  "start",
  "end",
  "raw",
  "trivia",
  "nameStart",
  "nameEnd",
  "dangling",
  "above",
  "opening",
  "text",
  "parens",
  "magicComma",
]);

/** A tree as text that shows meaning only: no positions, trivia, or spelling of literals. */
export const meaning = (node: ast.File): string =>
  JSON.stringify(node, function (this: { kind?: string }, key, value: unknown) {
    if (key === "raw" && this.kind === "Num") return value;
    return FORGOTTEN.has(key) ? undefined : value;
  });
