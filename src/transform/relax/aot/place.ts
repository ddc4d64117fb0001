/** Where the values of a Relax function are while it runs as a loop function. */
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";

/** A tensor is a buffer; sizes and scalars are expressions. */
export type Place =
  | { readonly kind: "tensor"; readonly buffer: Buffer }
  | { readonly kind: "tuple"; readonly fields: readonly Place[] }
  | { readonly kind: "shape"; readonly dims: readonly PrimExpr[] }
  | { readonly kind: "scalar"; readonly value: PrimExpr }
  | Storage;

/** Memory that tensors are laid into: the workspace from a byte on, or an output. */
export interface Storage {
  readonly kind: "storage";
  /** Pointer to its memory. */
  readonly data: Var;
  /** Bytes before it. */
  readonly offset: PrimExpr;
  /** The output that it is. */
  readonly output?: Buffer | undefined;
}
export type TensorPlace = Extract<Place, { kind: "tensor" }>;
