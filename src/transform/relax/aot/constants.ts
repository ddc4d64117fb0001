/** Tensors that a function carries: tables in its text, or one table that the caller passes. */
import { makeBuffer, type Buffer } from "../../../ir/tir/buffer.js";
import { decl, type Stmt } from "../../../ir/tir/stmt.js";
import type { Var } from "../../../ir/tir/expr.js";
import { bytesOf, uint8 } from "../../../support/dtype.js";
import type { NDArray } from "../../../support/ndarray.js";
import { intImm } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import type { ConstantList } from "./frame.js";
import { ALIGNMENT, long } from "./size.js";

const dimsOf = (data: NDArray) => data.shape.map((d) => intImm(d, int64));

/** Each tensor as `T.allocate_const` at the head of the function. */
export function inlineConstants(root: Stmt[]): ConstantList {
  const known = new Map<NDArray, Buffer>();
  return {
    bufferOf(data, hint) {
      let buffer = known.get(data);
      if (buffer === undefined) {
        const values = makeBuffer({
          name: `${hint}_values`,
          dtype: data.dtype,
          shape: dimsOf(data),
        });
        buffer = makeBuffer({ ...values, name: hint });
        known.set(data, buffer);
        root.push({ kind: "tir.AllocConst", buffer: values, data }, decl(buffer));
      }
      return buffer;
    },
  };
}

/** A table with all tensors of a function, each at a multiple of the alignment. */
export interface ConstantTable extends ConstantList {
  /** The parameter; its extent is the size of the table when all is known. */
  readonly data: Var;
  bytes(): number;
  /** The contents. */
  write(): Uint8Array;
}

/** Each tensor as a view of a parameter. */
export function tabledConstants(root: Stmt[], data: Var): ConstantTable {
  const known = new Map<NDArray, Buffer>();
  const items: { readonly data: NDArray; readonly at: number }[] = [];
  let end = 0;
  return {
    data,
    bytes: () => end,
    bufferOf(tensor, hint) {
      let buffer = known.get(tensor);
      if (buffer === undefined) {
        const at = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
        items.push({ data: tensor, at });
        end = at + tensor.bytes.length;
        buffer = makeBuffer({
          name: hint,
          dtype: tensor.dtype,
          shape: dimsOf(tensor),
          data,
          ...(at > 0 && { elemOffset: long(at / bytesOf(tensor.dtype)) }),
        });
        known.set(tensor, buffer);
        root.push(decl(buffer));
      }
      return buffer;
    },
    write() {
      const table = new Uint8Array(end);
      for (const item of items) table.set(item.data.bytes, item.at);
      return table;
    },
  };
}

/** The tensors of a function, each with the parameter that it is. */
export interface SeparateConstants extends ConstantList {
  readonly buffers: ReadonlyMap<NDArray, Buffer>;
}

/** Each tensor as a parameter of its own. */
export function separateConstants(): SeparateConstants {
  const buffers = new Map<NDArray, Buffer>();
  return {
    buffers,
    bufferOf(data, hint) {
      const known = buffers.get(data);
      if (known !== undefined) return known;
      const made = makeBuffer({ name: hint, dtype: data.dtype, shape: dimsOf(data) });
      buffers.set(data, made);
      return made;
    },
  };
}

/** The parameter of a table. */
export const tableBuffer = (name: string, bytes: number, data: Var): Buffer =>
  makeBuffer({ name, dtype: uint8, shape: [intImm(bytes, int64)], data });
