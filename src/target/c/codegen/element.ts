/** Elements of buffers: their places, loads and stores. */
import type { Buffer } from "../../../ir/tir/buffer.js";
import {
  ifThenElse,
  load,
  floatImm,
  intImm,
  type Load,
  type PrimExpr,
} from "../../../ir/tir/expr.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { isFloat, laneOf, type DType } from "../../../support/dtype.js";
import { codegenCodes } from "../../codes.js";
import { decodeRoutine, encodeRoutine } from "../routine/small-float.js";
import { wrapped } from "./cast.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext } from "./context.js";
import { emitExpr } from "./expr.js";
import { called, infix, primary, type Piece } from "./text.js";
import { cTypeOf, isSmallFloat, storedLaneName } from "./types.js";

/** The C type of an element in memory, lane by lane. */
export const elementType = (type: DType): string => cTypeOf(storedLaneName(laneOf(type)));

/** A pointer to the lanes of a buffer's elements. */
export function emitPointer(cx: FunctionContext, buffer: Buffer): Piece {
  const home = cx.pointers.get(buffer.data);
  if (home === undefined)
    throw new DiagnosticError(
      codegenCodes.unboundVariable({ name: `${buffer.name}.data`, at: buffer.span }),
    );
  const element = elementType(buffer.dtype);
  return home.element === element
    ? primary(home.name)
    : primary(`((${home.isConst ? "const " : ""}${element} *)${home.name})`);
}

/** Position of an element's first lane, counted in lanes; `lane` is added. */
export function emitPosition(
  cx: FunctionContext,
  buffer: Buffer,
  indices: readonly PrimExpr[],
): Piece {
  const index = (e: PrimExpr): Piece => emitExpr(cx, e, true);
  const times = (x: Piece, n: PrimExpr): Piece =>
    isInt(n, 1) ? x : x.text === "0" ? x : infix("*", x, index(n));
  const plus = (x: Piece, y: Piece): Piece =>
    x.text === "0" ? y : y.text === "0" ? x : infix("+", x, y);
  let at = primary("0");
  indices.forEach((e, k) => {
    if (buffer.strides.length > 0) at = plus(at, times(index(e), buffer.strides[k]!));
    else at = plus(k === 0 ? at : times(at, buffer.shape[k]!), index(e));
  });
  if (buffer.elemOffset !== undefined) at = plus(at, index(buffer.elemOffset));
  const { lanes } = buffer.dtype;
  return lanes === 1 ? at : times(at, intImm(lanes));
}

const isInt = (e: PrimExpr, value: number): boolean =>
  e.kind === "tir.IntImm" && Number(e.value) === value;

/** `A[i]` */
export const emitElement = (
  cx: FunctionContext,
  buffer: Buffer,
  indices: readonly PrimExpr[],
): Piece => {
  const variable = cx.variables.get(buffer);
  if (variable !== undefined) return primary(variable);
  const at = emitPosition(cx, buffer, indices);
  return primary(`${emitPointer(cx, buffer).text}[${at.text}]`);
};

/** One element. Where a predicate is false, 0. */
export function emitLoad(cx: FunctionContext, e: Load): Piece {
  if (e.predicate !== undefined) {
    const zero = isFloat(e.dtype) ? floatImm(0, e.dtype) : intImm(0, e.dtype);
    return emitExpr(cx, ifThenElse(e.predicate, load(e.buffer, e.indices, e.span), zero));
  }
  const element = emitElement(cx, e.buffer, e.indices);
  return cx.variables.has(e.buffer) ? element : fromMemory(cx, element, e.buffer.dtype);
}

/** The value of what stands in memory. */
export function fromMemory(cx: FunctionContext, element: Piece, type: DType): Piece {
  const lane = laneOf(type);
  if (isSmallFloat(lane)) return called(decodeRoutine(cx.shared, lane), element);
  if (lane.code === "bool") return infix("!=", element, primary("0"));
  return wrapped(cx.shared, element, lane);
}

/** What stands in memory for a value. */
export const toMemory = (cx: FunctionContext, value: Piece, type: DType): Piece =>
  isSmallFloat(type) ? called(encodeRoutine(cx.shared, laneOf(type)), value) : value;

/** Adds the store of a scalar. */
export function emitStoreOne(
  cx: FunctionContext,
  buffer: Buffer,
  indices: readonly PrimExpr[],
  value: PrimExpr,
): void {
  const x = emitExpr(cx, coerce(value, buffer.dtype));
  const element = emitElement(cx, buffer, indices);
  const stored = cx.variables.has(buffer) ? x : toMemory(cx, x, buffer.dtype);
  cx.lines.add(`${element.text} = ${stored.text};`);
}
