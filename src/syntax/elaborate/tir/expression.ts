/** Expressions of T, and integer expressions of R's shapes. */
import type {
  Attribute,
  Binary,
  Compare,
  Expr,
  Name,
  Unary,
} from "../../../../grammar/ast/nodes.js";
import { numberValue } from "../../../../grammar/index.js";
import {
  boolImm,
  floatImm,
  load,
  makeVar,
  stringImm,
  type BinaryOp,
  type CompareOp,
  type PrimExpr,
} from "../../../ir/tir/expr.js";
import { globalVar } from "../../../ir/module.js";
import { float32, int64, tryDType } from "../../../support/dtype.js";
import { negInt } from "../../../support/int.js";
import { didYouMean } from "../../../support/suggest.js";
import { codes } from "../../codes.js";
import { memberOf, report, resolve, spanOf, type ElabContext } from "../../context.js";
import { lookup, lookupEnded, visibleNames, type Entity } from "../../scope.js";
import type { ErrorValue, Items, Value } from "../../value.js";
import { constantValue, mentionsConstant } from "../constant.js";
import { elaborateCall } from "./call.js";
import { elaborateSubscript } from "./index-access.js";
import { fromConstant, intLiteral, toPrim } from "./operand.js";
import {
  arithmetic,
  bitwise,
  choice,
  comparison,
  divides,
  logical,
  negation,
} from "./operators.js";
import { elaborateProperty } from "./property.js";
import { DEPTH_LIMIT, elaboratePrimExpr, elaborateValue, errorValue, notPart } from "./reader.js";
import { expandItems } from "./starred.js";

/** Any value. Never throws; errors are reported and become an ErrorValue. */
export function readValue(ctx: ElabContext, expr: Expr): Value {
  if (ctx.depth > DEPTH_LIMIT) {
    report(ctx, codes.tooDeep({ at: spanOf(ctx, expr), limit: DEPTH_LIMIT }));
    return errorValue;
  }
  ctx.depth++;
  const value = (ctx.hasConstants && foldedConstant(ctx, expr)) || valueOf(ctx, expr);
  ctx.depth--;
  return value;
}

/** Operators between template constants are carried out while reading. */
function foldedConstant(ctx: ElabContext, expr: Expr): Value | undefined {
  const { kind } = expr;
  if (
    kind !== "Binary" &&
    kind !== "Compare" &&
    kind !== "BoolOp" &&
    kind !== "Unary" &&
    kind !== "Subscript"
  )
    return undefined;
  if (!mentionsConstant(ctx, expr)) return undefined;
  const value = constantValue(ctx, expr);
  return value === undefined ? undefined : fromConstant(ctx, value, expr);
}

