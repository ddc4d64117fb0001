/** Values of the text as operands of calls: leaves, converted to what the operator takes. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { externFunc, globalVar } from "../../../ir/module.js";
import { dtypeValue, primValue, shapeExpr, str, tuple, type Expr } from "../../../ir/relax/expr.js";
import { boolImm, floatImm, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import { float64, int64, isInteger, tryDType } from "../../../support/dtype.js";
import { isInt } from "../../../support/int.js";
import type { OpParam } from "../../../op/op.js";
import type { Span } from "../../../support/source.js";
import { namedDType } from "../literal.js";
import { relaxCodes } from "../../relax-codes.js";
import { infoOf } from "./infer.js";
import { at, emit, fail, useOf, type FunctionState } from "./state.js";
import { describe, isExpr, isPrim, type Item, type ItemsValue, type RValue } from "./value.js";

/** Binds what is no leaf, so that the result may stand as an operand (A-normal form). */
export function leaf(state: FunctionState, value: Expr, span: Span | undefined): Expr {
  switch (value.kind) {
    case "relax.Call":
    case "relax.TupleGetItem":
    case "relax.If":
    case "relax.SeqExpr":
      return useOf(emit(state, value, { span }));
    case "relax.Tuple": {
      const fields = value.fields.map((f) => leaf(state, f, f.span ?? span));
      return fields.every((f, i) => f === value.fields[i]) ? value : tuple(fields, value.span);
    }
    default:
      return value;
  }
}

/** A number, boolean or typed constant of the text as a scalar. */
export function literalPrim(value: AttrValue, span: Span | undefined): PrimExpr | undefined {
  if (typeof value === "boolean") return boolImm(value, span);
  if (isInt(value)) return intImm(value, int64, span);
  if (typeof value !== "object" || value === null || !("kind" in value)) return undefined;
  if (value.kind === "tir.FloatImm") return floatImm(value.value, value.dtype ?? float64, span);
  return value.kind === "tir.IntImm" ? value : undefined;
}

/** Any value as an operand; undefined when it is none (reported). `op` and `name` are for the message. */
export function anyOperand(state: FunctionState, item: Item, place: Place): Expr | undefined {
  const { value, node } = item;
  const span = at(state, node);
  if (isPrim(value)) return primValue(value, span);
  if (isExpr(value)) return leaf(state, value, span);
  if (value.kind === "items") return tupleOperand(state, value, place);
  if (value.kind === "literal") {
    if (typeof value.value === "string") return str(value.value, span);
    // A bare boolean is a number here, as TVM reads it; `R.prim_value(True)` is a boolean.
    const plain = typeof value.value === "boolean" ? Number(value.value) : value.value;
    const prim = literalPrim(plain, span);
    if (prim !== undefined) return primValue(prim, span);
    if (Array.isArray(value.value)) {
      const items = (value.value as readonly AttrValue[]).map((v): Item => ({
        value: { kind: "literal", value: v, node },
        node,
      }));
      return tupleOperand(state, { kind: "items", items, isList: true, node }, place);
    }
  }
  mismatch(state, item, place, "a value");
  return undefined;
}

/** Where an operand stands, for messages. */
export interface Place {
  readonly op: string;
  readonly name: string;
}

function mismatch(state: FunctionState, item: Item, place: Place, expected: string): void {
  if (item.value.kind === "error") return;
  fail(
    state,
    relaxCodes.expectedArgument({
      at: at(state, item.node),
      op: place.op,
      name: place.name,
      expected,
      found: describe(item.value),
    }),
  );
}

function tupleOperand(state: FunctionState, items: ItemsValue, place: Place): Expr | undefined {
  const fields = items.items.map((item) => anyOperand(state, item, place));
  return fields.some((f) => f === undefined)
    ? undefined
    : tuple(fields as Expr[], at(state, items.node));
}

/** An operand of the kind that a parameter declares; undefined when it cannot be one (reported). */
export function elaborateOperand(
  state: FunctionState,
  item: Item,
  param: OpParam,
  op: string,
): Expr | undefined {
  const place = { op, name: param.name };
  switch (param.type) {
    case "tensor":
      return tensorOperand(state, item, param, place);
    case "shape":
      return shapeOperand(state, item, place);
    case "prims":
    case "tuple":
      return inlineTuple(state, item, place);
    case "str":
      return item.value.kind === "literal" && typeof item.value.value === "string"
        ? str(item.value.value, at(state, item.node))
        : valueOperand(state, item, place, "a string");
    case "dtype":
      return dtypeOperand(state, item, place);
    case "func":
      return functionOperand(state, item, place);
    case "prim":
      return item.value.kind === "literal" && typeof item.value.value === "string"
        ? void mismatch(state, item, place, "a scalar")
        : primOperand(state, item, place);
    default:
      return anyOperand(state, item, place);
  }
}

/** A scalar; a bare boolean is one here. */
function primOperand(state: FunctionState, item: Item, place: Place): Expr | undefined {
  const { value, node } = item;
  if (value.kind !== "literal" || typeof value.value !== "boolean")
    return anyOperand(state, item, place);
  const span = at(state, node);
  return primValue(boolImm(value.value, span), span);
}

function valueOperand(
  state: FunctionState,
  item: Item,
  place: Place,
  expected: string,
): Expr | undefined {
  if (isExpr(item.value)) return leaf(state, item.value, at(state, item.node));
  return void mismatch(state, item, place, expected);
}

