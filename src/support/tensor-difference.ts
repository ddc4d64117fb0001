/** Comparing tensors: integers exactly, floats up to what a changed order of operations explains. */
import { isFloat, type DType } from "./dtype.js";
import { elementCount, type NDArray } from "./ndarray.js";
import { elementAccess } from "./numeric/element.js";

/** What differs, in words that follow `where`; undefined when nothing does. */
export function tensorsDiffer(a: NDArray, b: NDArray, where: string): string | undefined {
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) {
    return `${where} was ${a.dtype.name} [${a.shape.join()}], now it is ${b.dtype.name} [${b.shape.join()}]`;
  }
  const { bytes, read } = elementAccess(a.dtype);
  const [first, second] = [a, b].map(({ bytes: all }) => new DataView(all.buffer, all.byteOffset));
  for (let i = 0; i < elementCount(a.shape) * a.dtype.lanes; i++) {
    const x = read(first!, i * bytes);
    const y = read(second!, i * bytes);
    if (!isClose(x, y, a.dtype))
      return `${where} differs at element ${i}: ${String(x)}, now ${String(y)}`;
  }
  return undefined;
}

function isClose(x: number | bigint, y: number | bigint, dtype: DType): boolean {
  if (x === y || (Number.isNaN(x) && Number.isNaN(y))) return true;
  if (!isFloat(dtype)) return false;
  const [a, b] = [Number(x), Number(y)];
  const relative = dtype.bits === 64 ? 1e-12 : dtype.bits === 32 ? 1e-5 : 2e-2;
  return Math.abs(a - b) <= relative * Math.max(1, Math.abs(a), Math.abs(b));
}
