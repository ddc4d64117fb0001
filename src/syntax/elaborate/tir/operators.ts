/** Operators: types of both sides are matched the way TVM does, constants first; nothing is folded. */
import type { AstBase } from "../../../../grammar/ast/nodes.js";
import {
  binary, broadcast, cast, commonDType, compare, floatImm, ifThenElse, intImm, logic, select, unary,
  type BinaryOp, type CompareOp, type PrimExpr,
} from "../../../ir/tir/expr.js"; // prettier-ignore
import {
  bool,
  int32,
  isFloat,
  isInteger,
  isVector,
  laneOf,
  withLanes,
  type DType,
} from "../../../support/dtype.js";
import type { Int } from "../../../support/int.js";
import { codes } from "../../codes.js";
import { report, spanOf, type ElabContext } from "../../context.js";
import { roundTo } from "./round.js";

/** A constant, or a splat of one. */
const isConstant = (e: PrimExpr): boolean =>
  e.kind === "tir.IntImm" ||
  e.kind === "tir.FloatImm" ||
  (e.kind === "tir.Broadcast" && isConstant(e.value));

/** Converts a constant to another lane type; other expressions are returned as they are. */
export function convertConstant(e: PrimExpr, to: DType): PrimExpr {
  const lane = laneOf(to);
  if (e.kind === "tir.Broadcast" && isConstant(e.value))
    return broadcast(convertConstant(e.value, lane), e.lanes, e.span);
  if (e.kind === "tir.IntImm") {
    if (e.dtype === lane) return e;
    if (isFloat(lane)) return floatImm(roundTo(Number(e.value), lane), lane, e.span);
    if (lane.code === "bool") return intImm(e.value === 0 ? 0 : 1, lane, e.span);
    return isInteger(lane) ? intImm(wrapTo(e.value, lane), lane, e.span) : e;
  }
  if (e.kind === "tir.FloatImm" && isFloat(lane) && e.dtype !== lane) {
    return floatImm(roundTo(e.written ?? e.value, lane), lane, e.span, e.written ?? e.value);
  }
  return e;
}

/** Two's-complement value in an integer type. */
export function wrapTo(value: Int, to: DType): Int {
  if (typeof value === "number" && to.bits >= 32 && value >= 0 && value <= 2147483647) return value;
  const big = BigInt(value);
  return to.code === "uint" ? BigInt.asUintN(to.bits, big) : BigInt.asIntN(to.bits, big);
}

/** Both sides with as many lanes, and of one type where floats take part or a constant can follow the other side. */
export function matchTypes(a: PrimExpr, b: PrimExpr): [PrimExpr, PrimExpr] {
  if (a.dtype === b.dtype) return [a, b];
  if (!isVector(a.dtype) && isVector(b.dtype)) return matchLanes(broadcastLike(a, b), b);
  if (isVector(a.dtype) && !isVector(b.dtype)) return matchLanes(a, broadcastLike(b, a));
  return matchLanes(a, b);
}

function matchLanes(a: PrimExpr, b: PrimExpr): [PrimExpr, PrimExpr] {
  const x = laneOf(a.dtype);
  const y = laneOf(b.dtype);
  if (x === y) return [a, b];
  const common = commonDType(x, y);
  if (common === y && isConstant(a)) return [convertConstant(a, y), b];
  if (common === x && isConstant(b)) return [a, convertConstant(b, x)];
  if (isFloat(common)) return [castTo(a, common), castTo(b, common)];
  return [a, b];
}

/** Vector of equal lanes as many as `like` has. */
function broadcastLike(e: PrimExpr, like: PrimExpr): PrimExpr {
  return broadcast(e, lanesOf(like), e.span);
}

