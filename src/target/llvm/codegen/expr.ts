/** Code for expressions, scalar or vector. */
import type {
  Compare,
  IfThenElse,
  Logic,
  PrimExpr,
  Select,
  Shuffle,
  Unary,
} from "../../../ir/tir/expr.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { bool, int64, isFloat, laneOf, withLanes, type DType } from "../../../support/dtype.js";
import { codegenCodes } from "../../codes.js";
import { codes } from "../codes.js";
import type { Ref } from "../text/function.js";
import { emitCall } from "./call.js";
import { emitCallGlobal } from "./call-global.js";
import { emitCast } from "./cast.js";
import type { FunctionContext } from "./context.js";
import { emitFloatBinary } from "./float.js";
import { emitIndex } from "./index-value.js";
import { emitIntegerBinary } from "./integer.js";
import { emitLoad, emitLoadWhere, zeroOf } from "./memory.js";
import { isSafe, isTotal, isZero } from "./purity.js";
import { floatConstant, isUnsigned } from "./type.js";
import { anyOf, binaryOp, integer, selectOp, splatValue, typeOf } from "./value.js";

/** Levels of nesting of one expression. */
export const DEPTH_LIMIT = 1500;

/** The value of an expression, of the type that {@link typeOf} gives for its dtype. */
export function emitExpr(cx: FunctionContext, e: PrimExpr): Ref {
  if (++cx.depth > DEPTH_LIMIT)
    throw new DiagnosticError(codegenCodes.tooDeep({ limit: DEPTH_LIMIT, at: e.span }));
  const ref = emitNode(cx, e);
  cx.depth--;
  return ref;
}

/** The value converted to the lane type of a type; scalars are spread over its lanes. */
export function emitAs(cx: FunctionContext, e: PrimExpr, type: DType): Ref {
  const lane = laneOf(type);
  if (e.kind === "tir.IntImm" && lane.code === "int")
    return integer(cx, withLanes(lane, type.lanes), BigInt(e.value));
  const ref = emitCast(cx, emitExpr(cx, e), e.dtype, lane);
  return e.dtype.lanes === 1 ? splatValue(cx, ref, type) : ref;
}

function emitNode(cx: FunctionContext, e: PrimExpr): Ref {
  if (e.dtype.scalable)
    throw new DiagnosticError(
      codes.noLlvmForm({ what: `scalable vectors (\`${e.dtype.name}\`)`, at: e.span }),
    );
  switch (e.kind) {
    case "tir.Var": {
      const ref = cx.values.get(e);
      if (ref === undefined)
        throw new DiagnosticError(codegenCodes.unboundVariable({ name: e.name, at: e.span }));
      return ref;
    }
    case "tir.IntImm":
      return e.dtype.code === "handle" ? addressImm(cx, e.value) : integer(cx, e.dtype, e.value);
    case "tir.FloatImm":
      return splatValue(cx, floatConstant(e.value), e.dtype);
    case "tir.StringImm":
      return stringPointer(cx, e.value);
    case "tir.Cast":
      return emitCast(cx, emitExpr(cx, e.value), e.value.dtype, e.dtype);
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
      cx.values.set(e.var, emitAs(cx, e.value, e.var.dtype));
      return emitExpr(cx, e.body);
    case "tir.Shuffle":
      return emitShuffle(cx, e);
    case "tir.Ramp": {
      const wide = withLanes(int64, e.dtype.lanes);
      return emitCast(cx, emitIndex(cx, e), wide, e.dtype);
    }
    case "tir.Broadcast":
      return splatValue(cx, emitExpr(cx, e.value), e.dtype);
    case "tir.Call":
      return emitCall(cx, e);
    case "tir.CallGlobal":
      return emitCallGlobal(cx, e) ?? "undef";
  }
}

const addressImm = (cx: FunctionContext, value: number | bigint): Ref =>
  BigInt(value) === 0n
    ? "null"
    : cx.f.value(`inttoptr i64 ${value} to ${cx.shared.module.dialect.pointer}`);

/** The address of the text, ended by a zero byte. */
function stringPointer(cx: FunctionContext, text: string): Ref {
  const bytes = new TextEncoder().encode(`${text}\0`);
  return constantPointer(cx, bytes, 1);
}

