/** Text of values for printing programs and summaries. */
import { laneOf } from "./dtype.js";
import type { NDArray } from "./ndarray.js";
import { elementAccess } from "./numeric/element.js";
import type { Value } from "./value.js";
import { isFloat } from "./dtype.js";

/** The elements as numbers, lanes one after the other. */
export function elementsOf(data: NDArray, limit = Infinity): (number | bigint)[] {
  const access = elementAccess(laneOf(data.dtype));
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset, data.bytes.length);
  const count = Math.min(limit, Math.floor(data.bytes.length / access.bytes));
  return Array.from({ length: count }, (_, i) => access.read(view, i * access.bytes));
}

/** `1.5`, `2.0`, `-3`, `True`: the fewest digits that read back in the type. */
export function showScalar(x: number | bigint, type: NDArray["dtype"]): string {
  if (type.code === "bool") return x ? "True" : "False";
  if (!isFloat(type)) return String(x);
  const value = Number(x);
  if (value !== value) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const text = type.bits === 64 ? String(value) : shortest(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function shortest(x: number): string {
  for (let digits = 1; digits < 10; digits++) {
    const text = String(Number(x.toPrecision(digits)));
    if (Math.fround(Number(text)) === Math.fround(x)) return text;
  }
  return String(x);
}

const LIMIT = 1000;

/** Nested lists; long tensors are abridged. */
export function showTensor(data: NDArray): string {
  const { shape } = data;
  const count = shape.reduce((a, b) => a * b, 1) * data.dtype.lanes;
  if (count > LIMIT) {
    const some = elementsOf(data, 8).map((x) => showScalar(x, laneOf(data.dtype)));
    return `[${some.join(", ")}, ... ${count} elements of shape (${shape.join(", ")})]`;
  }
  const items = elementsOf(data).map((x) => showScalar(x, laneOf(data.dtype)));
  const sizes = data.dtype.lanes === 1 ? shape : [...shape, data.dtype.lanes];
  let at = 0;
  const nest = (axis: number): string => {
    if (axis === sizes.length) return items[at++] ?? "";
    return `[${Array.from({ length: sizes[axis]! }, () => nest(axis + 1)).join(", ")}]`;
  };
  return nest(0);
}

/** As `R.print` shows it. */
export function showValue(value: Value): string {
  switch (value.kind) {
    case "tensor":
      return showTensor(value.data);
    case "shape":
      return `(${value.dims.join(", ")}${value.dims.length === 1 ? "," : ""})`;
    case "int":
    case "float":
      return showScalar(value.value, value.dtype);
    case "string":
      return value.value;
    case "dtype":
      return value.value.name;
    case "tuple":
      return `(${value.fields.map(showValue).join(", ")}${value.fields.length === 1 ? "," : ""})`;
    case "closure":
      return `<function ${value.name}>`;
    case "storage":
      return `<storage of ${value.bytes.length} bytes>`;
    case "null":
      return "None";
    case "object":
      return "<object>";
  }
}

/** `{}` stands for the next value; values left over follow, separated by blanks. */
export function formatValues(format: string, values: readonly Value[]): string {
  let next = 0;
  const text = format.replace(/\{\{|\}\}|\{\}/g, (hole) => {
    if (hole !== "{}") return hole[0]!;
    const value = values[next++];
    return value === undefined ? "{}" : showValue(value);
  });
  const rest = values.slice(next).map(showValue);
  return [...(text === "" ? [] : [text]), ...rest].join(" ");
}
