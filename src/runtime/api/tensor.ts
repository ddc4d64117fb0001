/** Tensors as typed arrays. */
import { bytesOf, dtype, tryDType, type DType } from "../../support/dtype.js";
import { elementCount, type NDArray } from "../../support/ndarray.js";

/** Elements in row-major order. */
export type TensorData =
  | Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | BigInt64Array
  | Uint8Array | Uint16Array | Uint32Array | BigUint64Array; // prettier-ignore

/** A tensor with its shape; `dtype` is that of the array or of the parameter when absent. */
export interface TensorInput {
  readonly data: TensorData;
  readonly shape: readonly number[];
  readonly dtype?: string;
}

export interface Tensor {
  readonly data: TensorData;
  readonly shape: readonly number[];
  readonly dtype: string;
}

const ARRAYS = [
  ["float32", Float32Array], ["float64", Float64Array], ["int8", Int8Array], ["int16", Int16Array],
  ["int32", Int32Array], ["int64", BigInt64Array], ["uint8", Uint8Array], ["uint16", Uint16Array],
  ["uint32", Uint32Array], ["uint64", BigUint64Array],
] as const; // prettier-ignore

export const isTensorData = (x: unknown): x is TensorData =>
  ARRAYS.some(([, array]) => x instanceof array);

/** The element type that an array is of by itself. */
const typeOfArray = (data: TensorData): DType =>
  dtype(ARRAYS.find(([, array]) => data instanceof array)![0]);

/**
 * A copy of the data as a tensor, in `room` where that is as long; undefined when the array does not fit. Elements that
 * no array holds, like `bool` and `float16`, are given by their bits, in an array of elements of the same size.
 */
export function toArray(
  input: TensorInput,
  declared: string | undefined,
  room?: Uint8Array,
): NDArray | undefined {
  const { data, shape } = input;
  const type = tryDType(input.dtype ?? declared ?? "") ?? typeOfArray(data);
  const own = typeOfArray(data);
  const isPlain = ARRAYS.some(([name]) => name === type.name);
  if (isPlain ? own !== type : data.BYTES_PER_ELEMENT !== bytesOf(type)) return undefined;
  if (!shape.every((d) => Number.isSafeInteger(d) && d >= 0)) return undefined;
  if (elementCount(shape) !== data.length) return undefined;
  const given = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (room?.length !== given.length)
    return { dtype: type, shape: [...shape], bytes: given.slice() };
  room.set(given);
  return { dtype: type, shape: [...shape], bytes: room };
}

/** The tensor as an array of its element type, or of its bits when there is none. */
export function fromArray({ dtype: type, shape, bytes }: NDArray): Tensor {
  const found = ARRAYS.find(([name]) => name === type.name)?.[1];
  const bySize = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array } as const;
  const array = found ?? bySize[bytesOf(type) as 1 | 2 | 4 | 8] ?? Uint8Array;
  return { data: new array(bytes.slice().buffer as ArrayBuffer), shape, dtype: type.name };
}