function valueOf(ctx: ElabContext, expr: Expr): Value {
  switch (expr.kind) {
    case "Name":
      return elaborateName(ctx, expr);
    case "Num": {
      const n = numberValue(expr);
      if ("int" in n) return intLiteral(ctx, n.int, ctx.literalInt, expr);
      return floatImm(Math.fround(n.float), float32, spanOf(ctx, expr), n.float);
    }
    case "Str":
      if (expr.prefix !== undefined)
        return notPart(ctx, expr, expr.prefix === "f" ? "an f-string" : "a bytes literal");
      return stringImm(expr.value, spanOf(ctx, expr));
    case "Constant":
      if (expr.value === "None") return { kind: "literal", value: null, span: spanOf(ctx, expr) };
      if (expr.value === "...") return notPart(ctx, expr, "`...`");
      return boolImm(expr.value === "True", spanOf(ctx, expr));
    case "Binary":
      return elaborateBinary(ctx, expr);
    case "Call":
      return elaborateCall(ctx, expr);
    case "Subscript":
      return elaborateSubscript(ctx, expr);
    case "Attribute":
      return elaborateAttribute(ctx, expr);
    case "Unary":
      return elaborateUnary(ctx, expr);
    case "Compare":
      return elaborateCompare(ctx, expr);
    case "BoolOp": {
      const a = elaboratePrimExpr(ctx, expr.left);
      const b = elaboratePrimExpr(ctx, expr.right);
      return a === undefined || b === undefined
        ? errorValue
        : logical(ctx, expr.op, a, b, expr, expr.left, expr.right);
    }
    case "Conditional": {
      const cond = elaboratePrimExpr(ctx, expr.cond);
      const then = elaborateValue(ctx, expr.then);
      const otherwise = elaborateValue(ctx, expr.otherwise);
      if (cond?.kind === "tir.IntImm" && cond.dtype.code === "bool")
        return cond.value === 1 ? then : otherwise;
      const a = toPrim(ctx, then, expr.then);
      const b = toPrim(ctx, otherwise, expr.otherwise);
      return cond === undefined || a === undefined || b === undefined
        ? errorValue
        : choice(ctx, true, cond, a, b, expr);
    }
    case "Tuple":
    case "List": {
      const items = expandItems(ctx, expr.items).map((item) => elaborateValue(ctx, item));
      const made: Items = {
        kind: "items",
        items,
        isList: expr.kind === "List",
        span: spanOf(ctx, expr),
      };
      return made;
    }
    case "Slice": {
      const bound = (e: Expr | undefined): PrimExpr | undefined =>
        e === undefined ? undefined : elaboratePrimExpr(ctx, e);
      return {
        kind: "slice",
        lower: bound(expr.lower),
        upper: bound(expr.upper),
        step: bound(expr.step),
        span: spanOf(ctx, expr),
      };
    }
    case "Lambda":
      return { kind: "lambda", node: expr, scope: ctx.scope, span: spanOf(ctx, expr) };
    case "Dict":
      return elaborateDict(ctx, expr);
    case "Starred":
      return notPart(ctx, expr, "`*` here");
    case "UnsupportedExpr":
      return notPart(ctx, expr, expr.construct);
    case "ErrorExpr":
      return errorValue;
  }
}

function elaborateDict(ctx: ElabContext, expr: Extract<Expr, { kind: "Dict" }>): Value {
  const map = new Map<string, import("../../../ir/core/node.js").AttrValue>();
  for (const { key, value } of expr.entries) {
    if (key.kind !== "Str") {
      report(ctx, codes.keyNotString({ at: spanOf(ctx, key) }));
      continue;
    }
    if (map.has(key.value))
      report(ctx, codes.repeatedKey({ at: spanOf(ctx, key), key: key.value }));
    const v = ctx.attribute(ctx, value);
    if (v !== undefined) map.set(key.value, v);
  }
  return { kind: "literal", value: map, span: spanOf(ctx, expr) };
}

// ---- names -----------------------------------------------------------------

function elaborateName(ctx: ElabContext, expr: Name): Value {
  const entity = resolve(ctx, expr.id);
  if (entity === undefined) return undefinedName(ctx, expr);
  return valueOfEntity(ctx, entity, expr);
}

/** The value of what a name stands for. */
export function valueOfEntity(ctx: ElabContext, entity: Entity, at: Name): Value {
  switch (entity.kind) {
    case "scalar":
      return entity.var;
    case "buffer":
      return entity.buffer.scalar ? scalarLoad(ctx, entity.buffer, at) : entity.buffer;
    case "constant":
      return fromConstant(ctx, entity.value, at);
    case "alias":
      return entity.value;
    case "function":
      return globalVar(entity.name, spanOf(ctx, at));
    case "module":
      return { kind: "module", span: spanOf(ctx, at) };
    case "macro":
      return { kind: "macro", macro: entity.macro, span: spanOf(ctx, at) };
    case "dialect":
      return { kind: "path", name: "", span: spanOf(ctx, at) };
    case "typevar":
      return functionSymbol(ctx, entity.name, at);
    case "relax":
      return relaxScalar(ctx, entity, at);
    case "closed":
      report(ctx, codes.outOfScope({ at: spanOf(ctx, at), name: at.id, reason: entity.reason }));
      return errorValue;
    case "error":
      return errorValue;
  }
}

