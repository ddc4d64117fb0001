/** Expressions of R: text to values. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { globalVar } from "../../../ir/module.js";
import {
  op as opNode,
  primValue,
  relaxCall,
  tupleGetItem,
  type Expr,
} from "../../../ir/relax/expr.js";
import { primInfo } from "../../../ir/relax/struct-info.js";
import { tryDType } from "../../../support/dtype.js";
import type { Diagnostic } from "../../../support/diagnostic.js";
import { didYouMean } from "../../../support/suggest.js";
import { codes } from "../../codes.js";
import { functionOf, memberOf, resolve } from "../../context.js";
import { relaxCodes } from "../../relax-codes.js";
import { visibleNames, type Entity } from "../../scope.js";
import { elaborateAttrDict } from "../attributes.js";
import { plainLiteral } from "../literal.js";
import { DEPTH_LIMIT } from "../tir/reader.js";
import { elaborateCall } from "./call.js";
import { infoOf } from "./infer.js";
import { inspectItem, inspectProperty } from "./inspect.js";
import { leaf, scalarOf } from "./operand.js";
import { binaryOperator, compareOperator, negate } from "./operators.js";
import { at, fail, type FunctionState } from "./state.js";
import { dimOfValue, elaborateScalar, introduce, isScalarText } from "./symbols.js";
import { elaborateType, isTypeText, typeName } from "./types.js";
import { bodySite } from "./symbols.js";
import { describe, errorValue, isExpr, isPrim, type RValue } from "./value.js";
import { int64 } from "../../../support/dtype.js";

/** Any value. Never throws; mistakes are reported and become an ErrorValue. */
export function elaborateExpr(state: FunctionState, expr: A.Expr): RValue {
  const { ctx } = state;
  if (ctx.depth > DEPTH_LIMIT) {
    fail(state, codes.tooDeep({ at: at(state, expr), limit: DEPTH_LIMIT }));
    return errorValue;
  }
  ctx.depth++;
  const value = valueOf(state, expr);
  ctx.depth--;
  return value;
}

function valueOf(state: FunctionState, expr: A.Expr): RValue {
  switch (expr.kind) {
    case "Name":
      return nameValue(state, expr);
    case "Num":
    case "Str":
      return literal(state, expr);
    case "Constant":
      return expr.value === "..." ? notAllowed(state, expr, "`...`") : literal(state, expr);
    case "Tuple":
    case "List": {
      const starred = expr.items.find((i) => i.kind === "Starred");
      if (starred !== undefined) return notAllowed(state, starred, "`*`");
      const items = expr.items.map((node) => ({ value: elaborateExpr(state, node), node }));
      if (items.some((i) => i.value.kind === "error")) return errorValue;
      return { kind: "items", items, isList: expr.kind === "List", node: expr };
    }
    case "Dict": {
      const value = elaborateAttrDict(state.ctx, expr);
      return value === undefined ? errorValue : { kind: "literal", value, node: expr };
    }
    case "Attribute":
      return attributeValue(state, expr);
    case "Call":
      return isTypeText(state, expr) && !isTupleOfValues(state, expr)
        ? typeValue(state, expr)
        : elaborateCall(state, expr);
    case "Subscript":
      return isTypeText(state, expr) ? typeValue(state, expr) : itemValue(state, expr);
    case "Unary":
      return unaryValue(state, expr);
    case "Binary":
      return isScalarText(state.ctx, expr) ? scalar(state, expr) : binaryOperator(state, expr);
    case "Compare":
      return isScalarText(state.ctx, expr) ? scalar(state, expr) : compareOperator(state, expr);
    case "BoolOp":
      if (isScalarText(state.ctx, expr)) return scalar(state, expr);
      return notAllowed(
        state,
        expr,
        `\`${expr.op}\` on tensors`,
        `write \`R.logical_${expr.op}(a, b)\``,
      );
    case "Conditional":
      if (isScalarText(state.ctx, expr)) return scalar(state, expr);
      return notAllowed(
        state,
        expr,
        "`a if c else b`",
        "write an `if` statement, or `R.where(c, a, b)`",
      );
    case "Lambda":
      return notAllowed(
        state,
        expr,
        "a lambda",
        "lambdas stand as index maps of `R.layout_transform` only",
      );
    case "Slice":
      return notAllowed(state, expr, "a slice", "write `R.strided_slice(…)`");
    case "Starred":
      return notAllowed(state, expr, "`*`");
    case "UnsupportedExpr":
      return notAllowed(state, expr, expr.construct);
    case "ErrorExpr":
      return errorValue;
  }
}

