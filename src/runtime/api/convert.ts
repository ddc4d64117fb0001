/** Values of a caller to values of a program, by the types of parameters, and back. */
import { isFloat, tryDType } from "../../support/dtype.js";
import {
  describeValue,
  floatValue,
  intValue,
  shapeValue,
  tensorValue,
  tupleValue,
  type Value,
} from "../../support/value.js";
import { codes } from "../codes.js";
import { fail } from "../vm/context.js";
import type { ValueType } from "./signature.js";
import {
  fromArray,
  isTensorData,
  toArray,
  type Tensor,
  type TensorData,
  type TensorInput,
} from "./tensor.js";

/** A tensor (an array alone for shapes that are known, or of one axis), a number, or a list: a tuple or a shape. */
export type Input = TensorInput | TensorData | number | bigint | boolean | readonly Input[];
export type Output = Tensor | number | bigint | string | readonly Output[] | undefined;

/** Throws a DiagnosticError when the input is no value of the type. A tensor takes the `room` of another as long. */
export function toValue(
  name: string,
  input: string,
  type: ValueType,
  given: Input,
  room?: Uint8Array,
): Value {
  const wrong = (actual: string): never =>
    fail(codes.inputData({ name, input, actual, expected: typeText(type) }));
  if (isTensorData(given)) {
    const shape = type.kind === "tensor" ? knownShape(type) : undefined;
    return toValue(name, input, type, { data: given, shape: shape ?? [given.length] }, room);
  }
  if (typeof given === "number" || typeof given === "bigint" || typeof given === "boolean") {
    const scalar = type.kind === "scalar" ? tryDType(type.dtype) : undefined;
    if (scalar === undefined) return wrong("a number");
    if (isFloat(scalar)) return floatValue(Number(given), scalar);
    const isWhole = typeof given !== "number" || Number.isSafeInteger(given);
    return isWhole ? intValue(plain(given), scalar) : wrong(`the number ${given}`);
  }
  if (isList(given)) {
    if (type.kind === "shape")
      return shapeValue(given.map((d) => (isWhole(d) ? plain(d) : wrong("a list"))));
    if (type.kind !== "tuple" || type.fields.length !== given.length)
      return wrong(`a list of ${given.length}`);
    return tupleValue(type.fields.map((t, i) => toValue(name, `${input}[${i}]`, t, given[i]!)));
  }
  if (typeof given !== "object" || given === null || !isTensorData(given.data)) return wrong("no value"); // prettier-ignore
  if (type.kind !== "tensor" && type.kind !== "any") return wrong("a tensor");
  const data = toArray(given, type.kind === "tensor" ? type.dtype : undefined, room);
  const array = given.data.constructor.name;
  return data ? tensorValue(data) : wrong(`${array}(${given.data.length}) of shape (${given.shape.join(", ")})`); // prettier-ignore
}

const isList = (x: Input): x is readonly Input[] => Array.isArray(x);
const isWhole = (x: Input): x is number | bigint =>
  typeof x === "bigint" || (typeof x === "number" && Number.isSafeInteger(x));
const plain = (x: number | bigint | boolean): number | bigint => {
  const value = Number(x);
  return Number.isSafeInteger(value) ? value : BigInt(x);
};

function knownShape({ shape }: Extract<ValueType, { kind: "tensor" }>): number[] | undefined {
  return shape?.every((d) => typeof d === "number") === true ? (shape as number[]) : undefined;
}

/** Tensors become typed arrays, tuples lists; the void value is undefined. */
export function toOutput(value: Value): Output {
  switch (value.kind) {
    case "tensor":
      return fromArray(value.data);
    case "tuple":
      return value.fields.length === 0 ? undefined : value.fields.map(toOutput);
    case "shape":
      return [...value.dims];
    case "int":
    case "float":
    case "string":
      return value.value;
    case "dtype":
      return value.value.name;
    case "null":
      return undefined;
    default:
      return describeValue(value);
  }
}

/** `a float32 tensor of shape (n, 16)` */
export function typeText(type: ValueType): string {
  switch (type.kind) {
    case "tensor": {
      const of = type.dtype === undefined ? "a tensor" : `a ${type.dtype} tensor`;
      return type.shape === undefined ? of : `${of} of shape (${type.shape.join(", ")})`;
    }
    case "scalar":
      return `a ${type.dtype} number`;
    case "shape":
      return type.dims === undefined ? "a list of sizes" : `a list of ${type.dims.length} sizes`;
    case "tuple":
      return `a list of ${type.fields.length}`;
    case "any":
      return "a tensor";
  }
}
