/** Results of a run: named, summarised, compared. */
import { bytesOf, isFloat, type DType } from "../support/dtype.js";
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

/** Elements as numbers; 64-bit integers outside ±2^53 as the nearest float. */
export function numbersOf(data: NDArray): number[] {
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset, data.bytes.byteLength);
  const access = elementAccess(data.dtype);
  const step = bytesOf(data.dtype) / data.dtype.lanes;
  return Array.from({ length: elementCount(data.shape) * data.dtype.lanes }, (_, i) =>
    Number(access.read(view, i * step)),
  );
}

/** `out_0  (3, 4) float32  min -1.2  max 2.5  mean 0.1  [0.3, -0.1, …]` */
export function summary({ name, value }: Output): string {
  if (value.kind !== "tensor") return `${name}  ${describeValue(value)}`;
  const { shape, dtype } = value.data;
  const dims = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const numbers = numbersOf(value.data);
  if (numbers.length === 0) return `${name}  ${dims} ${dtype.name}  empty`;
  const first = numbers.slice(0, 6).map((x) => show(x, dtype));
  const list = `[${first.join(", ")}${numbers.length > 6 ? ", …" : ""}]`;
  if (numbers.length === 1) return `${name}  ${dims} ${dtype.name}  ${first[0]}`;
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (const x of numbers) {
    min = Math.min(min, x);
    max = Math.max(max, x);
    sum += x;
  }
  const mean = Number((sum / numbers.length).toPrecision(6));
  return `${name}  ${dims} ${dtype.name}  min ${show(min, dtype)}  max ${show(max, dtype)}  mean ${mean}  ${list}`;
}

const show = (x: number, dtype: DType): string =>
  isFloat(dtype) ? String(Number(x.toPrecision(6))) : String(x);

/** The first difference in words, or undefined. Within `tolerance` (absolute and relative) floats are equal. */
export function difference(a: Value, b: Value, tolerance = 0): string | undefined {
  if (a.kind !== b.kind) return `${describeValue(a)} against ${describeValue(b)}`;
  if (a.kind === "tuple" && b.kind === "tuple") {
    if (a.fields.length !== b.fields.length)
      return `${a.fields.length} values against ${b.fields.length}`;
    for (let i = 0; i < a.fields.length; i++) {
      const found = difference(a.fields[i]!, b.fields[i]!, tolerance);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (a.kind !== "tensor" || b.kind !== "tensor") {
    const [x, y] = [describeValue(a), describeValue(b)];
    return x === y ? undefined : `${x} against ${y}`;
  }
  if (a.data.dtype !== b.data.dtype || a.data.shape.join() !== b.data.shape.join()) {
    return `${describeValue(a)} against ${describeValue(b)}`;
  }
  const [x, y] = [numbersOf(a.data), numbersOf(b.data)];
  let different = 0;
  let first = -1;
  for (let i = 0; i < x.length; i++) {
    if (Object.is(x[i], y[i]) || (Number.isNaN(x[i]) && Number.isNaN(y[i]))) continue;
    if (Math.abs(x[i]! - y[i]!) <= tolerance * (1 + Math.abs(y[i]!))) continue;
    different++;
    if (first < 0) first = i;
  }
  if (different === 0) return undefined;
  return `element ${position(first, a.data.shape)} is ${x[first]} against ${y[first]} (${different} of ${x.length} differ)`;
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
