/** Elements of constants: numbers to bytes and back, exact in every dtype. */
import { bytesOf, type DType } from "../../../support/dtype.js";
import type { Int } from "../../../support/int.js";
import { elementCount, type NDArray } from "../../../support/ndarray.js";
import { elementAccess } from "../../../support/numeric/element.js";
import { floatFormat, roundToFormat } from "../../../support/numeric/float-format.js";
import { integerRange } from "../../../support/numeric/scalar.js";

/** One element as text has it: integers exact, floats as doubles, booleans as 0 and 1. */
export type Element = Int;

/** Whether an integer lies in the range of an integer or bool dtype. */
export function fits(value: Int, dtype: DType): boolean {
  if (dtype.code === "bool") return value === 0 || value === 1;
  const { min, max } = integerRange(dtype);
  return value >= min && value <= max;
}

/** A tensor from its elements in row-major order. Integer dtypes need integers that fit; floats are rounded to nearest even. */
export function tensorOf(
  dtype: DType,
  shape: readonly number[],
  elements: readonly Element[],
): NDArray {
  const width = bytesOf(dtype);
  const bytes = new Uint8Array(elementCount(shape) * width);
  const view = new DataView(bytes.buffer);
  const access = elementAccess(dtype);
  const convert = converterTo(dtype);
  elements.forEach((value, i) => access.write(view, i * width, convert(value)));
  return { dtype, shape, bytes };
}

function converterTo(dtype: DType): (value: Element) => Element {
  const format = floatFormat(dtype);
  if (format !== undefined) return (value) => roundToFormat(format, Number(value));
  if (dtype.code === "float") return (value) => Number(value);
  return dtype.code === "bool" ? (value) => (value === 0 ? 0 : 1) : (value) => value;
}

/** All elements of a tensor in row-major order. */
export function elementsOf(data: NDArray): Element[] {
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset, data.bytes.byteLength);
  const width = bytesOf(data.dtype);
  const access = elementAccess(data.dtype);
  return Array.from({ length: elementCount(data.shape) }, (_, i) => access.read(view, i * width));
}
