/** C for scalar expressions. What cannot be part of an expression becomes statements before it. */
import type {
  Compare,
  IfThenElse,
  Let,
  Logic,
  PrimExpr,
  Select,
  Unary,
} from "../../../ir/tir/expr.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { bool, isFloat, laneOf, type DType } from "../../../support/dtype.js";
import { codegenCodes } from "../../codes.js";
import { codes } from "../codes.js";
import { emitCall } from "./call.js";
import { emitCallGlobal } from "./call-global.js";
import { castPiece, wrapped } from "./cast.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext } from "./context.js";
import { emitFloatBinary } from "./float.js";
import { emitIntegerBinary, noteValue, wrapping } from "./integer.js";
import { intervalOf } from "./interval.js";
import { atWidth, literal } from "./literal.js";
import { emitLoad } from "./element.js";
import { stringLiteral } from "./string.js";
import { conditional, converted, infix, prefix, primary, type Piece } from "./text.js";
import { checkType, isUnsigned, scalarType } from "./types.js";
import { bindVector, emitLane } from "./vector.js";

/** Levels of nesting of one expression. */
export const DEPTH_LIMIT = 1500;

/** The value of a scalar expression. `exact`: it is part of an index. */
export function emitExpr(cx: FunctionContext, e: PrimExpr, exact = false): Piece {
  if (++cx.depth > DEPTH_LIMIT)
    throw new DiagnosticError(codegenCodes.tooDeep({ limit: DEPTH_LIMIT, at: e.span }));
  const piece = emitNode(cx, e, exact);
  cx.depth--;
  return piece;
}

/** The piece as a name or a number, so that it can stand in several places. */
export function named(cx: FunctionContext, x: Piece, type: DType, hint: string): Piece {
  if (/^\w+$/.test(x.text)) return x;
  const name = cx.names.take(hint);
  cx.lines.declare(name, `const ${scalarType(type)} ${name} = ${x.text};`);
  return primary(name);
}

function emitNode(cx: FunctionContext, e: PrimExpr, exact: boolean): Piece {
  checkFloat(cx, e);
  if (e.dtype.code !== "void") checkType(e.dtype, e.span);
  if (e.dtype.lanes > 1)
    throw new DiagnosticError(codes.unsupportedType({ type: e.dtype.name, at: e.span }));
  switch (e.kind) {
    case "tir.Var": {
      const name = cx.values.get(e) ?? cx.pointers.get(e)?.name;
      if (name === undefined)
        throw new DiagnosticError(codegenCodes.unboundVariable({ name: e.name, at: e.span }));
      return primary(name);
    }
    case "tir.IntImm":
    case "tir.FloatImm":
      return literal(e.value as never, e.dtype);
    case "tir.StringImm":
      return primary(stringLiteral(e.value));
    case "tir.Cast":
      return castPiece(cx.shared, emitExpr(cx, e.value, exact), e.value.dtype, e.dtype);
    case "tir.Binary":
      return isFloat(e.dtype) ? emitFloatBinary(cx, e) : emitIntegerBinary(cx, e, exact);
    case "tir.Compare":
      return emitCompare(cx, e);
    case "tir.Logic":
      return emitLogic(cx, e);
    case "tir.Unary":
      return emitUnary(cx, e);
    case "tir.Select":
    case "tir.IfThenElse":
      return emitChoice(cx, e, exact);
    case "tir.Load":
      return emitLoad(cx, e);
    case "tir.Let":
      return emitLet(cx, e, exact);
    case "tir.Shuffle":
      return emitLane(cx, e, 0);
    case "tir.Ramp":
      return emitExpr(cx, e.base, exact);
    case "tir.Broadcast":
      return emitExpr(cx, e.value, exact);
    case "tir.Call":
      return emitCall(cx, e);
    case "tir.CallGlobal":
      return emitCallGlobal(cx, e);
  }
}

/** Refuses floats on hosts without them. */
export function checkFloat(cx: FunctionContext, e: PrimExpr): void {
  if (cx.shared.allowFloat || !isFloat(e.dtype)) return;
  const { name } = cx.kernel;
  throw new DiagnosticError(
    codes.floatOnInteger({ function: name, type: e.dtype.name, at: e.span }),
  );
}

/** Float beats integer, wider beats narrower, then the left operand's type. */
export function comparedType(a: DType, b: DType): DType {
  const x = laneOf(a);
  const y = laneOf(b);
  if (isFloat(x) !== isFloat(y)) return isFloat(x) ? x : y;
  return x.bits >= y.bits && x.code !== "bool" ? x : y;
}

/** The operators of comparisons. */
export const COMPARISONS = { eq: "==", ne: "!=", lt: "<", le: "<=", gt: ">", ge: ">=" } as const;

