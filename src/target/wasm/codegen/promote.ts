/** Finds the allocations whose elements can live in locals: mutable scalars, small tables, vectors. */
import { visit } from "../../../ir/core/visit.js";
import type { Node } from "../../../ir/nodes.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { Var } from "../../../ir/tir/expr.js";
import type { DType } from "../../../support/dtype.js";
import type { Stmt } from "../../../ir/tir/stmt.js";

const MOST_ELEMENTS = 64;

/** Allocated buffers, of constant small size or of one vector, that are only accessed at constant positions. */
export function promotable(body: Stmt): Map<Buffer, number> {
  const sizes = new Map<Buffer, number>();
  const owners = new Map<Var, Buffer>();
  visit(body, {
    enter(node) {
      if (node.kind !== "tir.Alloc") return;
      const size = constantSize(node.buffer);
      if (size === undefined || size > MOST_ELEMENTS) return;
      if (node.buffer.dtype.lanes !== 1 && !(size === 1 && isWhole(node.buffer.dtype))) return;
      sizes.set(node.buffer, size);
      owners.set(node.buffer.data, node.buffer);
    },
  });
  const reject = (node: Node | undefined): void => {
    if (node?.kind === "tir.Buffer") sizes.delete(node);
    else if (node?.kind === "tir.Var") sizes.delete(owners.get(node) as Buffer);
  };
  if (sizes.size > 0) rejectOtherUses(body, sizes, reject);
  return sizes;
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

function rejectOtherUses(
  body: Stmt,
  sizes: Map<Buffer, number>,
  reject: (node: Node | undefined) => void,
): void {
  visit(body, {
    enter(node, defining) {
      if (node.kind === "tir.Load" || node.kind === "tir.Store") {
        const index = node.indices[0];
        const size = sizes.get(node.buffer) ?? 0;
        const ok =
          index?.kind === "tir.IntImm" && Number(index.value) >= 0 && Number(index.value) < size;
        if (!ok) reject(node.buffer);
        return;
      }
      if (node.kind === "tir.Call" || node.kind === "tir.CallGlobal") {
        for (const arg of node.args) {
          if (arg.kind === "tir.Buffer") reject(arg);
          if (arg.kind === "tir.BufferRegion") reject(arg.buffer);
          // The address of an element escapes.
          if (
            arg.kind === "tir.Load" &&
            (node.kind === "tir.CallGlobal" || node.op === "address_of")
          )
            reject(arg.buffer);
        }
        return;
      }
      if (node.kind === "tir.Decl") reject(node.buffer.data);
      if (node.kind === "tir.Var" && !defining && node.dtype.code === "handle") reject(node);
      return;
    },
  });
}
