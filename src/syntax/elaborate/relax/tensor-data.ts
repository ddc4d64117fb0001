/** Elements of constants: numbers to bytes and back, exact in every dtype. */
import { bytesOf, type DType } from "../../../support/dtype.js";
import type { Int } from "../../../support/int.js";
import { int } from "../../../support/int.js";
import { elementCount, type NDArray } from "../../../support/ndarray.js";
import { decodeSmallFloat, encodeSmallFloat } from "./small-float.js";

/** One element as text has it: integers exact, floats as doubles, booleans as 0 and 1. */
export type Element = Int;

/** Whether an integer lies in the range of an integer or bool dtype. */
export function fits(value: Int, dtype: DType): boolean {
  if (dtype.code === "bool") return value === 0 || value === 1;
  const v = BigInt(value);
  const bits = BigInt(dtype.bits);
  if (dtype.code === "uint") return v >= 0n && v < 1n << bits;
  return v >= -(1n << (bits - 1n)) && v < 1n << (bits - 1n);
}

/** A tensor from its elements in row-major order. Integer dtypes need integers that fit; floats are rounded to nearest even. */
export function tensorOf(dtype: DType, shape: readonly number[], elements: readonly Element[]): NDArray {
  const width = bytesOf(dtype);
  const bytes = new Uint8Array(elementCount(shape) * width);
  const view = new DataView(bytes.buffer);
  elements.forEach((value, i) => write(view, i * width, dtype, value));
  return { dtype, shape, bytes };
}

function write(view: DataView, at: number, dtype: DType, value: Element): void {
  switch (dtype.code) {
    case "bool":
      return view.setUint8(at, Number(value) === 0 ? 0 : 1);
    case "int":
    case "uint":
      if (dtype.bits <= 8) return view.setUint8(at, Number(BigInt.asUintN(8, BigInt(value))));
      if (dtype.bits === 16) return view.setUint16(at, Number(BigInt.asUintN(16, BigInt(value))), true);
      if (dtype.bits === 32) return view.setUint32(at, Number(BigInt.asUintN(32, BigInt(value))), true);
      return view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
    default:
      if (dtype.code === "float" && dtype.bits === 64) return view.setFloat64(at, Number(value), true);
      if (dtype.code === "float" && dtype.bits === 32) return view.setFloat32(at, Number(value), true);
      return bytesOf(dtype) === 2
        ? view.setUint16(at, encodeSmallFloat(Number(value), dtype), true)
        : view.setUint8(at, encodeSmallFloat(Number(value), dtype));
  }
}

/** Element `index` of a tensor in row-major order. */
export function elementAt(data: NDArray, index: number): Element {
  const { dtype } = data;
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset, data.bytes.byteLength);
  const at = index * bytesOf(dtype);
  switch (dtype.code) {
    case "bool":
      return view.getUint8(at) === 0 ? 0 : 1;
    case "int":
      if (dtype.bits <= 8) return view.getInt8(at);
      if (dtype.bits === 16) return view.getInt16(at, true);
      return dtype.bits === 32 ? view.getInt32(at, true) : int(view.getBigInt64(at, true));
    case "uint":
      if (dtype.bits <= 8) return view.getUint8(at);
      if (dtype.bits === 16) return view.getUint16(at, true);
      return dtype.bits === 32 ? view.getUint32(at, true) : int(view.getBigUint64(at, true));
    default:
      if (dtype.code === "float" && dtype.bits === 64) return view.getFloat64(at, true);
      if (dtype.code === "float" && dtype.bits === 32) return view.getFloat32(at, true);
      return decodeSmallFloat(bytesOf(dtype) === 2 ? view.getUint16(at, true) : view.getUint8(at), dtype);
  }
}