/** `relax.Tuple((a, b))` of 2022 is a value; `R.Tuple(A, B)` of types is a type. */
function isTupleOfValues(state: FunctionState, expr: A.Call): boolean {
  if (typeName(state, expr.func) !== "Tuple" || expr.args.length === 0) return false;
  const first = expr.args[0]!.value;
  const items =
    first.kind === "Tuple" || first.kind === "List" ? first.items : expr.args.map((a) => a.value);
  return items.length > 0 && !items.every((i) => isTypeText(state, i));
}

export function notAllowed(
  state: FunctionState,
  expr: A.Expr,
  construct: string,
  hint?: string,
): RValue {
  fail(
    state,
    relaxCodes.expressionNotAllowed({
      at: at(state, expr),
      construct,
      hints: hint === undefined ? [] : [hint],
    }),
  );
  return errorValue;
}

function literal(state: FunctionState, expr: A.Expr): RValue {
  const value = plainLiteral(state.ctx, expr);
  if (value !== undefined) return { kind: "literal", value, node: expr };
  const prefix = expr.kind === "Str" ? expr.prefix : undefined;
  return notAllowed(
    state,
    expr,
    prefix === "f" ? "an f-string" : prefix === "b" ? "a bytes literal" : "this literal",
  );
}

function typeValue(state: FunctionState, expr: A.Expr): RValue {
  return (
    elaborateType(state, expr, { ...bodySite, introduces: state.ctx.era === "2022" }) ?? errorValue
  );
}

/** Scalar arithmetic; a constant boolean or number stays a scalar. */
function scalar(state: FunctionState, expr: A.Expr): RValue {
  return elaborateScalar(state, expr) ?? errorValue;
}

function nameValue(state: FunctionState, expr: A.Name): RValue {
  const { ctx } = state;
  const entity = resolve(ctx, expr.id);
  switch (entity?.kind) {
    case "relax":
      return entity.value;
    case "scalar":
      return entity.var;
    case "typevar":
      return introduce(ctx, state.top, expr.id, int64, expr);
    case "constant":
      return { kind: "literal", value: entity.value, node: expr };
    case "function":
      return globalVar(entity.name, at(state, expr));
    case "alias": {
      const value = entity.value;
      return isPrim(value as RValue)
        ? (value as RValue)
        : notAllowed(state, expr, `\`${expr.id}\``);
    }
    case "closed":
      return closedName(state, expr, entity);
    case "error":
      return errorValue;
    case undefined: {
      if (isTypeText(state, expr)) return typeValue(state, expr);
      fail(state, undefinedValue(state, expr));
      return errorValue;
    }
    default:
      fail(
        state,
        relaxCodes.notAValue({
          at: at(state, expr),
          what: `\`${expr.id}\``,
          instead: "name one of its members",
        }),
      );
      return errorValue;
  }
}

