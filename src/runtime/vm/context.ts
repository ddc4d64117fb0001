/** What builtins may ask of the machine that runs them. */
import type { Diagnostic } from "../../support/diagnostic.js";
import { DiagnosticError } from "../../support/diagnostic.js";
import { bytesOf, type DType } from "../../support/dtype.js";
import { elementCount } from "../../support/ndarray.js";
import type { Span } from "../../support/source.js";
import { codes } from "../codes.js";
import type { Device } from "./device.js";
import { describe, type DeviceStorage, type DeviceTensor, type VmValue } from "./value.js";

export interface VmContext {
  readonly device: Device;
  print(text: string): void;
  /** Place of the instruction that runs. */
  at(): Span | undefined;
  /** Bytes of one allocation. */
  readonly memoryLimit: number;
}

export type Builtin = (vm: VmContext, args: readonly VmValue[], name: string) => VmValue;

export function fail(diagnostic: Diagnostic): never {
  throw new DiagnosticError(diagnostic);
}

export function wrongOperand(
  vm: VmContext,
  name: string,
  expected: string,
  value: VmValue | undefined,
): never {
  return fail(codes.operand({ at: vm.at(), name, expected, actual: describe(value) }));
}

export function newStorage(vm: VmContext, size: number): DeviceStorage {
  if (size > vm.memoryLimit) fail(codes.outOfMemory({ at: vm.at(), bytes: size }));
  try {
    return { address: vm.device.alloc(size), size, refs: 0 };
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    return fail(codes.outOfMemory({ at: vm.at(), bytes: size }));
  }
}

export function newTensor(vm: VmContext, dtype: DType, shape: readonly number[]): DeviceTensor {
  const storage = newStorage(vm, elementCount(shape) * bytesOf(dtype));
  return { kind: "tensor", dtype, shape, storage, offset: 0 };
}

/** Bytes of a tensor in the memory of the device; stale after the next allocation. */
export function bytesOfTensor(vm: VmContext, t: DeviceTensor): Uint8Array {
  const from = t.storage.address + t.offset;
  return vm.device.bytes().subarray(from, from + elementCount(t.shape) * bytesOf(t.dtype));
}

export const tensorArg = (vm: VmContext, name: string, value: VmValue | undefined): DeviceTensor =>
  value?.kind === "tensor" ? value : wrongOperand(vm, name, "a tensor", value);

export function intArg(vm: VmContext, name: string, value: VmValue | undefined): number {
  if (value?.kind !== "int") return wrongOperand(vm, name, "an integer", value);
  return Number(value.value);
}

export const stringArg = (vm: VmContext, name: string, value: VmValue | undefined): string =>
  value?.kind === "string" ? value.value : wrongOperand(vm, name, "a string", value);

/** Sizes of memory: not negative, exact as JavaScript numbers. */
export function sizesArg(
  vm: VmContext,
  name: string,
  value: VmValue | undefined,
): readonly number[] {
  if (value?.kind !== "shape") return wrongOperand(vm, name, "a shape", value);
  for (const d of value.dims) {
    if (typeof d !== "number" || d < 0) {
      fail(codes.negativeExtent({ at: vm.at(), dims: value.dims.join(", ") }));
    }
  }
  return value.dims as readonly number[];
}

export const dtypeArg = (vm: VmContext, name: string, value: VmValue | undefined): DType =>
  value?.kind === "dtype" ? value.value : wrongOperand(vm, name, "a type", value);