/** The address of constant bytes. */
export function constantPointer(cx: FunctionContext, bytes: Uint8Array, align: number): Ref {
  const { module } = cx.shared;
  const name = module.constant(bytes, align);
  const type = `[${bytes.length} x i8]`;
  const pointer = module.dialect.pointerTo(type);
  return cx.f.value(`getelementptr ${type}, ${pointer} ${name}, i64 0, i64 0`);
}

/** Float beats integer, wider beats narrower, then the left operand's type. */
function comparedType(a: DType, b: DType): DType {
  const x = laneOf(a);
  const y = laneOf(b);
  if (isFloat(x) !== isFloat(y)) return isFloat(x) ? x : y;
  return x.bits >= y.bits && x.code !== "bool" ? x : y;
}

const FLOAT_TESTS = { eq: "oeq", ne: "une", lt: "olt", le: "ole", gt: "ogt", ge: "oge" } as const;

function emitCompare(cx: FunctionContext, e: Compare): Ref {
  const type = withLanes(comparedType(e.a.dtype, e.b.dtype), e.dtype.lanes);
  const a = emitAs(cx, e.a, type);
  const b = emitAs(cx, e.b, type);
  if (isFloat(type)) return binaryOp(cx, `fcmp ${FLOAT_TESTS[e.op]}`, type, a, b);
  const sign = e.op === "eq" || e.op === "ne" ? "" : isUnsigned(type) ? "u" : "s";
  return binaryOp(cx, `icmp ${sign}${e.op}`, type, a, b);
}

function emitLogic(cx: FunctionContext, e: Logic): Ref {
  const type = e.dtype;
  const op = e.op === "and" ? "and" : "or";
  const a = emitAs(cx, e.a, type);
  if (isTotal(e.b)) return binaryOp(cx, op, type, a, emitAs(cx, e.b, type));
  if (type.lanes === 1) {
    return e.op === "and"
      ? cx.f.choose(
          a,
          "i1",
          () => emitAs(cx, e.b, type),
          () => "false",
        )
      : cx.f.choose(
          a,
          "i1",
          () => "true",
          () => emitAs(cx, e.b, type),
        );
  }
  const decided = e.op === "and" ? a : negation(cx, a, type);
  const b = underMask(cx, decided, type, () => emitAs(cx, e.b, type));
  const part = binaryOp(cx, "and", type, decided, b);
  return e.op === "and" ? part : binaryOp(cx, "or", type, a, part);
}

const negation = (cx: FunctionContext, ref: Ref, type: DType): Ref =>
  binaryOp(cx, "xor", type, ref, integer(cx, type, 1));

function emitUnary(cx: FunctionContext, e: Unary): Ref {
  const type = e.dtype;
  const a = emitAs(cx, e.a, type);
  switch (e.op) {
    case "not":
      return negation(cx, a, type);
    case "neg":
      if (isFloat(type)) return cx.f.value(`fneg ${typeOf(cx, type)} ${a}`);
      return binaryOp(cx, "sub", type, integer(cx, type, 0), a);
    case "bitnot":
      return binaryOp(cx, "xor", type, a, integer(cx, type, -1));
  }
}

/** A choice between cheap values needs no branch; otherwise only the chosen side is evaluated. */
function emitChoice(cx: FunctionContext, e: Select | IfThenElse): Ref {
  const type = e.dtype;
  const then = (): Ref => emitAs(cx, e.then, type);
  const otherwise = (): Ref => emitAs(cx, e.otherwise, type);
  const isPlain = isTotal(e.then) && isTotal(e.otherwise);
  if (e.cond.dtype.lanes === 1) {
    const cond = emitAs(cx, e.cond, bool);
    if (!isPlain) return cx.f.choose(cond, typeOf(cx, type), then, otherwise);
    const [a, b] = [then(), otherwise()];
    return cx.f.value(`select i1 ${cond}, ${typeOf(cx, type)} ${a}, ${typeOf(cx, type)} ${b}`);
  }
  const mask = withLanes(bool, type.lanes);
  const cond = emitAs(cx, e.cond, mask);
  // Both sides of `T.Select` may be evaluated; of a lazy choice, what cannot stop and reads nothing.
  const isEager = e.kind === "tir.Select";
  if (isSafe(e.then, isEager) && isSafe(e.otherwise, isEager))
    return selectOp(cx, cond, type, then(), otherwise());
  if (e.then.kind === "tir.Load" && isZero(e.otherwise)) {
    const loaded = emitLoadWhere(cx, e.then, cond);
    if (loaded !== undefined) return loaded;
  }
  const a = underMask(cx, cond, type, then);
  const b = underMask(cx, negation(cx, cond, mask), type, otherwise);
  return selectOp(cx, cond, type, a, b);
}

