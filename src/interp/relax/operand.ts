/** Operands of builtins, checked for their kind. */
import type { Call } from "../../ir/relax/expr.js";
import { tryDType, type DType } from "../../support/dtype.js";
import type { Int } from "../../support/int.js";
import {
  describeValue,
  type StorageValue,
  type TensorValue,
  type Value,
} from "../../support/value.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import type { Scope } from "./scope.js";

/** A call of a builtin with its operands evaluated. */
export interface Site {
  readonly scope: Scope;
  readonly call: Call;
  readonly name: string;
  readonly args: readonly Value[];
}

export function wrongArgument(s: Site, expected: string, value: Value | undefined): never {
  const actual = value === undefined ? "nothing" : describeValue(value);
  return fail(codes.builtinArgument({ at: s.call.span, name: s.name, expected, actual }));
}

export function tensorAt(s: Site, i: number): TensorValue {
  const value = s.args[i];
  return value?.kind === "tensor" ? value : wrongArgument(s, "a tensor", value);
}

export function storageAt(s: Site, i: number): StorageValue {
  const value = s.args[i];
  return value?.kind === "storage" ? value : wrongArgument(s, "a storage", value);
}

export function dimsAt(s: Site, i: number): readonly Int[] {
  const value = s.args[i];
  return value?.kind === "shape" ? value.dims : wrongArgument(s, "a shape", value);
}

/** Sizes of memory: not negative, and within what JavaScript counts exactly. */
export function sizesAt(s: Site, i: number): readonly number[] {
  return dimsAt(s, i).map((d) => {
    if (typeof d === "number" && d >= 0) return d;
    return fail(codes.negativeExtent({ at: s.call.span, what: s.name, extent: d }));
  });
}

export function intAt(s: Site, i: number): number {
  const value = s.args[i];
  return value?.kind === "int" ? Number(value.value) : wrongArgument(s, "an integer", value);
}

export function dtypeAt(s: Site, i: number): DType {
  const value = s.args[i];
  if (value?.kind === "dtype") return value.value;
  const named = value?.kind === "string" ? tryDType(value.value) : undefined;
  return named ?? wrongArgument(s, "a type", value);
}

/** Members of a tuple operand; a single value counts as a tuple of one. */
export function itemsAt(s: Site, i: number): readonly Value[] {
  const value = s.args[i];
  if (value === undefined) return [];
  return value.kind === "tuple" ? value.fields : [value];
}

/** Truth of a scalar condition. */
export function truthOf(value: Value): boolean | undefined {
  if (value.kind === "int") return value.value !== 0;
  if (value.kind !== "tensor" || value.data.bytes.length !== value.data.dtype.bits / 8)
    return undefined;
  const { code } = value.data.dtype;
  if (code !== "bool" && code !== "int" && code !== "uint") return undefined;
  return value.data.bytes.some((b) => b !== 0);
}