function undefinedValue(state: FunctionState, expr: A.Name): Diagnostic {
  const names = [...new Set(visibleNames(state.ctx.scope))];
  const near = didYouMean(expr.id, names);
  const values = names.filter((name) => resolve(state.ctx, name)?.kind === "relax");
  const listed = values.slice(0, 8).map((name) => `\`${name}\``);
  if (values.length > listed.length) listed.push("…");
  return relaxCodes.undefinedValue({
    at: at(state, expr),
    name: expr.id,
    label: "not in scope",
    notes: listed.length === 0 ? [] : [`values in scope: ${listed.join(", ")}`],
    hints: [near ?? `bind it above this line: \`${expr.id} = …\`, or use a value that is in scope`],
  });
}

function closedName(
  state: FunctionState,
  expr: A.Name,
  entity: Extract<Entity, { kind: "closed" }>,
): RValue {
  const span = at(state, expr);
  if (entity.reason === BRANCH) fail(state, relaxCodes.branchOnly({ at: span, name: expr.id }));
  else if (entity.reason === DATAFLOW)
    fail(state, relaxCodes.dataflowOnly({ at: span, name: expr.id }));
  else fail(state, codes.outOfScope({ at: span, name: expr.id, reason: entity.reason }));
  return errorValue;
}

/** Reasons of names that went out of scope. */
export const BRANCH = "is visible only inside its branch";
export const DATAFLOW = "is visible only inside its dataflow block";

function attributeValue(state: FunctionState, expr: A.Attribute): RValue {
  const { ctx } = state;
  if (isTypeText(state, expr)) {
    const member = memberOf(ctx, expr);
    const dtype = member?.dialect === "T" ? tryDType(member.name) : undefined;
    return dtype === undefined
      ? typeValue(state, expr)
      : primInfo(dtype, undefined, at(state, expr));
  }
  const member = memberOf(ctx, expr);
  if (member?.dialect === "T") return elaborateScalar(state, expr) ?? errorValue;
  if (member !== undefined) {
    fail(
      state,
      relaxCodes.notAValue({
        at: at(state, expr),
        what: `\`${member.dialect}.${member.name}\``,
        instead: "call it",
      }),
    );
    return errorValue;
  }
  const name = functionOf(ctx, expr);
  if (name !== undefined) return functionValue(state, name, expr);
  return propertyValue(state, expr);
}

/** A reference to a function of the module; reports one that does not exist. */
export function functionValue(state: FunctionState, name: string, expr: A.Expr): RValue {
  const { ctx } = state;
  if (ctx.functions.has(name)) return globalVar(name, at(state, expr));
  const near = didYouMean(name, ctx.functions.keys());
  fail(
    state,
    codes.unknownFunction({ at: at(state, expr), name, hints: near === undefined ? [] : [near] }),
  );
  return errorValue;
}

/** `x.shape` of text of 2022. */
function propertyValue(state: FunctionState, expr: A.Attribute): RValue {
  const property = inspectProperty(state, expr);
  if (property !== undefined) return property;
  const value = elaborateExpr(state, expr.value);
  if (value.kind === "error") return errorValue;
  if (isExpr(value) && expr.name === "shape") {
    return relaxCall(opNode("shape_of"), [leaf(state, value, at(state, expr.value))], {
      span: at(state, expr),
    });
  }
  fail(
    state,
    relaxCodes.unknownMethod({
      at: at(state, expr),
      name: expr.name,
      hints: ["it has `shape` and `astype(dtype)`"],
    }),
  );
  return errorValue;
}

/** `t[i]`: an item of a tuple. */
function itemValue(state: FunctionState, expr: A.Subscript): RValue {
  const metadata = metadataValue(state, expr);
  if (metadata !== undefined) return metadata;
  const known = dimOfValue(state, expr);
  if (known !== undefined) return known;
  const inspected = inspectItem(state, expr);
  if (inspected !== undefined) return inspected;
  const value = elaborateExpr(state, expr.value);
  if (value.kind === "error") return errorValue;
  const index = expr.items.length === 1 ? plainLiteral(state.ctx, expr.items[0]!) : undefined;
  if (value.kind === "items" || (value.kind === "literal" && Array.isArray(value.value))) {
    return displayItem(state, value, index, expr);
  }
  if (!isExpr(value)) {
    fail(state, relaxCodes.notATuple({ at: at(state, expr.value), what: describe(value) }));
    return errorValue;
  }
  return tupleItem(state, value, index, expr);
}

