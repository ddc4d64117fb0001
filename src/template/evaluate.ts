/** Expressions of a template, evaluated at compile time as far as they are static. */
import type * as ast from "../../grammar/ast/nodes.js";
import { numberValue } from "../../grammar/index.js";
import type { Buffer } from "../ir/tir/buffer.js";
import { load, type PrimExpr } from "../ir/tir/expr.js";
import { castTo } from "../syntax/elaborate/tir/operators.js";
import { int64, tryDType } from "../support/dtype.js";
import { isIdentifier } from "../support/identifier.js";
import { call } from "./calls.js";
import { codes } from "./codes.js";
import { toStaticInt } from "./statics.js";
import { entryOf, nameValue, unknown } from "./names.js";
import {
  binaryOperator, choice, comparison, logical, negated, negation, toCondition, toExpr, truth,
} from "./operators.js"; // prettier-ignore
import { lookupEntry, newScope, type Scope } from "./scope.js";
import { fail, LIMITS, placeOf, spanOf, spend, type State } from "./state.js";
import {
  boolValue, dimValue, dtypeValue, exprValue, floatValue, intValue, none, pack, strValue, valueText,
  type Value,
} from "./values.js"; // prettier-ignore

/** The value of an expression. */
export function evaluate(s: State, scope: Scope, e: ast.Expr): Value {
  spend(s, e);
  if (++s.nesting > LIMITS.nesting)
    fail(
      codes.expansionBudget({
        ...placeOf(s, e),
        template: s.template,
        limit: `${LIMITS.nesting} levels`,
      }),
    );
  try {
    return inner(s, scope, e);
  } finally {
    s.nesting--;
  }
}

function inner(s: State, scope: Scope, e: ast.Expr): Value {
  switch (e.kind) {
    case "Name":
      return nameValue(s, scope, e);
    case "Num": {
      const n = numberValue(e);
      return "int" in n ? intValue(n.int) : floatValue(n.float);
    }
    case "Str":
      return strValue(e.prefix === "f" ? formatted(s, scope, e) : e.value);
    case "Constant":
      if (e.value === "...") return unsupported(s, e, "`...`");
      return e.value === "None" ? none : boolValue(e.value === "True");
    case "Attribute":
      return attribute(s, scope, e);
    case "Call":
      return call(s, scope, e);
    case "Subscript":
      return subscript(s, scope, e);
    case "Unary": {
      const v = evaluate(s, scope, e.operand);
      return e.op === "not" ? negated(s, e, v) : negation(s, e, e.op, v);
    }
    case "Binary":
      return binaryOperator(s, e, e.op, evaluate(s, scope, e.left), evaluate(s, scope, e.right));
    case "Compare":
      return chain(s, scope, e);
    case "BoolOp": {
      const left = evaluate(s, scope, e.left);
      const known = truth(left);
      if (known !== undefined)
        return known === (e.op === "and") ? evaluate(s, scope, e.right) : left;
      const c = toCondition(s, left, e.left);
      const right =
        c.phase === "value"
          ? evaluate(s, scope, e.right)
          : s.analyzer.under(c.expr, e.op === "and", () => evaluate(s, scope, e.right));
      return logical(s, e, e.op, c, right);
    }
    case "Conditional":
      return conditional(s, scope, e);
    case "Lambda":
      return {
        kind: "function",
        name: "lambda",
        params: e.params,
        body: e.body,
        scope,
        source: s.source,
      };
    case "Tuple":
    case "List":
      return pack(items(s, scope, e.items));
    case "UnsupportedExpr":
      if (e.generator !== undefined) return pack(generate(s, scope, e.generator));
      return unsupported(s, e, e.construct);
    default:
      return unsupported(s, e, "this");
  }
}

const unsupported = (s: State, e: ast.AstBase, what: string): never =>
  fail(codes.unsupportedConstruct({ ...placeOf(s, e), what }));

