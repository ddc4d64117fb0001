/** Results against references. */
import { isFloat } from "../../support/dtype.js";
import { elementCount, type NDArray } from "../../support/ndarray.js";
import { elementAccess } from "../../support/numeric/element.js";
import type { Tolerance } from "./op-case.js";

/** Relative and absolute error. */
const LIMITS: Readonly<Record<Tolerance, readonly [relative: number, absolute: number]>> = {
  exact: [0, 0],
  round: [2e-6, 1e-6],
  sum: [1e-5, 1e-5],
  half: [2e-3, 2e-3],
};

/** The first difference that is too large, as text. */
export function farFrom(
  expected: NDArray,
  found: NDArray,
  tolerance: Tolerance,
): string | undefined {
  const [a, b] = [expected, found].map((t) => `${t.dtype.name} [${t.shape.join(", ")}]`);
  if (a !== b) return `${a} expected, ${b} found`;
  const { bytes, read } = elementAccess(expected.dtype);
  const [x, y] = [expected, found].map(
    (t) => new DataView(t.bytes.buffer, t.bytes.byteOffset, t.bytes.byteLength),
  );
  const [relative, absolute] = isFloat(expected.dtype) ? LIMITS[tolerance] : LIMITS.exact;
  for (let i = 0; i < elementCount(expected.shape); i++) {
    const [p, q] = [read(x!, i * bytes), read(y!, i * bytes)];
    if (p === q || (Number.isNaN(p) && Number.isNaN(q))) continue;
    const error = Math.abs(Number(p) - Number(q));
    if (!(error <= absolute + relative * Math.abs(Number(p))))
      return `element ${i}: ${p} expected, ${q} found`;
  }
  return undefined;
}
