/** Values at the border between programs, host functions and users. */
import type { DType } from "./dtype.js";
import type { Int } from "./int.js";
import type { NDArray } from "./ndarray.js";

export interface TensorValue {
  readonly kind: "tensor";
  readonly data: NDArray;
  /** One byte per byte of data, 0 where nothing was stored yet; absent: all of it was. */
  readonly written?: Uint8Array | undefined;
}
export interface ShapeValue {
  readonly kind: "shape";
  readonly dims: readonly Int[];
}
/** Integers and bools. */
export interface IntValue {
  readonly kind: "int";
  readonly value: Int;
  readonly dtype: DType;
}
export interface FloatValue {
  readonly kind: "float";
  readonly value: number;
  readonly dtype: DType;
}
export interface StringValue {
  readonly kind: "string";
  readonly value: string;
}
export interface DTypeValue {
  readonly kind: "dtype";
  readonly value: DType;
}
/** The empty tuple is the void value. */
export interface TupleValue {
  readonly kind: "tuple";
  readonly fields: readonly Value[];
}
export interface ClosureValue {
  readonly kind: "closure";
  readonly name: string;
  call(args: readonly Value[]): Value;
}
/** Raw memory of a planned program. */
export interface StorageValue {
  readonly kind: "storage";
  readonly bytes: Uint8Array;
  readonly written: Uint8Array;
}
export interface NullValue {
  readonly kind: "null";
}
/** Something a host function made and only host functions understand. */
export interface ObjectValue {
  readonly kind: "object";
  readonly content: unknown;
}
export type Value =
  | TensorValue | ShapeValue | IntValue | FloatValue | StringValue | DTypeValue | TupleValue | ClosureValue
  | StorageValue | NullValue | ObjectValue; // prettier-ignore

export const tensorValue = (data: NDArray, written?: Uint8Array): TensorValue => ({
  kind: "tensor",
  data,
  written,
});
export const shapeValue = (dims: readonly Int[]): ShapeValue => ({ kind: "shape", dims });
export const intValue = (value: Int, dtype: DType): IntValue => ({ kind: "int", value, dtype });
export const floatValue = (value: number, dtype: DType): FloatValue => ({
  kind: "float",
  value,
  dtype,
});
export const stringValue = (value: string): StringValue => ({ kind: "string", value });
export const tupleValue = (fields: readonly Value[]): TupleValue => ({ kind: "tuple", fields });
export const nullValue: NullValue = { kind: "null" };
export const voidValue: TupleValue = tupleValue([]);

/** What a host function may ask of the program that calls it. */
export interface HostContext {
  /** Text for the user, a line without its end. */
  print(text: string): void;
}

/** Code outside the program, called by name. */
export type HostCode = (ctx: HostContext, args: readonly Value[]) => Value;

/** What messages tell of a value, wherever its content lies. */
export type Describable =
  | { readonly kind: "tensor"; readonly data: Pick<NDArray, "dtype" | "shape"> }
  | { readonly kind: "tuple"; readonly fields: readonly unknown[] }
  | { readonly kind: "closure" | "storage" }
  | Exclude<Value, TensorValue | TupleValue | ClosureValue | StorageValue>;

/** Kind, dtype and shape in the words of messages: `a tensor of shape (3, 4) and type float32`. */
export function describeValue(value: Describable): string {
  switch (value.kind) {
    case "tensor": {
      const { dtype, shape } = value.data;
      return `a tensor of shape (${shape.join(", ")}${shape.length === 1 ? "," : ""}) and type ${dtype.name}`;
    }
    case "shape":
      return `the shape (${value.dims.join(", ")})`;
    case "int":
    case "float":
      return `the ${value.dtype.name} ${value.value}`;
    case "string":
      return "a string";
    case "dtype":
      return `the type ${value.value.name}`;
    case "tuple":
      return `a tuple of ${value.fields.length}`;
    case "closure":
      return "a function";
    case "storage":
      return "a storage";
    case "null":
      return "nothing";
    case "object":
      return "an object of the host";
  }
}