function displayItem(
  state: FunctionState,
  value: RValue,
  index: unknown,
  expr: A.Subscript,
): RValue {
  const size = value.kind === "items" ? value.items.length : 0;
  if (typeof index !== "number" || index < 0) {
    fail(state, relaxCodes.tupleIndex({ at: at(state, expr.items[0] ?? expr) }));
    return errorValue;
  }
  if (value.kind === "items" && index < size) return value.items[index]!.value;
  if (value.kind === "literal" && Array.isArray(value.value) && index < value.value.length) {
    return {
      kind: "literal",
      value: (value.value as readonly (typeof value.value)[])[index]!,
      node: expr,
    };
  }
  fail(state, relaxCodes.indexRange({ at: at(state, expr), size, index, last: size - 1 }));
  return errorValue;
}

/** One field of a tuple value, with its checks. */
export function tupleItem(
  state: FunctionState,
  value: Expr,
  index: unknown,
  expr: A.Subscript,
): RValue {
  const place = expr.items[0] ?? expr;
  const info = infoOf(state.ctx, value);
  if (info.kind !== "relax.TupleInfo" && info.kind !== "relax.ObjectInfo") {
    const what = info.kind === "relax.TensorInfo" ? "a tensor" : "this value";
    fail(state, relaxCodes.notATuple({ at: at(state, expr), what }));
    return errorValue;
  }
  if (typeof index !== "number" || index < 0) {
    fail(state, relaxCodes.tupleIndex({ at: at(state, place) }));
    return errorValue;
  }
  if (info.kind === "relax.TupleInfo" && index >= info.fields.length) {
    const size = info.fields.length;
    fail(state, relaxCodes.indexRange({ at: at(state, place), size, index, last: size - 1 }));
    return errorValue;
  }
  return tupleGetItem(leaf(state, value, at(state, expr.value)), index, at(state, expr));
}

/** `metadata["section"][k]`, unless `metadata` is a name of the program. */
function metadataValue(state: FunctionState, expr: A.Subscript): RValue | undefined {
  const inner = expr.value;
  if (inner.kind !== "Subscript" || inner.value.kind !== "Name") return undefined;
  const root = inner.value.id;
  if ((root !== "metadata" && root !== "meta") || resolve(state.ctx, root) !== undefined)
    return undefined;
  const key = inner.items[0];
  const section =
    key?.kind === "Str" ? key.value : state.ctx.source.text.slice(key?.start ?? 0, key?.end ?? 0);
  const index = expr.items.length === 1 ? plainLiteral(state.ctx, expr.items[0]!) : undefined;
  const number = typeof index === "number" ? index : -1;
  const value = state.ctx.options.metadata?.get(section)?.[number];
  if (value === undefined) {
    fail(state, codes.missingMetadata({ at: at(state, expr), section, index: number }));
    return errorValue;
  }
  if (typeof value === "object" && value !== null && "kind" in value) {
    const node = value as RValue;
    if (isExpr(node)) return node;
  }
  return { kind: "literal", value, node: expr };
}

function unaryValue(state: FunctionState, expr: A.Unary): RValue {
  const plain = plainLiteral(state.ctx, expr);
  if (plain !== undefined) return { kind: "literal", value: plain, node: expr };
  if (isScalarText(state.ctx, expr)) return scalar(state, expr);
  return negate(state, expr);
}

/** A value as a scalar operand of arithmetic, or undefined. */
export const asScalar = (state: FunctionState, value: RValue, node: A.Expr): Expr | undefined => {
  const prim = scalarOf(value, at(state, node));
  return prim === undefined ? undefined : primValue(prim, at(state, node));
};