/** Values of a list in which stars splice packs. */
export function items(s: State, scope: Scope, list: readonly ast.Expr[]): Value[] {
  const out: Value[] = [];
  for (const item of list) {
    if (item.kind === "Starred") out.push(...splice(s, scope, item));
    else out.push(evaluate(s, scope, item));
  }
  return out;
}

/** What `*p` stands for. */
export function splice(s: State, scope: Scope, e: ast.Starred): readonly Value[] {
  const v = evaluate(s, scope, e.value);
  if (v.kind === "pack") return v.items;
  return fail(
    codes.invalidArgument({ ...placeOf(s, e), what: `\`*\` takes a pack, not ${valueText(v)}` }),
  );
}

// ---- members ------------------------------------------------------------------

function attribute(s: State, scope: Scope, e: ast.Attribute): Value {
  const of = evaluate(s, scope, e.value);
  switch (of.kind) {
    case "member": {
      if (of.root === "python") break;
      const name = of.name === "" ? e.name : `${of.name}.${e.name}`;
      const dtype = of.root === "T" ? tryDType(name) : undefined;
      return dtype === undefined ? { kind: "member", root: of.root, name } : dtypeValue(dtype);
    }
    case "buffer":
      if (e.name === "dtype") return dtypeValue(of.buffer.dtype);
      if (e.name === "shape") return pack(of.buffer.shape.map(dimValue));
      if (e.name === "ndim") return intValue(of.buffer.shape.length);
      if (e.name === "name") return strValue(of.buffer.name);
      if (e.name === "data") return exprValue(of.buffer.data, "value");
      break;
    case "expr":
      if (e.name === "dtype") return dtypeValue(of.expr.dtype);
      break;
    case "relax":
    case "host": {
      const found = s.host?.property(s, of, e.name, e);
      if (found !== undefined) return found;
      break;
    }
    default:
      break;
  }
  return unknown(s, e, `.${e.name}`, [".dtype", ".shape", ".ndim", ".name"]);
}

/** f-string: names and static expressions in braces. */
function formatted(s: State, scope: Scope, e: ast.Str): string {
  return e.value.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const id = name.trim();
    if (!isIdentifier(id)) return unsupported(s, e, "an f-string with more than names in braces");
    const v = evaluate(s, scope, { kind: "Name", id, start: e.start, end: e.end });
    if (v.kind === "expr")
      fail(codes.phase({ ...placeOf(s, e), what: `\`${id}\``, construct: "an f-string" }));
    return v.kind === "str" ? v.value : valueText(v);
  });
}

// ---- conditions ---------------------------------------------------------------

function chain(s: State, scope: Scope, e: ast.Compare): Value {
  let left = evaluate(s, scope, e.operands[0]!);
  let result: Value | undefined;
  for (let i = 0; i < e.ops.length; i++) {
    const right = evaluate(s, scope, e.operands[i + 1]!);
    const link = comparison(s, e, e.ops[i]!, left, right);
    result = result === undefined ? link : both(s, e, result, link);
    left = right;
  }
  return result!;
}

/** `a and b` of two links of a chain, element by element. */
function both(s: State, e: ast.Expr, a: Value, b: Value): Value {
  if (a.kind === "pack" || b.kind === "pack") {
    const length = a.kind === "pack" ? a.items.length : b.kind === "pack" ? b.items.length : 0;
    const at = (v: Value, i: number): Value => (v.kind === "pack" ? v.items[i]! : v);
    return pack(Array.from({ length }, (_, i) => both(s, e, at(a, i), at(b, i))));
  }
  const known = truth(a);
  if (known !== undefined) return known ? b : a;
  return logical(s, e, "and", a, b);
}

function conditional(s: State, scope: Scope, e: ast.Conditional): Value {
  const cond = evaluate(s, scope, e.cond);
  const known = cond.kind === "pack" ? undefined : truth(cond);
  if (known !== undefined) return evaluate(s, scope, known ? e.then : e.otherwise);
  const facts =
    cond.kind === "expr" && cond.phase !== "value" ? toCondition(s, cond, e.cond).expr : undefined;
  const under = (holds: boolean, branch: ast.Expr): Value =>
    facts === undefined
      ? evaluate(s, scope, branch)
      : s.analyzer.under(facts, holds, () => evaluate(s, scope, branch));
  return choice(s, e, true, cond, under(true, e.then), under(false, e.otherwise));
}

