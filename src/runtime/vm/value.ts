/** Values in registers. Tensors live in the memory of the device, in storages that are counted. */
import type { DType } from "../../support/dtype.js";
import type { Int } from "../../support/int.js";
import {
  describeValue,
  type ClosureValue,
  type DTypeValue,
  type FloatValue,
  type IntValue,
  type NullValue,
  type ObjectValue,
  type ShapeValue,
  type StringValue,
} from "../../support/value.js";

export interface DeviceStorage {
  readonly address: number;
  readonly size: number;
  /** Registers and tuples that hold it; it is given back when none does any more. */
  refs: number;
}

export interface DeviceTensor {
  readonly kind: "tensor";
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly storage: DeviceStorage;
  /** In bytes. */
  readonly offset: number;
}
export interface VmStorage {
  readonly kind: "storage";
  readonly storage: DeviceStorage;
}
export interface VmTuple {
  readonly kind: "tuple";
  readonly fields: readonly VmValue[];
}
/** A function of the program with its last arguments, or one of the host. */
export interface VmClosure {
  readonly kind: "closure";
  readonly name: string;
  readonly func?: number | undefined;
  readonly captured: readonly VmValue[];
  readonly host?: ClosureValue | undefined;
}
/** Values of the symbols of one call. */
export interface ShapeHeap {
  readonly kind: "heap";
  readonly slots: (Int | undefined)[];
}

export type VmValue =
  | DeviceTensor | VmStorage | VmTuple | VmClosure | ShapeHeap
  | ShapeValue | IntValue | FloatValue | StringValue | DTypeValue | NullValue | ObjectValue; // prettier-ignore

/** Calls `each` for every storage a value holds. */
function storagesOf(value: VmValue, each: (s: DeviceStorage) => void): void {
  if (value.kind === "tensor" || value.kind === "storage") each(value.storage);
  else if (value.kind === "tuple") for (const f of value.fields) storagesOf(f, each);
  else if (value.kind === "closure") for (const c of value.captured) storagesOf(c, each);
}

const increase = (s: DeviceStorage): void => void s.refs++;

export const retain = (value: VmValue): void => storagesOf(value, increase);

/** Gives back storages that nothing else holds. */
export const release = (value: VmValue, free: (address: number) => void): void =>
  storagesOf(value, (s) => {
    if (--s.refs === 0) free(s.address);
  });

/** The words of {@link describeValue} for a register. */
export function describe(value: VmValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value.kind === "heap") return "the symbols of a call";
  return describeValue(value.kind === "tensor" ? { kind: "tensor", data: value } : value);
}
