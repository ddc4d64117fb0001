/** Dense row-major tensors: bytes + dtype + shape. Small floats are kept as bit patterns. */
import { bytesOf, type DType } from "./dtype.js";

export interface NDArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** `elementCount(shape) * bytesOf(dtype)` bytes, little-endian. */
  readonly bytes: Uint8Array;
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** A zero-filled tensor. */
export const zeros = (dtype: DType, shape: readonly number[]): NDArray => ({
  dtype,
  shape,
  bytes: new Uint8Array(elementCount(shape) * bytesOf(dtype)),
});

export const sameTensor = (a: NDArray, b: NDArray): boolean =>
  a === b ||
  (a.dtype === b.dtype &&
    a.shape.length === b.shape.length &&
    a.shape.every((d, i) => d === b.shape[i]) &&
    a.bytes.every((x, i) => x === b.bytes[i]));
