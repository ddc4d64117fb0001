/** Native kernels as the virtual machine sees them. */
import { architectures } from "../support/processors.js";
import type { KernelTable } from "../runtime/kernel-table.js";
import type { Device } from "../runtime/vm/device.js";
import { instantiateNative } from "./instance.js";
import { architectureOfObject } from "./llvm/elf.js";
import { hostProcessor } from "./llvm/compile.js";
import { wholeFunctions } from "./whole.js";

/** The processor lacks what code was compiled for. */
export class MissingFeatures extends Error {
  constructor(readonly features: readonly string[]) {
    super(`the processor has no ${features.join(", ")}`);
  }
}

/** The code is for processors of another kind. */
export class OtherArchitecture extends Error {
  constructor(
    readonly architecture: string,
    readonly atHand: string,
  ) {
    super(`code for ${architecture} on ${atHand}`);
  }
}

/**
 * Links object code and makes it a device. Throws {@link OtherArchitecture}, {@link MissingFeatures} and
 * `NativeUnavailable`.
 */
export function nativeDevice(object: Uint8Array, table: KernelTable): Device {
  const architecture = architectureOfObject(object);
  if (architecture !== undefined && architecture.node !== process.arch)
    throw new OtherArchitecture(
      architecture.name,
      architectures.find(({ node }) => node === process.arch)?.name ?? process.arch,
    );
  const { requires = [] } = table;
  if (requires.length > 0) {
    const lacking = new Set(
      hostProcessor()
        .features.split(",")
        .flatMap((f) => (f.startsWith("-") ? [f.slice(1)] : [])),
    );
    const missing = requires.filter((f) => lacking.has(f));
    if (missing.length > 0) throw new MissingFeatures(missing);
  }
  const instance = instantiateNative({ object, ...table }, table.threads);
  const limit = { bytes: Infinity };
  const compiled = wholeFunctions(instance, table, limit);
  return {
    alloc: (bytes) => instance.heap.alloc(bytes),
    free: (address) => instance.heap.free(address),
    bytes: () => instance.bytes(),
    kernels: instance.kernels,
    call: (name, args) => instance.call(name, args),
    sequence: (calls) => instance.sequence(calls),
    limitScratch: (bytes) => void (limit.bytes = bytes),
    ...(compiled && { compiled }),
  };
}