const scalarLoad = (
  ctx: ElabContext,
  buffer: import("../../../ir/tir/buffer.js").Buffer,
  at: Expr,
): PrimExpr => load(buffer, [intLiteral(ctx, 0, buffer.shape[0]!.dtype, at)], spanOf(ctx, at));

/** The symbol of a file-level TypeVar in the function at hand. */
function functionSymbol(ctx: ElabContext, name: string, at: Name): Value {
  const scope = ctx.functionScope;
  const made = scope === undefined ? undefined : lookup(scope, name);
  if (made?.kind === "scalar") return made.var;
  const v = makeVar(name, ctx.tir?.declared.get(name) ?? int64, spanOf(ctx, at));
  (scope ?? ctx.scope).names.set(name, { kind: "scalar", var: v });
  ctx.tir?.symbols.set(name, v);
  return v;
}

function relaxScalar(
  ctx: ElabContext,
  entity: Extract<Entity, { kind: "relax" }>,
  at: Name,
): Value {
  const { value } = entity;
  if (value.kind === "relax.PrimValue") return value.value;
  report(
    ctx,
    codes.expectedExpression({ at: spanOf(ctx, at), what: `\`${at.id}\`, which is a value of R,` }),
  );
  return errorValue;
}

/** Python names that people expect to work. */
const PYTHON = new Set([
  "len", "tuple", "list", "int", "float", "bool", "str", "isinstance", "type", "min", "max", "abs", "sum", "zip",
  "enumerate", "map", "filter", "sorted", "reversed", "getattr", "hasattr", "print", "np", "numpy", "topi", "te",
  "math", "functools", "itertools", "range",
]); // prettier-ignore

/** Reports an unknown name with the nearest ones. */
export function undefinedName(ctx: ElabContext, expr: Name): ErrorValue {
  const at = spanOf(ctx, expr);
  if (PYTHON.has(expr.id)) {
    report(ctx, codes.metaProgramming({ at, construct: `\`${expr.id}\`` }));
  } else {
    reportUndefined(ctx, expr);
  }
  // Report each unknown name once.
  ctx.scope.names.set(expr.id, { kind: "error" });
  return errorValue;
}

function reportUndefined(ctx: ElabContext, expr: Name): void {
  const at = spanOf(ctx, expr);
  const ended = lookupEnded(ctx.scope, expr.id);
  if (ended !== undefined) {
    const span = ended.kind === "scalar" ? ended.var.span : undefined;
    const labels = span === undefined ? [] : [{ span, message: "defined here" }];
    const reason = "is used after the loop or block that defines it has ended";
    const hint = "move the use into that loop or block, or write the value that is meant";
    report(ctx, codes.outOfScope({ at, name: expr.id, reason, labels, hints: [hint] }));
    return;
  }
  const near = didYouMean(expr.id, visibleNames(ctx.scope));
  const hints =
    near === undefined
      ? [`to make it a template constant, write \`${expr.id} = …\` at the top of the file`]
      : [near];
  report(ctx, codes.undefinedName({ at, name: expr.id, hints }));
}

function elaborateAttribute(ctx: ElabContext, expr: Attribute): Value {
  const member = memberOf(ctx, expr);
  if (member !== undefined) {
    if (member.dialect === "T") {
      const dtype = tryDType(member.name);
      if (dtype !== undefined) return { kind: "type", dtype, span: spanOf(ctx, expr) };
    }
    return { kind: "path", name: member.name, span: spanOf(ctx, expr) };
  }
  return elaborateProperty(ctx, elaborateValue(ctx, expr.value), expr);
}

// ---- operators -------------------------------------------------------------

const ARITHMETIC: Readonly<Record<string, BinaryOp>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "//": "floordiv",
  "%": "floormod",
};
const BITS: Readonly<Record<string, BinaryOp>> = {
  "&": "bitand",
  "|": "bitor",
  "^": "bitxor",
  "<<": "shl",
  ">>": "shr",
};