function emitCompare(cx: FunctionContext, e: Compare): Piece {
  const type = comparedType(e.a.dtype, e.b.dtype);
  const [a, b] = [coerce(e.a, type), coerce(e.b, type)];
  const decided = isFloat(type) ? undefined : decide(e.op, type, a, b);
  const [x, y] = [emitExpr(cx, a), emitExpr(cx, b)];
  if (decided !== undefined) return primary(decided ? "1" : "0");
  // Compilers warn of a comparison of a thing with itself.
  if (x.text === y.text && !isFloat(type)) return primary(/^(eq|le|ge)$/.test(e.op) ? "1" : "0");
  if ((e.op === "eq" || e.op === "ne") && (hasBits(a) || hasBits(b)))
    return infix(COMPARISONS[e.op], named(cx, x, type, "bits"), named(cx, y, type, "bits"));
  return infix(COMPARISONS[e.op], x, y);
}

/** Whether compilers may see through a bit operation that is compared, and warn. */
const hasBits = (e: PrimExpr): boolean =>
  e.kind === "tir.Binary" && (e.op === "bitand" || e.op === "bitor");

/** What the types of operands tell already; compilers warn of such comparisons. */
function decide(op: Compare["op"], type: DType, a: PrimExpr, b: PrimExpr): boolean | undefined {
  if (!isUnsigned(type) && type.bits >= 32 && !(a.kind === "tir.IntImm" && b.kind === "tir.IntImm"))
    return undefined;
  const zero = { low: 0n, high: (1n << BigInt(type.code === "bool" ? 1 : type.bits)) - 1n };
  const whole = isUnsigned(type) ? zero : undefined;
  const none = new Map();
  const [x, y] = [intervalOf(a, none) ?? whole, intervalOf(b, none) ?? whole];
  if (x === undefined || y === undefined) return undefined;
  switch (op) {
    case "lt":
      return x.high < y.low ? true : x.low >= y.high ? false : undefined;
    case "le":
      return x.high <= y.low ? true : x.low > y.high ? false : undefined;
    case "gt":
      return x.low > y.high ? true : x.high <= y.low ? false : undefined;
    case "ge":
      return x.low >= y.high ? true : x.high < y.low ? false : undefined;
    case "eq":
      return x.high < y.low || x.low > y.high ? false : undefined;
    case "ne":
      return x.high < y.low || x.low > y.high ? true : undefined;
  }
}

/** The second operand is evaluated only when the first does not decide. */
function emitLogic(cx: FunctionContext, e: Logic): Piece {
  const a = emitExpr(cx, coerce(e.a, laneOf(e.dtype)));
  const later = cx.lines.capture(() => emitExpr(cx, coerce(e.b, laneOf(e.dtype))));
  const op = e.op === "and" ? "&&" : "||";
  if (later.lines.length === 0) return infix(op, a, later.value);
  const name = cx.names.take(e.op === "and" ? "both" : "either");
  cx.lines.add(`uint8_t ${name} = ${a.text};`);
  cx.lines.block(`if (${e.op === "and" ? name : `!${name}`})`, () => {
    cx.lines.put(later.lines);
    cx.lines.add(`${name} = ${later.value.text};`);
  });
  return primary(name);
}

function emitUnary(cx: FunctionContext, e: Unary): Piece {
  const x = emitExpr(cx, e.a);
  const type = e.dtype;
  switch (e.op) {
    case "not":
      return prefix("!", x);
    case "neg":
      if (isFloat(type)) return prefix("-", x);
      return wrapping(cx.shared, "sub", type, primary("0"), x);
    case "bitnot":
      if (type.code === "bool") return prefix("!", x);
      return wrapped(cx.shared, converted(scalarType(type), prefix("~", x)), type);
  }
}

/** Only the chosen side is evaluated. */
function emitChoice(cx: FunctionContext, e: Select | IfThenElse, exact: boolean): Piece {
  const cond = emitExpr(cx, e.cond.dtype === bool ? e.cond : coerce(e.cond, bool));
  const then = cx.lines.capture(() => emitExpr(cx, coerce(e.then, e.dtype), exact));
  const otherwise = cx.lines.capture(() => emitExpr(cx, coerce(e.otherwise, e.dtype), exact));
  if (then.lines.length === 0 && otherwise.lines.length === 0)
    return conditional(cond, atWidth(then.value, e.dtype), otherwise.value);
  const name = cx.names.take("chosen");
  cx.lines.declare(name, `${scalarType(e.dtype)} ${name};`);
  cx.lines.block(`if (${cond.text})`, () => {
    cx.lines.put(then.lines);
    cx.lines.add(`${name} = ${then.value.text};`);
  });
  cx.lines.block("else", () => {
    cx.lines.put(otherwise.lines);
    cx.lines.add(`${name} = ${otherwise.value.text};`);
  });
  return primary(name);
}

function emitLet(cx: FunctionContext, e: Let, exact: boolean): Piece {
  bindValue(cx, e.var, e.value);
  return emitExpr(cx, e.body, exact);
}

/** Defines a variable for the lines that follow. */
export function bindValue(cx: FunctionContext, v: Let["var"], value: PrimExpr): void {
  if (v.dtype.lanes > 1) return bindVector(cx, v, value);
  const x = emitExpr(cx, coerce(value, v.dtype));
  const name = cx.names.take(v.name);
  cx.lines.declare(name, `const ${scalarType(v.dtype)} ${name} = ${x.text};`);
  if (v.dtype.code === "handle") cx.pointers.set(v, { name, element: "void" });
  else cx.values.set(v, name);
  noteValue(cx, v, value);
}
