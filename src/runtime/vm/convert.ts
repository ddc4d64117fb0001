/** Values of the host to values of the machine, and back. */
import { tensorValue, tupleValue, type Value } from "../../support/value.js";
import { bytesOfTensor, newTensor, type VmContext } from "./context.js";
import type { VmValue } from "./value.js";

/** Copies tensors into the memory of the device. */
export function fromHostValue(vm: VmContext, value: Value): VmValue {
  switch (value.kind) {
    case "tensor": {
      const { dtype, shape, bytes } = value.data;
      const t = newTensor(vm, dtype, shape);
      bytesOfTensor(vm, t).set(bytes);
      return t;
    }
    case "tuple":
      return { kind: "tuple", fields: value.fields.map((f) => fromHostValue(vm, f)) };
    case "closure":
      return { kind: "closure", name: value.name, captured: [], host: value };
    case "storage":
      return { kind: "object", content: value };
    default:
      return value;
  }
}

/** Tensors as views of the memory of the device: for host functions, which may store to them. */
export const borrowedValue = (vm: VmContext, value: VmValue, call: CallClosure): Value =>
  convert(vm, value, (bytes) => bytes, call);

/** Tensors copied out. */
export const toHostValue = (vm: VmContext, value: VmValue, call?: CallClosure): Value =>
  convert(vm, value, (bytes) => bytes.slice(), call);

/** Runs a function of the program for the host. */
export type CallClosure = (closure: VmValue, args: readonly Value[]) => Value;

function convert(
  vm: VmContext,
  value: VmValue,
  take: (bytes: Uint8Array) => Uint8Array,
  call: CallClosure | undefined,
): Value {
  switch (value.kind) {
    case "tensor":
      return tensorValue({
        dtype: value.dtype,
        shape: value.shape,
        bytes: take(bytesOfTensor(vm, value)),
      });
    case "tuple":
      return tupleValue(value.fields.map((f) => convert(vm, f, take, call)));
    case "closure":
      if (value.host !== undefined && value.captured.length === 0) return value.host;
      return {
        kind: "closure",
        name: value.name,
        call: (args) => {
          if (call === undefined) throw new Error("the program has ended");
          return call(value, args);
        },
      };
    case "storage":
    case "heap":
      return { kind: "object", content: value };
    default:
      return value;
  }
}