/** Evaluates for the lanes where a condition holds; others get any value. Nothing is evaluated when there is none. */
export function underMask(cx: FunctionContext, cond: Ref, type: DType, make: () => Ref): Ref {
  const { lanes } = type;
  const text = typeOf(cx, withLanes(bool, lanes));
  const outer = cx.mask;
  const ref =
    outer?.lanes === lanes ? binaryOp(cx, "and", withLanes(bool, lanes), cond, outer.ref) : cond;
  const value = cx.f.choose(
    anyOf(cx, ref, lanes),
    typeOf(cx, type),
    () => {
      cx.mask = { ref, lanes, type: text };
      const made = make();
      cx.mask = outer;
      return made;
    },
    () => zeroOf(cx, type),
  );
  return value;
}

/** The same for what has no value; what is harmless is also done for no lane at all. */
export function whereMasked(
  cx: FunctionContext,
  cond: Ref,
  lanes: number,
  isHarmless: boolean,
  make: () => void,
): void {
  const type = typeOf(cx, withLanes(bool, lanes));
  const work = (): void => {
    cx.mask = { ref: cond, lanes, type };
    make();
    cx.mask = undefined;
  };
  if (isHarmless) work();
  else cx.f.when(anyOf(cx, cond, lanes), work);
}

function emitShuffle(cx: FunctionContext, e: Shuffle): Ref {
  const picks = e.indices.map((index, k) => {
    if (index.kind === "tir.IntImm") return Number(index.value);
    throw new DiagnosticError(
      codegenCodes.operand({
        index: k + 1,
        name: "Shuffle",
        expected: "a constant lane number",
        at: e.span,
      }),
    );
  });
  const total = e.vectors.reduce((n, v) => n + v.dtype.lanes, 0);
  const beyond = picks.findIndex((p) => p < 0 || p >= total);
  if (beyond >= 0)
    throw new DiagnosticError(
      codegenCodes.operand({
        index: beyond + 1,
        name: "Shuffle",
        expected: "a lane number of the vectors",
        at: e.span,
      }),
    );
  return pickLanes(
    cx,
    e.vectors.map((v) => ({ ref: emitExpr(cx, v), type: v.dtype })),
    picks,
  );
}

interface Vector {
  readonly ref: Ref;
  readonly type: DType;
}

/** Lanes of vectors, numbered through all of them. */
export function pickLanes(
  cx: FunctionContext,
  vectors: readonly Vector[],
  picks: readonly number[],
): Ref {
  const lane = laneOf(vectors[0]!.type);
  const { lanes } = vectors[0]!.type;
  const isPair = lanes > 1 && vectors.length <= 2 && vectors.every((v) => v.type === vectors[0]!.type); // prettier-ignore
  if (isPair && picks.length > 1) {
    const text = typeOf(cx, vectors[0]!.type);
    const second = vectors[1]?.ref ?? "undef";
    const mask = `<${picks.length} x i32> <${picks.map((p) => `i32 ${p}`).join(", ")}>`;
    return cx.f.value(`shufflevector ${text} ${vectors[0]!.ref}, ${text} ${second}, ${mask}`);
  }
  const scalars = picks.map((pick) => {
    let rest = pick;
    for (const v of vectors) {
      if (rest < v.type.lanes)
        return v.type.lanes === 1
          ? v.ref
          : cx.f.value(`extractelement ${typeOf(cx, v.type)} ${v.ref}, i32 ${rest}`);
      rest -= v.type.lanes;
    }
    throw new Error("a lane beyond the vectors");
  });
  if (scalars.length === 1) return scalars[0]!;
  const type = typeOf(cx, withLanes(lane, picks.length));
  return scalars.reduce(
    (v, s, k) => cx.f.value(`insertelement ${type} ${v}, ${typeOf(cx, lane)} ${s}, i32 ${k}`),
    "undef",
  );
}
