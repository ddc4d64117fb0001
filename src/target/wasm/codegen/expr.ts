/** Code for scalar expressions. */
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
import { isFloat, laneOf, type DType } from "../../../support/dtype.js";
import { codegenCodes } from "../../codes.js";
import { codes } from "../codes.js";
import type { PlainOp } from "../encoder/opcodes.js";
import { emitCall } from "./call.js";
import { emitCallGlobal } from "./call-global.js";
import { emitCast } from "./cast.js";
import { coerce } from "../../coerce.js";
import { bindLocal, type FunctionContext } from "./context.js";
import { emitLoad } from "./element.js";
import { emitFloatBinary } from "./float.js";
import { emitIntegerBinary } from "./integer.js";
import { laneAt } from "./lanes.js";
import { isUnsigned, registerOf, wrapToWidth } from "./register.js";
import { isCheap } from "./purity.js";

/** Levels of nesting of one expression. */
export const DEPTH_LIMIT = 1500;

/** Pushes the value of a scalar expression. */
export function emitExpr(cx: FunctionContext, e: PrimExpr): void {
  if (++cx.depth > DEPTH_LIMIT)
    throw new DiagnosticError(codegenCodes.tooDeep({ limit: DEPTH_LIMIT, at: e.span }));
  emitNode(cx, e);
  cx.depth--;
}

function emitNode(cx: FunctionContext, e: PrimExpr): void {
  const { f } = cx;
  if (e.dtype.scalable)
    throw new DiagnosticError(codes.scalableVector({ type: e.dtype.name, at: e.span }));
  if (e.dtype.lanes > 1)
    throw new DiagnosticError(codes.unsupportedType({ type: e.dtype.name, at: e.span }));
  switch (e.kind) {
    case "tir.Var": {
      const local = cx.locals.get(e);
      if (local === undefined)
        throw new DiagnosticError(codegenCodes.unboundVariable({ name: e.name, at: e.span }));
      return f.get(local);
    }
    case "tir.IntImm":
      if (registerOf(e.dtype) === "i64") return f.i64(e.value);
      f.i32(Number(BigInt.asIntN(32, BigInt(e.value))));
      return wrapToWidth(f, e.dtype);
    case "tir.FloatImm":
      return registerOf(e.dtype) === "f64" ? f.f64(e.value) : f.f32(e.value);
    case "tir.StringImm":
      return f.i32(cx.shared.module.data(new TextEncoder().encode(`${e.value}\0`), 1));
    case "tir.Cast":
      cx.emit(e.value);
      return emitCast(cx, e.value.dtype, e.dtype);
    case "tir.Binary":
      return isFloat(e.dtype) ? emitFloatBinary(cx, e) : emitIntegerBinary(cx, e);
    case "tir.Compare":
      return emitCompare(cx, e);
    case "tir.Logic":
      return emitLogic(cx, e);
    case "tir.Unary":
      return emitUnary(cx, e);
    case "tir.Select":
    case "tir.IfThenElse":
      return emitChoice(cx, e);
    case "tir.Load":
      return emitLoad(cx, e);
    case "tir.Let":
      return emitLet(cx, e);
    case "tir.Shuffle":
      return cx.emit(laneAt(cx, { ...e, dtype: { ...e.dtype, lanes: 2 } }, 0));
    case "tir.Ramp":
      return cx.emit(e.base);
    case "tir.Broadcast":
      return cx.emit(e.value);
    case "tir.Call":
      return emitCall(cx, e);
    case "tir.CallGlobal":
      return emitCallGlobal(cx, e);
  }
}

/** Float beats integer, wider beats narrower, then the left operand's type. */
function comparedType(a: DType, b: DType): DType {
  const x = laneOf(a);
  const y = laneOf(b);
  if (isFloat(x) !== isFloat(y)) return isFloat(x) ? x : y;
  return x.bits >= y.bits && x.code !== "bool" ? x : y;
}

function emitCompare(cx: FunctionContext, e: Compare): void {
  const type = comparedType(e.a.dtype, e.b.dtype);
  const reg = registerOf(type);
  cx.emit(coerce(e.a, type));
  cx.emit(coerce(e.b, type));
  const ordered = e.op !== "eq" && e.op !== "ne";
  const suffix = isFloat(type) || !ordered ? "" : isUnsigned(type) ? "_u" : "_s";
  cx.f.op(`${reg}.${e.op}${suffix}` as PlainOp);
}

function emitLogic(cx: FunctionContext, e: Logic): void {
  const { f } = cx;
  const a = coerce(e.a, laneOf(e.dtype));
  const b = coerce(e.b, laneOf(e.dtype));
  cx.emit(a);
  if (isCheap(b)) {
    cx.emit(b);
    return f.op(e.op === "and" ? "i32.and" : "i32.or");
  }
  const second = (): void => cx.region.inside(() => cx.emit(b));
  if (e.op === "and") f.if("i32", second, () => f.i32(0));
  else f.if("i32", () => f.i32(1), second);
}

function emitUnary(cx: FunctionContext, e: Unary): void {
  const { f } = cx;
  const reg = registerOf(e.dtype);
  switch (e.op) {
    case "not":
      cx.emit(e.a);
      return f.op("i32.eqz");
    case "neg":
      if (isFloat(e.dtype)) {
        cx.emit(e.a);
        return f.op(`${reg}.neg` as PlainOp);
      }
      if (reg === "i64") f.i64(0);
      else f.i32(0);
      cx.emit(e.a);
      f.op(`${reg}.sub` as PlainOp);
      return wrapToWidth(f, e.dtype);
    case "bitnot":
      cx.emit(e.a);
      if (e.dtype.code === "bool") return f.op("i32.eqz");
      if (reg === "i64") f.i64(-1);
      else f.i32(-1);
      f.op(`${reg}.xor` as PlainOp);
      return wrapToWidth(f, e.dtype);
  }
}

/** A choice between cheap values needs no branch; otherwise only the chosen side is evaluated. */
function emitChoice(cx: FunctionContext, e: Select | IfThenElse): void {
  const { f } = cx;
  const then = coerce(e.then, e.dtype);
  const otherwise = coerce(e.otherwise, e.dtype);
  if (isCheap(then) && isCheap(otherwise)) {
    cx.emit(then);
    cx.emit(otherwise);
    cx.emit(e.cond);
    return f.op("select");
  }
  cx.emit(e.cond);
  f.if(
    registerOf(e.dtype),
    () => cx.region.inside(() => cx.emit(then)),
    () => cx.region.inside(() => cx.emit(otherwise)),
  );
}

function emitLet(cx: FunctionContext, e: Let): void {
  const { f } = cx;
  if (e.var.dtype.lanes > 1) {
    const vectors = laneAt(cx, { ...e, dtype: { ...e.dtype, lanes: 2 } }, 0);
    return cx.emit(vectors);
  }
  const local = f.local(registerOf(e.var.dtype));
  cx.emit(coerce(e.value, e.var.dtype));
  f.set(local);
  bindLocal(cx, e.var, local);
  cx.emit(e.body);
}
