/** Memory of buffers inside functions: variables, arrays, tables, and parts of the memory that the caller gives. */
import type { Buffer } from "../../../ir/tir/buffer.js";
import { binary, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import type { Stmt, AllocConst } from "../../../ir/tir/stmt.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { bytesOf, int64, laneOf } from "../../../support/dtype.js";
import type { NDArray } from "../../../support/ndarray.js";
import { elementAccess } from "../../../support/numeric/element.js";
import type { Span } from "../../../support/source.js";
import { codegenCodes } from "../../codes.js";
import { ownBuffers } from "../../own-buffers.js";
import { vectorType } from "../routine/vector.js";
import { coerce } from "../../coerce.js";
import type { FunctionContext } from "./context.js";
import { elementType } from "./element.js";
import { emitExpr } from "./expr.js";
import { literal } from "./literal.js";
import { level, operand, type Piece } from "./text.js";
import { isSmallFloat, scalarType } from "./types.js";
import { vectorTypeOf } from "./vector.js";
import { floatFormat, encodeFloat } from "../../../support/numeric/float-format.js";

/** Larger arrays do not go on the stack. */
export const MOST_ON_STACK = 16384;
/** Alignment of memory in bytes. */
export const ALIGNMENT = 64;

const DEVICE_SCOPE = /^(wmma|metal|m16n8k8|mma|warp|tmem|trn)|texture/;

/** Elements of a buffer. */
export function elementsOf(buffer: Buffer): PrimExpr {
  const wide = (e: PrimExpr): PrimExpr =>
    e.kind === "tir.IntImm" ? intImm(e.value, int64) : coerce(e, int64);
  const times = (a: PrimExpr, b: PrimExpr): PrimExpr =>
    a.kind === "tir.IntImm" && b.kind === "tir.IntImm"
      ? intImm(BigInt(a.value) * BigInt(b.value), int64)
      : a.kind === "tir.IntImm" && a.value === 1
        ? wide(b)
        : binary("mul", a, wide(b));
  if (buffer.strides.length === 0) return buffer.shape.reduce(times, intImm(1, int64));
  return buffer.shape.reduce<PrimExpr>(
    (n, d, k) =>
      binary("add", n, times(binary("sub", wide(d), intImm(1, int64)), wide(buffer.strides[k]!))),
    intImm(1, int64),
  );
}

/** Bytes of a buffer when they are a number that fits on the stack. */
export function bytesOnStack(buffer: Buffer): number | undefined {
  const count = buffer.strides.length > 0 ? undefined : elementsOf(buffer);
  if (count?.kind !== "tir.IntImm") return undefined;
  const bytes = Number(count.value) * bytesOf(buffer.dtype);
  return bytes <= MOST_ON_STACK ? bytes : undefined;
}

/** Allocated buffers of one element that are only read and written there: variables. */
export const variablesOf = (body: Stmt): Set<Buffer> =>
  ownBuffers(
    body,
    (buffer) => countOf(buffer) === 1,
    ({ indices }) => indices.every((e) => e.kind === "tir.IntImm" && Number(e.value) === 0),
  );

/**
 * Allocated buffers that C compilers take apart into variables, since all positions used are numbers. That such a
 * variable has a value may follow from the bounds of loops, which they do not see.
 */
export const takenApart = (body: Stmt): Set<Buffer> =>
  ownBuffers(
    body,
    (buffer) => countOf(buffer) !== undefined,
    ({ indices }) => indices.every((e) => e.kind === "tir.IntImm"),
  );

/** How many elements a buffer has that begins where its memory does. */
function countOf(buffer: Buffer): number | undefined {
  if (buffer.elemOffset !== undefined || buffer.dtype.code === "handle") return undefined;
  const count = elementsOf(buffer);
  return count.kind === "tir.IntImm" ? Number(count.value) : undefined;
}

/** Gives a buffer memory. */
export function emitAlloc(cx: FunctionContext, buffer: Buffer, span: Span | undefined): void {
  if (DEVICE_SCOPE.test(buffer.scope))
    throw new DiagnosticError(
      codegenCodes.memoryScope({ scope: buffer.scope, name: buffer.name, at: span ?? buffer.span }),
    );
  const name = cx.names.take(buffer.name);
  if (cx.variables.has(buffer)) {
    cx.variables.set(buffer, name);
    const zero = buffer.dtype.lanes > 1 ? "{0}" : "0";
    cx.lines.declare(name, `${variableType(cx, buffer)} ${name} = ${zero};`);
    return;
  }
  const element = elementType(buffer.dtype);
  cx.pointers.set(buffer.data, { name, element });
  const bytes = bytesOnStack(buffer);
  if (bytes !== undefined) {
    const lanes = bytes / (bytesOf(laneOf(buffer.dtype)) || 1);
    const isApart = lanes <= 1 || cx.apart.has(buffer);
    cx.lines.declare(name, `${element} ${name}[${Math.max(lanes, 1)}]${isApart ? " = {0}" : ""};`);
    return;
  }
  const start = cx.scratch!;
  const next = cx.names.take(`after_${buffer.name}`);
  const size = roundedUp(emitExpr(cx, bytesExpr(buffer), true));
  cx.lines.declare(name, `${element} *const ${name} = (${element} *)${start};`);
  cx.lines.declare(next, `uint8_t *const ${next} = ${start} + ${size};`);
  cx.scratch = next;
}

/** Bytes of a buffer. */
export const bytesExpr = (buffer: Buffer): PrimExpr => {
  const count = elementsOf(buffer);
  const each = bytesOf(buffer.dtype);
  return count.kind === "tir.IntImm"
    ? intImm(BigInt(count.value) * BigInt(each), int64)
    : binary("mul", count, intImm(each, int64));
};

/** A number of bytes as a multiple of the alignment. */
export const roundedUp = (bytes: Piece): string =>
  /^\d+$/.test(bytes.text)
    ? String(Math.ceil(Number(bytes.text) / ALIGNMENT) * ALIGNMENT)
    : `(${operand(bytes, level.sum)} + ${ALIGNMENT - 1}) / ${ALIGNMENT} * ${ALIGNMENT}`;

const variableType = (cx: FunctionContext, buffer: Buffer): string =>
  buffer.dtype.lanes > 1
    ? vectorType(cx.shared, vectorTypeOf(buffer.dtype))
    : scalarType(buffer.dtype);

/** An alias is a pointer of another type; a declaration without memory behind it gets some. */
export function emitDecl(cx: FunctionContext, buffer: Buffer, span: Span | undefined): void {
  if (!cx.pointers.has(buffer.data)) emitAlloc(cx, buffer, span);
}

/** A table of constants at file level. */
export function emitTable(cx: FunctionContext, { buffer, data }: AllocConst): void {
  const element = elementType(buffer.dtype);
  const values = tableValues(data);
  // Not all compilers take these as constants; their bits they do.
  const isFinite = !values.some((v) => /NAN|INFINITY/.test(v));
  const name = isFinite
    ? cx.shared.table(element, buffer.name, () => values)
    : cx.shared.bitTable(element, buffer.name, data);
  cx.pointers.set(buffer.data, { name, element, isConst: true });
}

/** The lanes of a tensor as C constants of their type in memory. */
export function tableValues(data: NDArray): string[] {
  const lane = laneOf(data.dtype);
  const access = elementAccess(lane);
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset, data.bytes.byteLength);
  const format = isSmallFloat(lane) ? floatFormat(lane)! : undefined;
  return Array.from({ length: Math.floor(data.bytes.byteLength / access.bytes) }, (_, k) => {
    const value = access.read(view, k * access.bytes);
    if (format !== undefined) return `${encodeFloat(format, Number(value))}u`;
    return literal(value, lane).text;
  });
}
