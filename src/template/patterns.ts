/** Patterns of shapes and types: names that are new are bound, all else is compared. */
import type * as ast from "../../grammar/ast/nodes.js";
import { compare, type PrimExpr } from "../ir/tir/expr.js";
import { exprText } from "../arith/index.js";
import type { DType } from "../support/dtype.js";
import { codes } from "./codes.js";
import { evaluate } from "./evaluate.js";
import { toDType, toText } from "./statics.js";
import { toExpr } from "./operators.js";
import { lookupEntry, type Scope } from "./scope.js";
import { fail, placeOf, type State } from "./state.js";
import { dimValue, dtypeValue, pack, valueText, type Value } from "./values.js";
import { spellOut } from "./library-functions/packs.js";

/** Gives up with what does not fit. */
export const mismatch = (s: State, at: ast.AstBase, what: string): never =>
  fail(codes.patternMismatch({ ...placeOf(s, at), what }));

/** Whether a name has no meaning yet. */
export const isUnbound = (scope: Scope, name: string): boolean =>
  lookupEntry(scope, name) === undefined;

/**
 * Whether a name of a pattern is still to be bound; names of the library never are. A name that stands in the pattern
 * of an absent tensor too is bound by the next one.
 */
export function isFree(scope: Scope, name: string): boolean {
  const entry = lookupEntry(scope, name);
  return entry === undefined || entry.value.kind === "undefined";
}

const bindName = (scope: Scope, name: string, value: Value): void => {
  if (name !== "_") scope.names.set(name, { value });
};

/** A name for the symbols of each dimension that a shape pattern binds. */
export function hintsOf(scope: Scope, pattern: ast.Expr, rank: number): string[] {
  const numbered = (name: string): string[] =>
    Array.from({ length: rank }, (_, i) => `${name}${i}`);
  if (pattern.kind === "Name") return numbered(pattern.id === "_" ? "n" : pattern.id);
  if (pattern.kind === "Tuple") return tupleHints(pattern.items, rank);
  if (pattern.kind === "Call" && isArrange(pattern)) {
    const inner = pattern.args[2]!.value;
    return inner.kind === "Tuple" ? tupleHints(inner.items, rank) : numbered("n");
  }
  return numbered("n");
}

function tupleHints(items: readonly ast.Expr[], rank: number): string[] {
  const star = items.findIndex((i) => i.kind === "Starred");
  const taken = star < 0 ? 1 : Math.max(0, rank - items.length + 1);
  const hints = items.flatMap((item, i): string[] => {
    if (item.kind === "Starred") {
      const name = item.value.kind === "Name" ? item.value.id : "n";
      return Array.from({ length: i === star ? taken : 1 }, (_, k) => `${name}${k}`);
    }
    return [item.kind === "Name" && item.id !== "_" ? item.id : "n"];
  });
  return Array.from({ length: rank }, (_, i) => hints[i] ?? `n${i}`);
}

/** Matches a shape. `name` is what it belongs to. */
export function matchShape(
  s: State,
  scope: Scope,
  pattern: ast.Expr,
  dims: readonly Value[],
  name: string,
): void {
  if (pattern.kind === "Name" && (pattern.id === "_" || isFree(scope, pattern.id)))
    return bindName(scope, pattern.id, pack(dims));
  if (pattern.kind === "Tuple" || pattern.kind === "List")
    return matchTuple(s, scope, pattern, dims, name);
  if (pattern.kind === "Call" && isArrange(pattern))
    return matchArranged(s, scope, pattern, dims, name);
  const expected = evaluate(s, scope, pattern);
  if (expected.kind !== "pack") return mismatch(s, pattern, `${valueText(expected)} is no shape`);
  compareAll(s, pattern, expected.items, dims, name);
}

/** `S.arrange(order, letters, (…))` matches through the permutation. */
const isArrange = (e: ast.Call): boolean =>
  e.func.kind === "Attribute" &&
  e.func.name === "arrange" &&
  e.func.value.kind === "Name" &&
  e.func.value.id === "S" &&
  e.args.length === 3;

