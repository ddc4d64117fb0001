/** C for stores. */
import type { Store } from "../../../ir/tir/stmt.js";
import { broadcast, floatImm, ifThenElse, intImm, makeVar, type PrimExpr, type Var } from "../../../ir/tir/expr.js"; // prettier-ignore
import { DiagnosticError } from "../../../support/diagnostic.js";
import { int32, isFloat, laneOf } from "../../../support/dtype.js";
import { isTotal } from "../../../transform/tir/vectorize-body.js";
import { codes } from "../codes.js";
import { storeRoutine, vectorType } from "../routine/vector.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext } from "./context.js";
import { elementType, emitElement, emitPointer, emitPosition, emitStoreOne, toMemory } from "./element.js"; // prettier-ignore
import { emitExpr } from "./expr.js";
import {
  emitLaneCall,
  emitVector,
  namedVector,
  overLanes,
  pickLane,
  vectorTypeOf,
} from "./vector.js";
import { call } from "../../../ir/tir/expr.js";
import { LANE } from "./lanes.js";
import { addressOf, isNative } from "./vector-native.js";
import { primary } from "./text.js";
import { scalarType } from "./types.js";

/** All values of a vector are computed before the first is written. */
export function emitStore(cx: FunctionContext, s: Store): void {
  const { buffer } = s;
  if (buffer.dtype.lanes > 1) return emitWideStore(cx, s);
  const lanes = Math.max(s.value.dtype.lanes, ...s.indices.map((i) => i.dtype.lanes));
  if (lanes > 1) return emitVectorStore(cx, s, lanes);
  if (s.predicate === undefined) return emitStoreOne(cx, buffer, s.indices, s.value);
  const on = emitExpr(cx, s.predicate);
  cx.lines.block(`if (${on.text})`, () => emitStoreOne(cx, buffer, s.indices, s.value));
}

function emitVectorStore(cx: FunctionContext, s: Store, lanes: number): void {
  const { buffer } = s;
  const value = coerce(s.value, buffer.dtype);
  const last = s.indices[s.indices.length - 1];
  const contiguous =
    last?.kind === "tir.Ramp" &&
    last.stride.kind === "tir.IntImm" &&
    Number(last.stride.value) === 1 &&
    s.indices.slice(0, -1).every((i) => i.dtype.lanes === 1) &&
    buffer.strides.length === 0;
  if (
    contiguous &&
    s.predicate === undefined &&
    value.dtype.lanes === lanes &&
    isNative(value.dtype)
  ) {
    const x = emitVector(cx, value);
    const at = addressOf(cx, buffer, [...s.indices.slice(0, -1), last.base]);
    cx.lines.add(`${storeRoutine(cx.shared, vectorTypeOf(value.dtype))}(${at.text}, ${x.text});`);
    return;
  }
  // A condition on indices is asked lane by lane, where a compiler sees what it keeps out.
  const isKept = s.predicate !== undefined && s.predicate.dtype.lanes > 1 && !isTotal(s.predicate);
  const mask = isKept ? variable(cx, s.predicate!, "on") : s.predicate;
  const safe = mask === undefined ? value : whereOn(mask, value);
  const stored = safe.dtype.lanes === 1 ? undefined : variable(cx, safe, "values");
  const scalar = stored === undefined ? variableOfScalar(cx, safe) : undefined;
  const indices = s.indices.map((i) => (i.dtype.lanes > 1 && i.kind !== "tir.Ramp" ? variable(cx, i, "at") : i)); // prettier-ignore
  const lane = makeVar("k", int32);
  const pick = (e: PrimExpr): PrimExpr => pickLane(cx, e, lane);
  const picked = indices.map(pick);
  overLanes(cx, lanes, (k, text) => {
    cx.values.set(lane, text);
    cx.ranges.set(lane, cx.ranges.get(k)!);
    const write = (): void => {
      const element = emitElement(cx, buffer, picked);
      const x = stored === undefined ? scalar! : emitLaneCall(cx, laneOfVar(stored, lane)).text;
      cx.lines.add(`${element.text} = ${toMemory(cx, primary(x), buffer.dtype).text};`);
    };
    if (mask === undefined) return write();
    cx.lines.block(`if (${emitExpr(cx, pick(mask)).text})`, write);
  });
}

/** A value that is read only in lanes that are stored: the others may lie outside of what it loads. */
function whereOn(mask: PrimExpr, value: PrimExpr): PrimExpr {
  if (isTotal(value) || mask.dtype.lanes !== value.dtype.lanes) return value;
  const type = laneOf(value.dtype);
  const zero = isFloat(type) ? floatImm(0, type) : intImm(0, type);
  return ifThenElse(mask, value, broadcast(zero, intImm(value.dtype.lanes)));
}

const laneOfVar = (v: Var, lane: Var) => call(LANE, [v, lane], laneOf(v.dtype));

function variable(cx: FunctionContext, e: PrimExpr, hint: string): Var {
  const v = makeVar(hint, e.dtype);
  cx.values.set(v, namedVector(cx, e, hint).text);
  return v;
}

function variableOfScalar(cx: FunctionContext, e: PrimExpr): string {
  const name = cx.names.take("value");
  const x = emitExpr(cx, e);
  cx.lines.declare(name, `const ${scalarType(e.dtype)} ${name} = ${x.text};`);
  return name;
}

/** Stores to a buffer whose elements are vectors. */
function emitWideStore(cx: FunctionContext, s: Store): void {
  const { buffer } = s;
  const { lanes } = buffer.dtype;
  if (
    s.indices.some((i) => i.dtype.lanes > 1) ||
    s.predicate !== undefined ||
    s.value.dtype.lanes !== lanes
  )
    // prettier-ignore
    throw new DiagnosticError(codes.unsupportedType({ type: buffer.dtype.name, at: s.span }));
  const held = cx.variables.get(buffer);
  const value = coerce(s.value, buffer.dtype);
  if (held !== undefined) {
    cx.lines.add(`${held} = ${emitVector(cx, value).text};`);
    return;
  }
  if (isNative(buffer.dtype)) {
    const x = emitVector(cx, value);
    const at = addressOf(cx, buffer, s.indices);
    cx.lines.add(`${storeRoutine(cx.shared, vectorTypeOf(buffer.dtype))}(${at.text}, ${x.text});`);
    return;
  }
  const name = namedVector(cx, value, "values").text;
  const vector = vectorType(cx.shared, vectorTypeOf(buffer.dtype));
  const at = cx.names.take("at");
  const pointer = emitPointer(cx, buffer).text;
  const position = emitPosition(cx, buffer, s.indices).text;
  cx.lines.declare(at, `${elementType(buffer.dtype)} *const ${at} = ${pointer} + (${position});`);
  overLanes(cx, lanes, (_, k) => {
    const x = toMemory(cx, primary(`${vector}_lane(${name}, ${k})`), buffer.dtype);
    cx.lines.add(`${at}[${k}] = ${x.text};`);
  });
}
