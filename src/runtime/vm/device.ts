/** Memory and kernels as the virtual machine sees them. */
import type { FunctionInfo } from "../wasm/function-info.js";
import type { KernelInfo } from "../kernel-info.js";
import type {
  CallSequence,
  HostScalar,
  KernelResult,
  PlannedCall,
  WasmInstance,
} from "../wasm/instance.js";

export interface Device {
  /** Address of at least that many bytes, 64-byte aligned. */
  alloc(bytes: number): number;
  free(address: number): void;
  /** A view of all memory; stale after the next allocation. */
  bytes(): Uint8Array;
  readonly kernels: ReadonlyMap<string, KernelInfo>;
  /** Arguments in the order of `KernelInfo.params`. */
  call(name: string, args: readonly HostScalar[]): KernelResult;
  /** Lays out calls to be run in order. */
  sequence(calls: readonly PlannedCall[]): CallSequence;
  /** Lets what kernels and functions take for themselves grow by so many bytes at most. */
  limitScratch?(bytes: number): void;
  /** Relax functions that are one call; absent when there are none. */
  readonly compiled?: CompiledCode;
}

/** Relax functions that the device runs as a whole. */
export interface CompiledCode {
  readonly functions: ReadonlyMap<string, FunctionInfo>;
  /** Constants of the program that they use, by number. */
  readonly constants: readonly number[];
  provideConstants(addresses: readonly number[]): void;
  /** False when the function did not come to an end; nothing but memory of its own was changed then. */
  run(name: string, slots: readonly HostScalar[], calls: number): boolean;
}

/** A WebAssembly instance as a device. */
export const wasmDevice = (instance: WasmInstance, constants: readonly number[] = []): Device => ({
  alloc: (bytes) => instance.heap.alloc(bytes),
  free: (address) => instance.heap.free(address),
  bytes: () => instance.bytes(),
  kernels: instance.kernels,
  call: (name, args) => instance.call(name, args),
  sequence: (calls) => instance.sequence(calls),
  limitScratch: (bytes) => instance.limitScratch(bytes),
  ...(instance.functions.size > 0 && {
    compiled: {
      functions: instance.functions,
      constants,
      provideConstants: (addresses: readonly number[]) => instance.provideConstants(addresses),
      run: (name: string, slots: readonly HostScalar[], calls: number) =>
        instance.runFunction(name, slots, calls),
    },
  }),
});

/** The device with at most so many bytes handed out at once. */
export function metered(device: Device, limit: number): Device {
  const sizes = new Map<number, number>();
  let used = 0;
  device.limitScratch?.(limit);
  return {
    kernels: device.kernels,
    bytes: () => device.bytes(),
    call: (name, args) => device.call(name, args),
    sequence: (calls) => device.sequence(calls),
    ...(device.compiled && { compiled: device.compiled }),
    alloc(bytes) {
      if (used + bytes > limit) throw new RangeError(`more than ${limit} bytes would be in use`);
      const address = device.alloc(bytes);
      used += bytes;
      sizes.set(address, bytes);
      return address;
    },
    free(address) {
      used -= sizes.get(address) ?? 0;
      sizes.delete(address);
      device.free(address);
    },
  };
}

/** A kernel written in JavaScript. */
export interface HostKernel {
  readonly info: KernelInfo;
  run(memory: Uint8Array, args: readonly HostScalar[]): KernelResult;
}

const ALIGN = 64;

/** A device in plain memory, which grows by doubling; for programs without kernels, and for tests. */
export function memoryDevice(kernels: readonly HostKernel[] = []): Device {
  let memory = new Uint8Array(1 << 16);
  let top = ALIGN;
  const sizes = new Map<number, number>();
  const free = new Map<number, number[]>();
  const byName = new Map(kernels.map((k) => [k.info.name, k]));
  const call = (name: string, args: readonly HostScalar[]): KernelResult => {
    const kernel = byName.get(name);
    if (kernel === undefined) throw new Error(`no kernel ${name}`);
    return kernel.run(memory, args);
  };
  return {
    kernels: new Map(kernels.map((k) => [k.info.name, k.info])),
    alloc(bytes) {
      const size = Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
      const known = free.get(size)?.pop();
      const address = known ?? top;
      if (known === undefined) top += size;
      if (top > memory.length) {
        const larger = new Uint8Array(Math.max(memory.length * 2, top));
        larger.set(memory);
        memory = larger;
      }
      sizes.set(address, size);
      return address;
    },
    free(address) {
      const size = sizes.get(address);
      if (size === undefined) return;
      sizes.delete(address);
      free.set(size, [...(free.get(size) ?? []), address]);
    },
    bytes: () => memory,
    call,
    sequence(calls) {
      const all = calls.map(({ name, args }) => ({ name, args: [...args] }));
      return {
        set: (i, param, value) => void (all[i]!.args[param] = value),
        run(after) {
          for (const [i, { name, args }] of all.entries()) {
            const result = call(name, args);
            if (!result.ok) return { call: i, reason: result.reason };
            after?.(i);
          }
          return undefined;
        },
        free: () => undefined,
      };
    },
  };
}