function lanesOf(e: PrimExpr): PrimExpr {
  if (e.kind === "tir.Broadcast" || e.kind === "tir.Ramp") return e.lanes;
  if (!e.dtype.scalable) return intImm(e.dtype.lanes, int32);
  const vscale: PrimExpr = {
    kind: "tir.Call",
    op: "vscale",
    args: [],
    attrs: new Map(),
    dtype: int32,
    span: undefined,
  };
  return binary("mul", vscale, intImm(e.dtype.lanes, int32));
}

/** A cast to the lane type `to`, unless it is that already; constants are converted. */
export function castTo(e: PrimExpr, to: DType): PrimExpr {
  const wanted = withLanes(laneOf(to), e.dtype.lanes, e.dtype.scalable);
  if (e.dtype === wanted) return e;
  const converted = convertConstant(e, to);
  return converted.dtype === wanted ? converted : cast(e, wanted, e.span);
}

/** `a op b` for arithmetic; `div` on integers is refused when it was written `/`. */
export function arithmetic(
  ctx: ElabContext,
  op: BinaryOp,
  left: PrimExpr,
  right: PrimExpr,
  at: AstBase,
): PrimExpr {
  const [a, b] = matchTypes(left, right);
  return binary(op, a, b, spanOf(ctx, at));
}

/** Bit operations and shifts: a constant takes the type of the other side. */
export function bitwise(
  ctx: ElabContext,
  op: BinaryOp,
  left: PrimExpr,
  right: PrimExpr,
  at: AstBase,
): PrimExpr {
  let a = left;
  let b = right;
  if (isConstant(b) && !isConstant(a) && isInteger(laneOf(a.dtype)))
    b = convertConstant(b, laneOf(a.dtype));
  else if (isConstant(a) && !isConstant(b) && isInteger(laneOf(b.dtype)))
    a = convertConstant(a, laneOf(b.dtype));
  return arithmetic(ctx, op, a, b, at);
}

export function comparison(
  ctx: ElabContext,
  op: CompareOp,
  left: PrimExpr,
  right: PrimExpr,
  at: AstBase,
): PrimExpr {
  const [a, b] = matchTypes(left, right);
  return compare(op, a, b, spanOf(ctx, at));
}

/** Checks that an expression is a condition; reports and returns false otherwise. */
export function isCondition(ctx: ElabContext, e: PrimExpr, op: string, at: AstBase): boolean {
  if (e.dtype.code === "bool" || e.dtype.code === "handle") return true;
  report(ctx, codes.notABool({ at: spanOf(ctx, at), op, dtype: e.dtype.name }));
  return false;
}

/** `left` and `right` are where the operands stand. */
export function logical(
  ctx: ElabContext,
  op: "and" | "or",
  a: PrimExpr,
  b: PrimExpr,
  at: AstBase,
  left: AstBase = at,
  right: AstBase = at,
): PrimExpr {
  isCondition(ctx, a, op, left);
  isCondition(ctx, b, op, right);
  return logic(op, a, b, spanOf(ctx, at));
}

export function negation(
  ctx: ElabContext,
  op: "neg" | "not" | "bitnot",
  a: PrimExpr,
  at: AstBase,
): PrimExpr {
  if (op === "not") isCondition(ctx, a, "not", at);
  return unary(op, a, spanOf(ctx, at));
}

/** `T.Select` and `T.if_then_else`. */
export function choice(
  ctx: ElabContext,
  lazy: boolean,
  cond: PrimExpr,
  then: PrimExpr,
  otherwise: PrimExpr,
  at: AstBase,
): PrimExpr {
  const [a, b] = matchTypes(then, otherwise);
  return (lazy ? ifThenElse : select)(cond, a, b, spanOf(ctx, at));
}

/** Whether `/` may stand between these: at least one side is a float (or opaque). */
export const divides = (a: PrimExpr, b: PrimExpr): boolean =>
  !(isIntegral(laneOf(a.dtype)) && isIntegral(laneOf(b.dtype)));
const isIntegral = (d: DType): boolean => isInteger(d) || d === bool;
