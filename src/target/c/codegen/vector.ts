/** C for vector expressions: vector operations where there are some, else a loop over the lanes. */
import {
  intImm,
  makeVar,
  type Call,
  type Let,
  type Load,
  type PrimExpr,
  type Shuffle,
  type Var,
} from "../../../ir/tir/expr.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { int32, isFloat, laneOf, type DType } from "../../../support/dtype.js";
import { codegenCodes } from "../../codes.js";
import { codes } from "../codes.js";
import { vectorType, type VectorType } from "../routine/vector.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext } from "./context.js";
import { elementType, emitPointer, emitPosition, fromMemory } from "./element.js";
import { checkFloat, emitExpr } from "./expr.js";
import { laneAt } from "./lanes.js";
import { infix, primary, type Piece } from "./text.js";
import { cTypeOf, laneName } from "./types.js";
import { nativeVector } from "./vector-native.js";

/** How vectors of a type are held. */
export const vectorTypeOf = (type: DType): VectorType => ({
  lane: laneName(laneOf(type)),
  lanes: type.lanes,
});

/** The value of a vector expression. */
export function emitVector(cx: FunctionContext, e: PrimExpr): Piece {
  checkFloat(cx, e);
  if (e.dtype.scalable)
    throw new DiagnosticError(codes.unsupportedType({ type: e.dtype.name, at: e.span }));
  if (e.dtype.lanes === 1) {
    // A scalar where lanes are wanted counts as a vector of one.
    throw new Error("a scalar is no vector");
  }
  if (e.kind === "tir.Var") {
    const name = cx.values.get(e);
    if (name === undefined)
      throw new DiagnosticError(codegenCodes.unboundVariable({ name: e.name, at: e.span }));
    return primary(name);
  }
  if (e.kind === "tir.Let") {
    if (e.var.dtype.lanes > 1) bindVector(cx, e.var, e.value);
    else bindScalar(cx, e.var, e.value);
    return emitVector(cx, e.body);
  }
  return nativeVector(cx, e) ?? emitByLane(cx, e);
}

/** The vector in a variable. */
export function namedVector(cx: FunctionContext, e: PrimExpr, hint = "v"): Piece {
  const x = emitVector(cx, e);
  if (/^\w+$/.test(x.text)) return x;
  const name = cx.names.take(hint);
  cx.lines.declare(
    name,
    `const ${vectorType(cx.shared, vectorTypeOf(e.dtype))} ${name} = ${x.text};`,
  );
  return primary(name);
}

/** Defines a vector variable for the lines that follow. */
export function bindVector(cx: FunctionContext, v: Let["var"], value: PrimExpr): void {
  const x = emitVector(cx, coerce(value, v.dtype));
  const name = cx.names.take(v.name);
  cx.lines.declare(
    name,
    `const ${vectorType(cx.shared, vectorTypeOf(v.dtype))} ${name} = ${x.text};`,
  );
  cx.values.set(v, name);
}

function bindScalar(cx: FunctionContext, v: Var, value: PrimExpr): void {
  const x = emitExpr(cx, coerce(value, v.dtype));
  const name = cx.names.take(v.name);
  cx.lines.declare(name, `const ${cTypeOf(laneName(v.dtype))} ${name} = ${x.text};`);
  cx.values.set(v, name);
}

/** A variable that stands for a vector expression which is computed here. */
function variableFor(cx: FunctionContext, e: PrimExpr): Var {
  if (e.kind === "tir.Var") return e;
  const v = makeVar("v", e.dtype);
  cx.values.set(v, namedVector(cx, e).text);
  return v;
}

/** A loop over lanes; the body gets the lane as an expression and as C text. */
export function overLanes(
  cx: FunctionContext,
  lanes: number,
  body: (lane: Var, text: string) => void,
): void {
  const k = makeVar("k", int32);
  const name = cx.names.takeForLoop("k");
  cx.values.set(k, name);
  cx.ranges.set(k, { low: 0n, high: BigInt(lanes - 1) });
  cx.lines.block(`for (int32_t ${name} = 0; ${name} < ${lanes}; ++${name})`, () => body(k, name));
  cx.names.endLoop(name);
}

