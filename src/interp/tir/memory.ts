/** Memory of a running TensorIR program. */
import { bytesOf, laneOf, type DType } from "../../support/dtype.js";
import type { NDArray } from "../../support/ndarray.js";
import { elementAccess, type ElementAccess } from "../../support/numeric/element.js";
import type { Scalar } from "../../support/numeric/scalar.js";

/** One allocation. */
export interface Storage {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** One byte per byte, 0 where nothing was stored; absent: all of it was. */
  readonly written?: Uint8Array | undefined;
}

/** A place in an allocation. */
export interface Pointer {
  readonly storage: Storage;
  /** In bytes. */
  readonly at: number;
}

/** A buffer bound to memory. */
export interface View {
  readonly storage: Storage;
  readonly dtype: DType;
  readonly access: ElementAccess;
  /** Bytes of one element, lanes included. */
  readonly size: number;
  /** In elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** What a variable holds: a lane, lanes of a vector, a place, a bound buffer, a string. */
export type Slot = Scalar | readonly Scalar[] | Pointer | View | string | undefined;

/** Values of the variables of one call, by number. */
export type Frame = Slot[];

export const storageOf = (bytes: Uint8Array, written?: Uint8Array): Storage => ({
  bytes,
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  written,
});

/** Memory without values. */
export const freshStorage = (size: number): Storage =>
  storageOf(new Uint8Array(size), new Uint8Array(size));

export const compactStrides = (shape: readonly number[]): number[] => {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
};

export const makeView = (
  storage: Storage,
  dtype: DType,
  shape: readonly number[],
  strides: readonly number[] = compactStrides(shape),
  offset = 0,
): View => ({
  storage,
  dtype,
  access: elementAccess(laneOf(dtype)),
  size: bytesOf(dtype),
  offset,
  shape,
  strides,
});

export const isView = (x: unknown): x is View =>
  typeof x === "object" && x !== null && "strides" in x;
export const isPointer = (x: unknown): x is Pointer =>
  typeof x === "object" && x !== null && "at" in x;

export const viewOfArray = (data: NDArray, written?: Uint8Array): View =>
  makeView(storageOf(data.bytes, written), data.dtype, data.shape);

/** Where the first element stands. */
export const pointerTo = (view: View): Pointer => ({
  storage: view.storage,
  at: view.offset * view.size,
});
