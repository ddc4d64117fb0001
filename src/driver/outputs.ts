/** Results of a run: named, summarised, compared. */
import { bytesOf, isFloat, type DType } from "../support/dtype.js";
import type { Int } from "../support/int.js";
import { elementCount, type NDArray } from "../support/ndarray.js";
import { elementAccess } from "../support/numeric/element.js";
import { describeValue, type Value } from "../support/value.js";

export interface Output {
  /** `out_0`, `out_1`, …; a field of a nested tuple is `out_0_1`. */
  readonly name: string;
  readonly value: Value;
}

/** The values of a result: the fields of a tuple, one by one. The void value has none. */
export function outputsOf(result: Value): Output[] {
  if (result.kind !== "tuple") return [{ name: "out_0", value: result }];
  const flat = (fields: readonly Value[], prefix: string): Output[] =>
    fields.flatMap((value, i) =>
      value.kind === "tuple"
        ? flat(value.fields, `${prefix}_${i}`)
        : [{ name: `${prefix}_${i}`, value }],
    );
  return flat(result.fields, "out");
}

/** Elements in order, one at a time: integers exact, floats as they are. */
function* elementsOf(data: NDArray): Generator<Int> {
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset, data.bytes.byteLength);
  const access = elementAccess(data.dtype);
  const step = bytesOf(data.dtype) / data.dtype.lanes;
  const count = elementCount(data.shape) * data.dtype.lanes;
  for (let i = 0; i < count; i++) yield access.read(view, i * step);
}

/** `out_0  (3, 4) float32  min -1.2  max 2.5  mean 0.1  [0.3, -0.1, …]` */
export function summary({ name, value }: Output): string {
  if (value.kind !== "tensor") return `${name}  ${describeValue(value)}`;
  const { shape, dtype } = value.data;
  const dims = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const first: string[] = [];
  let count = 0;
  let [min, max, sum, isOdd] = [Infinity as Int, -Infinity as Int, 0, false];
  for (const x of elementsOf(value.data)) {
    if (count++ < MOST_SHOWN) first.push(show(x, dtype));
    if (x < min) min = x;
    if (x > max) max = x;
    if (x !== x) isOdd = true;
    sum += Number(x);
  }
  const head = `${name}  ${dims} ${dtype.name}`;
  if (count === 0) return `${head}  empty`;
  if (count === 1) return `${head}  ${first[0]}`;
  const range = isOdd ? ["NaN", "NaN"] : [show(min, dtype), show(max, dtype)];
  const list = `[${first.join(", ")}${count > MOST_SHOWN ? ", …" : ""}]`;
  return `${head}  min ${range[0]}  max ${range[1]}  mean ${Number((sum / count).toPrecision(6))}  ${list}`;
}

/** Elements that a summary lists. */
const MOST_SHOWN = 6;

const show = (x: Int, dtype: DType): string =>
  isFloat(dtype) ? String(Number(Number(x).toPrecision(6))) : String(x);

/** What an absolute difference is measured by: one, or the root mean square of a tensor where that is more. */
export type Scale = "one" | "typical";

/**
 * The first difference in words, or undefined. Within `tolerance` (absolute and relative) numbers are equal; without
 * one they are the same, zeros with their sign. All NaNs are one. Sums in another order differ by the rounding of their
 * terms, however little is left of them: by the typical size of the sums around them.
 */
export function difference(
  a: Value,
  b: Value,
  tolerance = 0,
  scale: Scale = "one",
): string | undefined {
  if (a.kind === "tuple" && b.kind === "tuple") {
    if (a.fields.length !== b.fields.length)
      return `${a.fields.length} values against ${b.fields.length}`;
    for (let i = 0; i < a.fields.length; i++) {
      const found = difference(a.fields[i]!, b.fields[i]!, tolerance, scale);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (a.kind !== "tensor" || b.kind !== "tensor") {
    const [x, y] = [describeValue(a), describeValue(b)];
    return x === y ? undefined : `${x} against ${y}`;
  }
  const { dtype, shape } = a.data;
  if (dtype !== b.data.dtype || shape.join() !== b.data.shape.join()) {
    return `${describeValue(a)} against ${describeValue(b)}`;
  }
  const unit = scale === "one" || tolerance === 0 ? 1 : typicalSize(b.data);
  const others = elementsOf(b.data);
  let different = 0;
  let count = 0;
  let first = "";
  for (const x of elementsOf(a.data)) {
    const y = others.next().value as Int;
    if (!isClose(x, y, tolerance, unit) && different++ === 0)
      first = `element ${position(count, shape)} is ${x} against ${y}`;
    count++;
  }
  return different === 0 ? undefined : `${first} (${different} of ${count} differ)`;
}

/** The root mean square of the finite elements, at least one. */
function typicalSize(data: NDArray): number {
  let sum = 0;
  let count = 0;
  for (const x of elementsOf(data)) {
    const size = Number(x);
    if (!Number.isFinite(size)) continue;
    sum += size * size;
    count++;
  }
  return count === 0 ? 1 : Math.max(1, Math.sqrt(sum / count));
}

function isClose(x: Int, y: Int, tolerance: number, unit: number): boolean {
  if (Object.is(x, y)) return true;
  if (tolerance === 0) return false;
  const [a, b] = [Number(x), Number(y)];
  // Infinities are only equal to themselves.
  return x === y || (Math.abs(a - b) <= tolerance * (unit + Math.abs(b)) && Number.isFinite(b));
}

function position(index: number, shape: readonly number[]): string {
  const at: number[] = [];
  let rest = index;
  for (const d of [...shape].reverse()) {
    at.unshift(rest % d);
    rest = Math.floor(rest / d);
  }
  return `(${at.join(", ")})`;
}