function matchArranged(
  s: State,
  scope: Scope,
  pattern: ast.Call,
  dims: readonly Value[],
  name: string,
): void {
  const [order, letters, inner] = pattern.args.map((a) => a.value) as [
    ast.Expr,
    ast.Expr,
    ast.Expr,
  ];
  const spelled = spellOut(
    toText(s, evaluate(s, scope, order), order),
    toText(s, evaluate(s, scope, letters), letters),
  );
  if (spelled === undefined) return mismatch(s, pattern, "only one of two layouts may end in `*`");
  if (spelled.order.length !== dims.length)
    return mismatch(
      s,
      pattern,
      `\`${name}\` has rank ${dims.length}, the layout "${spelled.order}" needs ${spelled.order.length}`,
    );
  const arranged = [...spelled.letters].map((c) => {
    const i = spelled.order.indexOf(c);
    return i < 0 ? mismatch(s, pattern, `"${spelled.order}" has no letter ${c}`) : dims[i]!;
  });
  matchShape(s, scope, inner, arranged, name);
}

function matchTuple(
  s: State,
  scope: Scope,
  pattern: ast.Tuple | ast.List,
  dims: readonly Value[],
  name: string,
): void {
  const items = pattern.items;
  const isOpen = (e: ast.Expr): boolean =>
    e.kind === "Starred" &&
    e.value.kind === "Name" &&
    (e.value.id === "_" || isFree(scope, e.value.id));
  const open = items.findIndex(isOpen);
  // Packs that are bound already stand for their elements.
  const parts = items.flatMap((e, i): (ast.Expr | Value)[] => {
    if (e.kind !== "Starred" || i === open) return [e];
    if (isOpen(e)) return mismatch(s, e, "a pattern has one new `*name`");
    const v = evaluate(s, scope, e.value);
    return v.kind === "pack" ? [...v.items] : mismatch(s, e, `${valueText(v)} is no pack`);
  });
  const at = open < 0 ? -1 : parts.indexOf(items[open]!);
  const taken = dims.length - parts.length + 1;
  if (open < 0 ? parts.length !== dims.length : taken < 0)
    return mismatch(
      s,
      pattern,
      `\`${name}\` has rank ${dims.length}, the pattern needs ${open < 0 ? parts.length : `at least ${parts.length - 1}`}`,
    );
  parts.forEach((part, i) => {
    if (i === at) {
      const star = items[open] as ast.Starred;
      bindName(scope, (star.value as ast.Name).id, pack(dims.slice(i, i + taken)));
      return;
    }
    const d = dims[at >= 0 && i > at ? i + taken - 1 : i]!;
    if (isValue(part)) return compareDim(s, pattern, part, d, name);
    if (part.kind === "Name" && (part.id === "_" || isFree(scope, part.id)))
      return bindName(scope, part.id, d);
    compareDim(s, part, evaluate(s, scope, part), d, name);
  });
}

const AST_KINDS = /^[A-Z]/;
const isValue = (x: ast.Expr | Value): x is Value => !AST_KINDS.test(x.kind);

function compareAll(
  s: State,
  at: ast.AstBase,
  expected: readonly Value[],
  dims: readonly Value[],
  name: string,
): void {
  if (expected.length !== dims.length)
    return mismatch(
      s,
      at,
      `\`${name}\` has rank ${dims.length}, the pattern needs ${expected.length}`,
    );
  expected.forEach((e, i) => compareDim(s, at, e, dims[i]!, name));
}

/** Refuted: no match; proved: fine; else a guard. */
function compareDim(s: State, at: ast.AstBase, expected: Value, found: Value, name: string): void {
  if (expected.kind === "pack" || expected.kind === "str" || expected.kind === "none")
    return mismatch(s, at, `${valueText(expected)} is no length`);
  const a = toExpr(s, expected, at);
  const b = toExpr(s, found, at);
  const equal = s.analyzer.equal(a, b);
  if (equal === true) return;
  if (equal === false)
    return mismatch(s, at, `a length of \`${name}\` is ${exprText(b)}, not ${exprText(a)}`);
  const cond = compare("eq", b, a);
  s.guards.push({ cond, message: `lengths of \`${name}\` must agree` });
  s.analyzer.assume(cond);
}

/** Matches an element type. */
export function matchDType(
  s: State,
  scope: Scope,
  pattern: ast.Expr,
  dtype: DType,
  name: string,
): void {
  if (pattern.kind === "Name" && (pattern.id === "_" || isFree(scope, pattern.id)))
    return bindName(scope, pattern.id, dtypeValue(dtype));
  const expected = toDType(s, evaluate(s, scope, pattern), pattern);
  if (expected !== dtype)
    mismatch(s, pattern, `the elements of \`${name}\` are ${dtype.name}, not ${expected.name}`);
}

/** Lengths as values of the template. */
export const dimValues = (dims: readonly PrimExpr[]): Value[] => dims.map(dimValue);
