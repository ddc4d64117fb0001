/** Finds the allocations whose elements can live in locals: mutable scalars, small tables, vectors. */
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { DType } from "../../../support/dtype.js";
import type { Stmt } from "../../../ir/tir/stmt.js";
import { ownBuffers } from "../../own-buffers.js";

const MOST_ELEMENTS = 64;

/** Allocated buffers, of constant small size or of one vector, that are only accessed at constant positions. */
export function promotable(body: Stmt): Map<Buffer, number> {
  const found = ownBuffers(body, fits, ({ buffer, indices: [index] }) => {
    const position = index?.kind === "tir.IntImm" ? Number(index.value) : -1;
    return position >= 0 && position < (constantSize(buffer) ?? 0);
  });
  return new Map([...found].map((buffer) => [buffer, constantSize(buffer)!]));
}

function fits(buffer: Buffer): boolean {
  const size = constantSize(buffer);
  if (size === undefined || size > MOST_ELEMENTS) return false;
  return buffer.dtype.lanes === 1 || (size === 1 && isWhole(buffer.dtype));
}

/** Vectors that fill registers. */
const isWhole = (type: DType): boolean =>
  !type.scalable &&
  (type.bits === 32 || type.bits === 64) &&
  type.code !== "handle" &&
  type.lanes % laneGroup(type) === 0;

/** Lanes of a register. */
export const laneGroup = (type: DType): 2 | 4 => (type.bits === 64 ? 2 : 4);

function constantSize(buffer: Buffer): number | undefined {
  if (buffer.shape.length !== 1 || buffer.strides.length > 0 || buffer.elemOffset !== undefined)
    return undefined;
  const [extent] = buffer.shape;
  return extent!.kind === "tir.IntImm" ? Number(extent!.value) : undefined;
}
