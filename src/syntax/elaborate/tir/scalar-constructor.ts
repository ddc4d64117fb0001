/** `T.float32(x)` and the other types as functions: constants, casts, splats. */
import type { Call, Expr } from "../../../../grammar/ast/nodes.js";
import {
  boolImm,
  broadcast,
  floatImm,
  intImm,
  makeVar,
  pointerVar,
  type PrimExpr,
} from "../../../ir/tir/expr.js";
import {
  float32,
  handle,
  isFloat,
  isInteger,
  isVector,
  laneOf,
  type DType,
} from "../../../support/dtype.js";
import { int, type Int } from "../../../support/int.js";
import { codes } from "../../codes.js";
import { report, spanOf, type ElabContext } from "../../context.js";
import type { Value } from "../../value.js";
import { elaborateDType, plainLiteral } from "../literal.js";
import { bindArguments } from "./arguments.js";
import { elaboratePrimExpr, elaborateValue, errorValue } from "./reader.js";
import { castTo } from "./operators.js";
import { roundTo } from "./round.js";

/** A scalar type called with a value, or (without one) a fresh variable of it. */
export function constructScalar(ctx: ElabContext, name: string, dtype: DType, call: Call): Value {
  if (dtype.code === "handle") return pointerDeclaration(ctx, call);
  const { values } = bindArguments(ctx, `T.${name}`, call, [
    "value?",
    "/is_size_var?",
    "/is_unknown_type?",
  ]);
  const at = values.get("value");
  const sizeAt = values.get("is_size_var");
  const isSize = sizeAt !== undefined && plainLiteral(ctx, sizeAt) === true;
  if (at === undefined || (at.kind === "Constant" && at.value === "None")) {
    return makeVar("v", dtype, spanOf(ctx, call), { isSize });
  }
  const lane = laneOf(dtype);
  const scalar = constantOf(ctx, at, lane) ?? conversion(ctx, at, lane, dtype);
  if (scalar === undefined) return errorValue;
  if (!isVector(dtype) || isVector(scalar.dtype)) return scalar;
  return broadcast(scalar, intImm(dtype.lanes), spanOf(ctx, call));
}

function conversion(ctx: ElabContext, at: Expr, lane: DType, dtype: DType): PrimExpr | undefined {
  const value = elaboratePrimExpr(ctx, at);
  if (value === undefined) return undefined;
  if (value.kind === "tir.StringImm") {
    report(
      ctx,
      codes.literalRange({ at: spanOf(ctx, at), value: `"${value.value}"`, dtype: dtype.name }),
    );
    return undefined;
  }
  return castTo(value, lane);
}

/** A literal of a type; undefined when the expression is not a plain number. Misfits are reported. */
function constantOf(ctx: ElabContext, at: Expr, lane: DType): PrimExpr | undefined {
  const literal = plainLiteral(ctx, at);
  if (literal === undefined || literal === null) return undefined;
  const span = spanOf(ctx, at);
  if (typeof literal === "string") {
    const special = SPECIAL[literal.toLowerCase()];
    return isFloat(lane) && special !== undefined ? floatImm(special, lane, span) : undefined;
  }
  if (typeof literal === "boolean") {
    if (lane.code === "bool") return boolImm(literal, span);
    return isFloat(lane)
      ? floatImm(literal ? 1 : 0, lane, span)
      : intImm(literal ? 1 : 0, lane, span);
  }
  if (typeof literal === "number" || typeof literal === "bigint")
    return integerOf(ctx, literal, lane, at);
  if ("kind" in literal && literal.kind === "tir.FloatImm") {
    const { value } = literal;
    if (isFloat(lane)) return checkedFloat(ctx, value, lane, at);
    if (Number.isInteger(value)) return integerOf(ctx, int(BigInt(value)), lane, at);
    report(ctx, codes.inexactLiteral({ at: span, value, dtype: lane.name }));
    return intImm(0, lane, span);
  }
  return undefined;
}

const SPECIAL: Readonly<Record<string, number | undefined>> = {
  inf: Infinity,
  "+inf": Infinity,
  infinity: Infinity,
  "-inf": -Infinity,
  nan: NaN,
};

function integerOf(ctx: ElabContext, value: Int, lane: DType, at: Expr): PrimExpr {
  const span = spanOf(ctx, at);
  if (isFloat(lane)) return checkedFloat(ctx, Number(value), lane, at);
  if (lane.code === "bool") return boolImm(value !== 0, span);
  if (isInteger(lane) && !fits(value, lane)) {
    report(ctx, codes.literalRange({ at: span, value, dtype: lane.name }));
    return intImm(0, lane, span);
  }
  return intImm(value, lane, span);
}

/** Rounds first, then checks. */
function checkedFloat(ctx: ElabContext, value: number, lane: DType, at: Expr): PrimExpr {
  const span = spanOf(ctx, at);
  const rounded = roundTo(value, lane);
  if (!Number.isFinite(rounded) && Number.isFinite(value)) {
    report(ctx, codes.literalRange({ at: span, value, dtype: lane.name }));
  }
  return floatImm(rounded, lane, span, value);
}

/** Whether an integer type holds a value. */
export function fits(value: Int, lane: DType): boolean {
  const bits = BigInt(lane.bits);
  const low = lane.code === "uint" ? 0n : -(1n << (bits - 1n));
  const high = lane.code === "uint" ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n;
  return value >= low && value <= high;
}

/** `T.handle("float32", "shared")`: a fresh pointer variable. */
export function pointerDeclaration(ctx: ElabContext, call: Call): Value {
  const params = ["dtype?", "storage_scope?", "/is_size_var?", "/is_unknown_type?"];
  const { values } = bindArguments(ctx, "T.handle", call, params);
  const at = values.get("dtype");
  const scopeAt = values.get("storage_scope");
  const scope = scopeAt === undefined ? undefined : elaborateValue(ctx, scopeAt);
  if (at?.kind === "Str" && at.value === "tensormap")
    return pointerVar("p", handle, "tensormap", spanOf(ctx, call));
  const element =
    at === undefined || at.kind === "Constant" ? undefined : (elaborateDType(ctx, at) ?? float32);
  if (element === undefined) return makeVar("p", handle, spanOf(ctx, call));
  return pointerVar(
    "p",
    element,
    scope?.kind === "tir.StringImm" ? scope.value : "global",
    spanOf(ctx, call),
  );
}
