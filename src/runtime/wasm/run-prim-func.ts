/** Calling a kernel with values: tensors are copied in, and back out again. */
import { floatValue, intValue, type Value } from "../../support/value.js";
import { isFloat } from "../../support/dtype.js";
import { int } from "../../support/int.js";
import type { HostScalar, KernelResult, WasmInstance } from "./instance.js";
import type { KernelParam, SymbolSource } from "../kernel-info.js";

/**
 * Runs a kernel on values in the order of the T function's parameters; tensors receive what it stores, or only the one
 * at `result`.
 */
export function runPrimFunc(
  instance: Pick<WasmInstance, "heap" | "kernels" | "bytes" | "call">,
  name: string,
  args: readonly Value[],
  result?: number,
): KernelResult & { readonly result?: Value } {
  const info = instance.kernels.get(name);
  if (info === undefined) throw new Error(`no kernel ${name}`);
  const addresses = new Map<number, number>();
  try {
    args.forEach((value, k) => {
      if (value.kind === "tensor") addresses.set(k, instance.heap.alloc(value.data.bytes.length));
    });
    args.forEach((value, k) => {
      if (value.kind === "tensor") instance.bytes().set(value.data.bytes, addresses.get(k));
    });
    const outcome = instance.call(
      name,
      info.params.map((p) => argument(p, args, addresses)),
    );
    args.forEach((value, k) => {
      if (value.kind !== "tensor" || (result !== undefined && k !== result)) return;
      const at = addresses.get(k)!;
      value.data.bytes.set(instance.bytes().subarray(at, at + value.data.bytes.length));
      value.written?.fill(1);
    });
    if (!outcome.ok || info.returns === undefined) return outcome;
    const raw = outcome.value ?? 0;
    const scalar = isFloat(info.returns)
      ? floatValue(Number(raw), info.returns)
      : intValue(int(raw), info.returns);
    return { ...outcome, result: scalar };
  } finally {
    for (const address of addresses.values()) instance.heap.free(address);
  }
}

function argument(
  p: KernelParam,
  args: readonly Value[],
  addresses: ReadonlyMap<number, number>,
): HostScalar {
  if (p.role === "pointer") return addresses.get(p.index!) ?? 0;
  if (p.role === "symbol") return p.source === undefined ? 0 : symbolOf(p.source, args);
  const value = args[p.index!];
  return value?.kind === "int" || value?.kind === "float" ? value.value : 0;
}

/** A symbol's value from the (compact) tensor that binds it. */
function symbolOf({ param, field, axis }: SymbolSource, args: readonly Value[]): HostScalar {
  const value = args[param];
  if (value?.kind !== "tensor" || field === "offset") return 0;
  const { shape } = value.data;
  if (field === "shape") return shape[axis] ?? 0;
  return shape.slice(axis + 1).reduce((n, d) => n * d, 1);
}