function tensorOperand(
  state: FunctionState,
  item: Item,
  param: OpParam,
  place: Place,
): Expr | undefined {
  const { value, node } = item;
  if (value.kind !== "literal" || param.scalar === true) return anyOperand(state, item, place);
  const text = literalText(state, node);
  if (text === undefined || literalPrim(value.value, undefined) === undefined)
    return void mismatch(state, item, place, "a tensor");
  fail(state, relaxCodes.numberForTensor({ at: at(state, node), value: text, ...place }));
  return undefined;
}

/** Text of a literal, for messages. */
export function literalText(state: FunctionState, node: A.Expr): string | undefined {
  const span = at(state, node);
  const text = span.source.text.slice(span.start, span.end);
  return text === "" ? undefined : text;
}

function shapeOperand(state: FunctionState, item: Item, place: Place): Expr | undefined {
  const { value, node } = item;
  const span = at(state, node);
  if (value.kind === "items") return shapeOfItems(state, value, place);
  if (isPrim(value)) return shapeExpr([value], span);
  if (value.kind === "literal") {
    const { value: v } = value;
    if (isInt(v)) return shapeExpr([intImm(v, int64, span)], span);
    if (Array.isArray(v) && v.every((d) => isInt(d as AttrValue))) {
      return shapeExpr(
        (v as number[]).map((d) => intImm(d, int64, span)),
        span,
      );
    }
    return void mismatch(state, item, place, "a shape");
  }
  return valueOperand(state, item, place, "a shape");
}

/** Dimensions written in place; undefined when an item is no integer scalar (reported). */
export function shapeOfItems(
  state: FunctionState,
  value: ItemsValue,
  place: Place,
): Expr | undefined {
  const dims: PrimExpr[] = [];
  for (const item of value.items) {
    const dim = scalarOf(item.value, at(state, item.node));
    if (dim !== undefined && (isInteger(dim.dtype) || dim.dtype.code === "bool")) dims.push(dim);
    else if (item.value.kind === "error") return undefined;
    else return void mismatch(state, item, place, "integers");
  }
  return shapeExpr(dims, at(state, value.node));
}

/** The scalar that a value is, when it is one that is known in place. */
export function scalarOf(value: RValue, span: Span | undefined): PrimExpr | undefined {
  if (isPrim(value)) return value;
  if (value.kind === "relax.PrimValue") return value.value;
  if (value.kind === "literal") return literalPrim(value.value, span);
  return undefined;
}

/** An in-line tuple of operands; one operand alone stands for a tuple of one. */
function inlineTuple(state: FunctionState, item: Item, place: Place): Expr | undefined {
  const { value, node } = item;
  if (value.kind === "items") return tupleOperand(state, value, place);
  if (value.kind === "literal" && Array.isArray(value.value)) return anyOperand(state, item, place);
  const operand = anyOperand(state, item, place);
  if (operand === undefined || operand.kind === "relax.Tuple") return operand;
  const info = infoOf(state.ctx, operand);
  if (info.kind === "relax.TupleInfo") return operand;
  warnParens(state, node);
  return tuple([operand], at(state, node));
}

/** `(x)` where a tuple is meant: warns, because it is not one. */
export function warnParens(state: FunctionState, node: A.Expr): void {
  const { source, start, end } = at(state, node);
  let first = start - 1;
  let last = end;
  while (first >= 0 && isSpace(source.text.charCodeAt(first))) first--;
  while (last < source.text.length && isSpace(source.text.charCodeAt(last))) last++;
  if (source.text[first] !== "(" || source.text[last] !== ")") return;
  // The parenthesis of a call with this one argument belongs to the call.
  let before = first - 1;
  while (before >= 0 && isSpace(source.text.charCodeAt(before))) before--;
  if (before < 0 || !/[,(=[]/.test(source.text[before]!)) return;
  const text = source.text.slice(start, end);
  const span = { source, start: first, end: last + 1 };
  fail(
    state,
    relaxCodes.tupleParens({
      at: span,
      text,
      fixes: [{ title: `write (${text},)`, safe: true, edits: [{ span, text: `(${text},)` }] }],
    }),
  );
}

const isSpace = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13;

function dtypeOperand(state: FunctionState, item: Item, place: Place): Expr | undefined {
  const { value, node } = item;
  if (value.kind === "literal" && typeof value.value === "string") {
    const dtype = namedDType(state.ctx, value.value, node);
    return dtype === undefined ? undefined : dtypeValue(dtype, at(state, node));
  }
  if (value.kind === "relax.PrimInfo" && value.value === undefined)
    return dtypeValue(value.dtype, at(state, node));
  if (value.kind === "relax.Str") {
    const dtype = tryDType(value.value);
    if (dtype !== undefined) return dtypeValue(dtype, value.span);
  }
  return valueOperand(state, item, place, "a dtype");
}

/** A callee: a function of the module, or (a string that names none) an external function. */
function functionOperand(state: FunctionState, item: Item, place: Place): Expr | undefined {
  const { value, node } = item;
  if (value.kind === "literal" && typeof value.value === "string") {
    const declared = state.ctx.functions.get(value.value);
    const span = at(state, node);
    return declared?.dialect === "T" && place.op === "call_tir"
      ? globalVar(value.value, span)
      : externFunc(value.value, undefined, span);
  }
  if (value.kind === "ir.GlobalVar" || value.kind === "ir.ExternFunc" || value.kind === "relax.Var")
    return value;
  if (value.kind === "relax.Str") return externFunc(value.value, undefined, value.span);
  return void mismatch(state, item, place, "a function");
}