// ---- access -------------------------------------------------------------------

function subscript(s: State, scope: Scope, e: ast.Subscript): Value {
  const of = evaluate(s, scope, e.value);
  if (of.kind === "buffer") {
    const indices = indicesOf(s, scope, of.buffer, e);
    return exprValue(load(of.buffer, indices, spanOf(s, e)), "value");
  }
  const [index] = e.items;
  if (e.items.length !== 1 || index === undefined || index.kind === "Starred")
    return fail(
      codes.invalidArgument({ ...placeOf(s, e), what: `${valueText(of)} takes one index` }),
    );
  if (of.kind === "pack" || of.kind === "str") {
    const list: readonly Value[] = of.kind === "pack" ? of.items : [...of.value].map(strValue);
    const wrap = (found: readonly Value[]): Value =>
      of.kind === "pack"
        ? pack(found)
        : strValue(found.map((v) => (v.kind === "str" ? v.value : "")).join(""));
    if (index.kind === "Slice") return wrap(slice(s, scope, list, index));
    return element(s, list, evaluate(s, scope, index), e);
  }
  if ((of.kind === "relax" || of.kind === "host") && s.host !== undefined) {
    const at = toStaticInt(s, evaluate(s, scope, index), index, "an item of a tuple");
    const found = s.host.item(s, of, at, e);
    if (found !== undefined) return found;
  }
  return fail(
    codes.invalidArgument({ ...placeOf(s, e), what: `${valueText(of)} has no elements` }),
  );
}

/** One element of a pack; a pack of positions is refused, S.pick takes it. */
function element(s: State, list: readonly Value[], index: Value, e: ast.Subscript): Value {
  if (index.kind === "pack")
    return fail(
      codes.invalidArgument({
        ...placeOf(s, e),
        what: "a pack is indexed by one position; S.pick takes several",
      }),
    );
  const i = toStaticInt(s, index, e.items[0]!, "the index of a pack");
  const found = list[i < 0 ? i + list.length : i];
  if (found !== undefined) return found;
  return fail(
    codes.packLength({
      ...placeOf(s, e),
      what: `position ${i} of a pack of length ${list.length}`,
    }),
  );
}

function slice(s: State, scope: Scope, list: readonly Value[], e: ast.Slice): readonly Value[] {
  const bound = (at: ast.Expr | undefined): number | undefined => {
    if (at === undefined) return undefined;
    const v = evaluate(s, scope, at);
    return v.kind === "none" ? undefined : toStaticInt(s, v, at, "the bound of a slice");
  };
  const n = list.length;
  const step = bound(e.step) ?? 1;
  if (step === 0)
    return fail(codes.invalidArgument({ ...placeOf(s, e), what: "a slice of step 0" }));
  const lower = bound(e.lower);
  const upper = bound(e.upper);
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? n : n - 1;
  const clip = (i: number): number => Math.min(Math.max(i < 0 ? i + n : i, low), high);
  const start = lower === undefined ? (step > 0 ? 0 : n - 1) : clip(lower);
  const stop = upper === undefined ? (step > 0 ? n : -1) : clip(upper);
  const out: Value[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) out.push(list[i]!);
  return out;
}

/** Indices of an access, packs spliced, in normal form. */
export function indicesOf(s: State, scope: Scope, buffer: Buffer, e: ast.Subscript): PrimExpr[] {
  const written: Value[] = [];
  for (const item of e.items) {
    if (item.kind === "Slice") return unsupported(s, item, "a slice of a buffer");
    if (item.kind === "Starred") written.push(...splice(s, scope, item));
    else {
      const v = evaluate(s, scope, item);
      if (v.kind === "pack") written.push(...v.items);
      else written.push(v);
    }
  }
  return accessIndices(s, buffer, written, e);
}

