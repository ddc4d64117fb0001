/** Tensors written as nested lists. */
import { isBool, isFloat, isInteger, type DType } from "../../../support/dtype.js";
import { zeros, type NDArray } from "../../../support/ndarray.js";
import { elementAccess } from "../../../support/numeric/element.js";

/** The tensor that nested lists of one shape spell; undefined for what is none, or no number of the type. */
export function literalTensor(value: unknown, dtype: DType): NDArray | undefined {
  const shape = shapeOf(value);
  const elements: unknown[] = [];
  if (!collect(value, shape, 0, elements)) return undefined;
  if (!elements.every((x) => fits(x, dtype))) return undefined;
  const tensor = zeros(dtype, shape);
  const access = elementAccess(dtype);
  const view = new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset);
  elements.forEach((x, i) => access.write(view, i * access.bytes, Number(x)));
  return tensor;
}

function shapeOf(value: unknown): number[] {
  const shape: number[] = [];
  for (let v = value; Array.isArray(v); v = v[0]) shape.push(v.length);
  return shape;
}

function collect(value: unknown, shape: readonly number[], axis: number, into: unknown[]): boolean {
  if (axis === shape.length) {
    into.push(value);
    return !Array.isArray(value);
  }
  return (
    Array.isArray(value) &&
    value.length === shape[axis] &&
    value.every((v) => collect(v, shape, axis + 1, into))
  );
}

function fits(x: unknown, dtype: DType): boolean {
  if (isBool(dtype)) return typeof x === "boolean";
  if (typeof x !== "number") return false;
  return isFloat(dtype) || (isInteger(dtype) && Number.isSafeInteger(x));
}