/** One lane, with what cannot be taken apart computed before. */
export const pickLane = (cx: FunctionContext, e: PrimExpr, lane: PrimExpr): PrimExpr =>
  laneAt(e, lane, (part) => variableFor(cx, part));

/** Computes all lanes in a loop. */
function emitByLane(cx: FunctionContext, e: PrimExpr): Piece {
  if (e.kind === "tir.Shuffle") return emitShuffle(cx, e);
  if (e.kind === "tir.Load" && e.buffer.dtype.lanes > 1) return emitWideLoad(cx, e);
  if (e.kind === "tir.Broadcast" && e.value.dtype.lanes > 1)
    return emitRepeated(cx, e.value, e.dtype);
  if (e.kind === "tir.Call") {
    const crossing = emitCrossing(cx, e);
    if (crossing !== undefined) return crossing;
  }
  const name = fresh(cx, e.dtype);
  const lane = makeVar("k", int32);
  // Vectors that the lanes are taken from are computed before the loop.
  const scalar = pickLane(cx, e, lane);
  overLanes(cx, e.dtype.lanes, (k, text) => {
    cx.values.set(lane, text);
    cx.ranges.set(lane, cx.ranges.get(k)!);
    const x = emitExpr(cx, scalar);
    cx.lines.add(`${laneText(cx, name, e.dtype, text)} = ${x.text};`);
  });
  return primary(name);
}

/** Declares a vector variable that is filled lane by lane. */
function fresh(cx: FunctionContext, type: DType): string {
  const name = cx.names.take("v");
  cx.lines.declare(name, `${vectorType(cx.shared, vectorTypeOf(type))} ${name};`);
  return name;
}

const laneText = (cx: FunctionContext, name: string, type: DType, lane: string): string =>
  `${vectorType(cx.shared, vectorTypeOf(type))}_lane(${name}, ${lane})`;

/** A lane of a vector as a scalar: of the internal call, or of a shuffle to one lane. */
export function emitLane(cx: FunctionContext, e: PrimExpr, lane: number): Piece {
  if (e.kind === "tir.Shuffle") {
    const { vector, at } = sourceOf(e, lane);
    if (vector.dtype.lanes === 1) return emitExpr(cx, vector);
    return primary(laneText(cx, namedVector(cx, vector).text, vector.dtype, String(at)));
  }
  throw new DiagnosticError(codes.unsupportedType({ type: e.dtype.name, at: e.span }));
}

/** The internal call that reads a lane of a variable. */
export function emitLaneCall(cx: FunctionContext, e: Call): Piece {
  const [vector, lane] = e.args as readonly [PrimExpr, PrimExpr];
  const value = primary(laneText(cx, emitVector(cx, vector).text, vector.dtype, emitExpr(cx, lane).text)); // prettier-ignore
  return laneOf(vector.dtype).code === "bool" ? infix("!=", value, primary("0")) : value;
}

/** Which vector, and which of its lanes, a lane of a shuffle is. */
function sourceOf(e: Shuffle, lane: number): { vector: PrimExpr; at: number } {
  const index = e.indices[lane];
  let rest = index?.kind === "tir.IntImm" ? Number(index.value) : -1;
  for (const vector of rest < 0 ? [] : e.vectors) {
    if (rest < vector.dtype.lanes) return { vector, at: rest };
    rest -= vector.dtype.lanes;
  }
  throw new DiagnosticError(
    codegenCodes.operand({ index: lane + 1, name: "Shuffle", expected: "a lane of the vectors, as a number", at: e.span }), // prettier-ignore
  );
}

function emitShuffle(cx: FunctionContext, e: Shuffle): Piece {
  const parts = new Map<PrimExpr, string>();
  const read = ({ vector, at }: { vector: PrimExpr; at: number }): string => {
    let name = parts.get(vector);
    if (name === undefined) {
      name = vector.dtype.lanes === 1 ? emitExpr(cx, vector).text : namedVector(cx, vector).text;
      parts.set(vector, name);
    }
    return vector.dtype.lanes === 1 ? name : laneText(cx, name, vector.dtype, String(at));
  };
  const values = e.indices.map((_, k) => read(sourceOf(e, k)));
  const name = fresh(cx, e.dtype);
  values.forEach((v, k) => cx.lines.add(`${laneText(cx, name, e.dtype, String(k))} = ${v};`));
  return primary(name);
}