function elaborateBinary(ctx: ElabContext, expr: Binary): Value {
  const left = elaborateValue(ctx, expr.left);
  const right = elaborateValue(ctx, expr.right);
  if (left.kind === "items" && right.kind === "items" && expr.op === "+") {
    return { ...left, items: [...left.items, ...right.items], span: spanOf(ctx, expr) };
  }
  const a = toPrim(ctx, left, expr.left);
  const b = toPrim(ctx, right, expr.right);
  if (a === undefined || b === undefined) return errorValue;
  return applyBinary(ctx, expr.op, a, b, expr);
}

/** `a op b` for any binary operator of the text. */
export function applyBinary(
  ctx: ElabContext,
  op: Binary["op"],
  a: PrimExpr,
  b: PrimExpr,
  at: Expr,
): Value {
  if (a.kind === "tir.StringImm" || b.kind === "tir.StringImm") {
    const what = "a string";
    report(ctx, codes.expectedExpression({ at: spanOf(ctx, at), what }));
    return errorValue;
  }
  const bits = BITS[op];
  if (bits !== undefined) return bitwise(ctx, bits, a, b, at);
  const known = ARITHMETIC[op];
  if (known === undefined) {
    const instead = op === "**" ? "write `T.pow(x, y)`" : "write the loops out";
    report(ctx, codes.unsupportedOperator({ at: spanOf(ctx, at), op, instead }));
    return errorValue;
  }
  if (op === "/" && !divides(a, b)) {
    report(ctx, codes.integerDivision({ at: spanOf(ctx, at) }));
    return errorValue;
  }
  return arithmetic(ctx, known, a, b, at);
}

function elaborateUnary(ctx: ElabContext, expr: Unary): Value {
  const { op, operand } = expr;
  if (op === "-" && operand.kind === "Num") {
    const n = numberValue(operand);
    if ("int" in n) return intLiteral(ctx, negInt(n.int), ctx.literalInt, expr);
    return floatImm(-Math.fround(n.float), float32, spanOf(ctx, expr), -n.float);
  }
  const a = elaboratePrimExpr(ctx, operand);
  if (a === undefined) return errorValue;
  if (op === "+") return a;
  return negation(ctx, op === "-" ? "neg" : op === "~" ? "bitnot" : "not", a, expr);
}

const COMPARE: Readonly<Record<string, CompareOp>> = {
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "==": "eq",
  "!=": "ne",
};

/** A chained comparison means the conjunction of its parts. */
function elaborateCompare(ctx: ElabContext, expr: Compare): Value {
  const operands = expr.operands.map((e) => elaborateValue(ctx, e));
  let all: PrimExpr | undefined;
  for (let i = 0; i < expr.ops.length; i++) {
    const op = COMPARE[expr.ops[i]!];
    if (op === undefined) {
      report(ctx, codes.identityTest({ at: spanOf(ctx, expr), op: expr.ops[i]! }));
      return errorValue;
    }
    const constant = compareConstants(operands[i]!, operands[i + 1]!, op);
    if (constant !== undefined && expr.ops.length === 1)
      return boolImm(constant, spanOf(ctx, expr));
    const a = toPrim(ctx, operands[i]!, expr.operands[i]!);
    const b = toPrim(ctx, operands[i + 1]!, expr.operands[i + 1]!);
    if (a === undefined || b === undefined) return errorValue;
    const one = comparison(ctx, op, a, b, expr);
    all = all === undefined ? one : logical(ctx, "and", all, one, expr);
  }
  return all ?? errorValue;
}

/** Strings, None and types are known while the text is read, so they compare at once. */
function compareConstants(a: Value, b: Value, op: CompareOp): boolean | undefined {
  if (op !== "eq" && op !== "ne") return undefined;
  const x = constantKey(a);
  const y = constantKey(b);
  if (x === undefined || y === undefined) return undefined;
  return (x === y) === (op === "eq");
}

function constantKey(v: Value): string | undefined {
  if (v.kind === "tir.StringImm") return v.value;
  if (v.kind === "type") return v.dtype.name;
  return v.kind === "literal" && v.value === null ? "\0None" : undefined;
}
