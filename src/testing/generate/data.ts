/** Contents of input tensors. */
import type { PrimExpr } from "../../ir/tir/expr.js";
import { bytesOf, isFloat, type DType } from "../../support/dtype.js";
import { elementCount, type NDArray } from "../../support/ndarray.js";
import { elementAccess } from "../../support/numeric/element.js";
import type { Random } from "./random.js";
import { literal } from "./value-expr.js";

/** Writes a literal as element number `at`. */
export function encodeElement(value: PrimExpr, type: DType, bytes: Uint8Array, at: number): void {
  if (value.kind !== "tir.IntImm" && value.kind !== "tir.FloatImm") return;
  const access = elementAccess(type);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  access.write(view, at * access.bytes, value.value);
}

/** A tensor with random finite contents. */
export function randomTensor(rng: Random, type: DType, shape: readonly number[]): NDArray {
  const count = elementCount(shape);
  const bytes = new Uint8Array(count * bytesOf(type));
  for (let k = 0; k < count; k++) encodeElement(literal(rng, type), type, bytes, k);
  return { dtype: type, shape, bytes };
}

/** Whether two tensors are equal bit for bit, all NaNs being equal. The first difference, as text, if not. */
export function tensorDifference(a: NDArray, b: NDArray): string | undefined {
  const access = elementAccess(a.dtype);
  const [x, y] = [a, b].map(
    (t) => new DataView(t.bytes.buffer, t.bytes.byteOffset, t.bytes.byteLength),
  );
  for (let k = 0; k < elementCount(a.shape); k++) {
    const p = access.read(x!, k * access.bytes);
    const q = access.read(y!, k * access.bytes);
    const same = isFloat(a.dtype) ? Object.is(p, q) : p === q;
    if (!same) return `element ${k}: ${shown(p)} and ${shown(q)}`;
  }
  return undefined;
}
const shown = (x: number | bigint): string => (Object.is(x, -0) ? "-0" : String(x));