/** Positions as indices of a buffer: as many as it has dimensions, int64, simplified with what is known here. */
export function accessIndices(
  s: State,
  buffer: Buffer,
  positions: readonly Value[],
  e: ast.AstBase,
): PrimExpr[] {
  if (positions.length !== buffer.shape.length)
    fail(
      codes.indexArity({
        ...placeOf(s, e),
        buffer: buffer.name,
        rank: buffer.shape.length,
        count: positions.length,
        indices: positions.map(valueText).join(", "),
      }),
    );
  return positions.map((p) => {
    const written = toExpr(s, p, e);
    if (written.kind === "tir.Ramp") return written;
    const index = castTo(written, int64);
    return index.kind === "tir.Var" || index.kind === "tir.IntImm"
      ? index
      : s.analyzer.simplify(index);
  });
}

// ---- compile-time iteration ---------------------------------------------------

/** Elements of `e for t in S.each(p)`. */
export function generate(
  s: State,
  scope: Scope,
  { element: body, targets, iter }: NonNullable<ast.UnsupportedExpr["generator"]>,
): Value[] {
  const list = staticItems(s, scope, iter);
  return list.map((item) => {
    const inside = newScope("function", scope);
    bindTargets(s, inside, targets, item, iter);
    return evaluate(s, inside, body);
  });
}

/** Whether an iterable is walked at compile time. */
export function isStaticIterable(scope: Scope, iter: ast.Expr): boolean {
  if (iter.kind !== "Call" || iter.func.kind !== "Attribute" || iter.func.value.kind !== "Name")
    return false;
  return iter.func.value.id === "S" && lookupEntry(scope, "S") === undefined;
}

/** What `S.each`, `S.zip` and `S.range` walk over; below a static host, any pack. */
export function staticItems(s: State, scope: Scope, iter: ast.Expr): readonly Value[] {
  if (!isStaticIterable(scope, iter) && s.host?.isStatic !== true)
    return fail(
      codes.phase({
        ...placeOf(s, iter),
        what: "this iterable",
        construct: "a generator (S.each, S.zip, S.range)",
      }),
    );
  const v = evaluate(s, scope, iter);
  if (v.kind === "pack") return v.items;
  return fail(
    codes.invalidArgument({ ...placeOf(s, iter), what: `${valueText(v)} cannot be walked` }),
  );
}

/** Gives the names of targets their parts of a value. */
export function bindTargets(
  s: State,
  scope: Scope,
  targets: readonly ast.Expr[],
  v: Value,
  at: ast.AstBase,
): void {
  const [only] = targets;
  if (targets.length === 1 && only?.kind === "Name") {
    scope.names.set(only.id, entryOf(s, v, at));
    return;
  }
  const parts = unpack(s, targets, v, at);
  targets.forEach((t, i) => {
    const name = t.kind === "Starred" ? t.value : t;
    if (name.kind === "Tuple" || name.kind === "List")
      bindTargets(s, scope, name.items, parts[i]!, at);
    else if (name.kind === "Name") scope.names.set(name.id, entryOf(s, parts[i]!, at));
    else unsupported(s, t, "this target");
  });
}

/** The parts of a pack that targets take; a starred one takes the rest as a pack. */
export function unpack(s: State, targets: readonly ast.Expr[], v: Value, at: ast.AstBase): Value[] {
  if (v.kind !== "pack")
    return fail(
      codes.invalidArgument({ ...placeOf(s, at), what: `${valueText(v)} cannot be unpacked` }),
    );
  const star = targets.findIndex((t) => t.kind === "Starred");
  const n = v.items.length;
  const fits = star < 0 ? n === targets.length : n >= targets.length - 1;
  if (!fits)
    return fail(
      codes.packLength({
        ...placeOf(s, at),
        what: `${targets.length} targets for a pack of length ${n}`,
      }),
    );
  if (star < 0) return [...v.items];
  const taken = n - targets.length + 1;
  return [
    ...v.items.slice(0, star),
    pack(v.items.slice(star, star + taken)),
    ...v.items.slice(star + taken),
  ];
}
