/** Small steps on values that many parts take: constants, lanes, intrinsics. */
import { bool, laneOf, withLanes, type DType } from "../../../support/dtype.js";
import type { Ref } from "../text/function.js";
import type { FunctionContext } from "./context.js";
import { mangled, registerType, splat } from "./type.js";

/** The LLVM type of values of a type. */
export const typeOf = ({ shared }: Pick<FunctionContext, "shared">, type: DType): string =>
  registerType(shared.module.dialect, type);

/** An integer in all lanes. */
export function integer(cx: FunctionContext, type: DType, value: bigint | number): Ref {
  const lane = laneOf(type);
  const bits = lane.code === "bool" ? 1 : lane.bits;
  return splat(typeOf(cx, lane), String(BigInt.asIntN(bits, BigInt(value))), type.lanes);
}

/** One lane of a vector. */
export function laneOfValue(cx: FunctionContext, ref: Ref, type: DType, lane: number): Ref {
  if (type.lanes === 1) return ref;
  return cx.f.value(`extractelement ${typeOf(cx, type)} ${ref}, i32 ${lane}`);
}

/** A vector of scalars of a type. */
export function vectorOfLanes(cx: FunctionContext, lane: DType, refs: readonly Ref[]): Ref {
  if (refs.length === 1) return refs[0]!;
  const type = typeOf(cx, withLanes(lane, refs.length));
  const scalar = typeOf(cx, lane);
  return refs.reduce(
    (vector, ref, k) => cx.f.value(`insertelement ${type} ${vector}, ${scalar} ${ref}, i32 ${k}`),
    "undef",
  );
}

const isConstant = (ref: Ref): boolean => !ref.startsWith("%") && !ref.startsWith("<");

/** A scalar in all lanes of a type. */
export function splatValue(cx: FunctionContext, ref: Ref, type: DType): Ref {
  const { lanes } = type;
  const scalar = typeOf(cx, laneOf(type));
  if (lanes === 1) return ref;
  if (isConstant(ref)) return splat(scalar, ref, lanes);
  const full = typeOf(cx, type);
  const one = cx.f.value(`insertelement ${full} undef, ${scalar} ${ref}, i32 0`);
  const zeros = `<${lanes} x i32> zeroinitializer`;
  return cx.f.value(`shufflevector ${full} ${one}, ${full} undef, ${zeros}`);
}

/** Calls an intrinsic whose operands and result are of one type. */
export function intrinsic(
  cx: FunctionContext,
  name: string,
  type: DType,
  ...operands: readonly Ref[]
): Ref {
  const text = typeOf(cx, type);
  const full = `llvm.${name}.${mangled(type)}`;
  cx.shared.module.declare(
    full,
    text,
    operands.map(() => text),
  );
  return cx.f.value(`call ${text} @${full}(${operands.map((o) => `${text} ${o}`).join(", ")})`);
}

/** Whether any lane of a condition holds. */
export function anyOf(cx: FunctionContext, cond: Ref, lanes: number): Ref {
  if (lanes === 1) return cond;
  const type = typeOf(cx, withLanes(bool, lanes));
  const name = `llvm.vector.reduce.or.v${lanes}i1`;
  cx.shared.module.declare(name, "i1", [type]);
  return cx.f.value(`call i1 @${name}(${type} ${cond})`);
}

/** An instruction on two operands of a type. */
export const binaryOp = (cx: FunctionContext, op: string, type: DType, a: Ref, b: Ref): Ref =>
  cx.f.value(`${op} ${typeOf(cx, type)} ${a}, ${b}`);

/** Picks by a condition with as many lanes. */
export function selectOp(cx: FunctionContext, cond: Ref, type: DType, a: Ref, b: Ref): Ref {
  const text = typeOf(cx, type);
  const condition = typeOf(cx, withLanes(bool, type.lanes));
  return cx.f.value(`select ${condition} ${cond}, ${text} ${a}, ${text} ${b}`);
}