function emitRepeated(cx: FunctionContext, value: PrimExpr, type: DType): Piece {
  const { text } = namedVector(cx, value);
  const name = fresh(cx, type);
  overLanes(cx, type.lanes, (_, k) => {
    const from = laneText(cx, text, value.dtype, `${k} % ${value.dtype.lanes}`);
    cx.lines.add(`${laneText(cx, name, type, k)} = ${from};`);
  });
  return primary(name);
}

/** Halves, joins, and bits of other widths. */
function emitCrossing(cx: FunctionContext, e: Call): Piece | undefined {
  const args = e.args.filter((a): a is PrimExpr => "dtype" in a && a.kind !== "tir.Buffer");
  const gather = (vectors: readonly PrimExpr[], from: number): Piece =>
    emitShuffle(cx, {
      kind: "tir.Shuffle",
      vectors,
      indices: Array.from({ length: e.dtype.lanes }, (_, k) => intImm(k + from)),
      dtype: e.dtype,
    });
  switch (e.op) {
    case "vectorlow":
      return gather([args[0]!], 0);
    case "vectorhigh":
      return gather([args[0]!], e.dtype.lanes);
    case "vectorcombine":
      return gather(args, 0);
    case "reinterpret": {
      const value = args[args.length - 1]!;
      if (value.dtype.lanes === e.dtype.lanes) return undefined;
      return emitRegrouped(cx, e, value);
    }
    default:
      return undefined;
  }
}

/** The bytes of a vector, or of a scalar, as another type. */
function emitRegrouped(cx: FunctionContext, e: Call, value: PrimExpr): Piece {
  const isPlain = (t: DType): boolean =>
    (t.code === "int" || t.code === "uint" || (isFloat(t) && t.bits >= 32)) && t.bits >= 8;
  if (!isPlain(laneOf(value.dtype)) || !isPlain(laneOf(e.dtype)))
    throw new DiagnosticError(codes.unsupportedType({ type: value.dtype.name, at: e.span }));
  const from = value.dtype.lanes === 1 ? scalarInVariable(cx, value) : namedVector(cx, value).text;
  if (e.dtype.lanes === 1) {
    const name = cx.names.take("x");
    cx.lines.declare(name, `${cTypeOf(laneName(e.dtype))} ${name};`);
    cx.lines.add(`memcpy(&${name}, &${from}, sizeof ${name});`);
    return primary(name);
  }
  const name = fresh(cx, e.dtype);
  cx.lines.add(`memcpy(&${name}, &${from}, sizeof ${name});`);
  return primary(name);
}

/** Bits of a vector read as one scalar. */
export const emitJoined = (cx: FunctionContext, e: Call, value: PrimExpr): Piece =>
  emitRegrouped(cx, e, value);

function scalarInVariable(cx: FunctionContext, value: PrimExpr): string {
  const x = emitExpr(cx, value);
  const name = cx.names.take("x");
  cx.lines.declare(name, `const ${cTypeOf(laneName(value.dtype))} ${name} = ${x.text};`);
  return name;
}

/** Loads from a buffer whose elements are vectors. */
function emitWideLoad(cx: FunctionContext, e: Load): Piece {
  const variable = cx.variables.get(e.buffer);
  if (variable !== undefined) return primary(variable);
  if (e.indices.some((i) => i.dtype.lanes > 1) || e.predicate !== undefined)
    throw new DiagnosticError(codes.unsupportedType({ type: e.dtype.name, at: e.span }));
  const pointer = emitPointer(cx, e.buffer);
  const at = cx.names.take("at");
  const position = emitPosition(cx, e.buffer, e.indices);
  cx.lines.declare(at, `const ${elementType(e.buffer.dtype)} *const ${at} = ${pointer.text} + ${infixSafe(position)};`); // prettier-ignore
  const name = fresh(cx, e.dtype);
  overLanes(cx, e.dtype.lanes, (_, k) => {
    const x = fromMemory(cx, primary(`${at}[${k}]`), e.buffer.dtype);
    cx.lines.add(`${laneText(cx, name, e.dtype, k)} = ${x.text};`);
  });
  return primary(name);
}

const infixSafe = (x: Piece): string => (/^[\w ]+$/.test(x.text) ? x.text : `(${x.text})`);
