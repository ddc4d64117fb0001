/** Running compiled kernels: one memory that tensors and kernels share, argument blocks, statuses. */
import { isFloat, type DType } from "../../support/dtype.js";
import type { HostImport, KernelInfo, StatusInfo } from "./kernel-info.js";
import { makeHeap, type Heap } from "./heap.js";

/** The part of the WebAssembly interface that is used; the same in Node and in browsers. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly scratch: { value: number };
  readonly scratch_end: { value: number };
  readonly [entry: string]: unknown;
}
interface Engine {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: object };
}
declare const WebAssembly: Engine;

export type HostScalar = number | bigint;
/** A function called by kernels; pointers are addresses in the memory of the instance. */
export type HostFunction = (instance: WasmInstance, ...args: HostScalar[]) => HostScalar | void;

export interface WasmArtifact {
  readonly bytes: Uint8Array;
  readonly kernels: readonly KernelInfo[];
  readonly statuses: readonly StatusInfo[];
  readonly hostImports: readonly HostImport[];
}

/** What a kernel call gave: a scalar if it returns one, or why it stopped. */
export type KernelResult =
  | { readonly ok: true; readonly value: HostScalar | undefined }
  | { readonly ok: false; readonly status: number; readonly reason: StatusInfo | undefined };

export interface WasmInstance {
  readonly heap: Heap;
  readonly kernels: ReadonlyMap<string, KernelInfo>;
  /** A fresh view of the whole memory; stale after the next allocation. */
  bytes(): Uint8Array;
  /**
   * Calls a kernel. Pointers are addresses; integers and symbols may be numbers or bigints; the order is that of
   * `KernelInfo.params`.
   */
  call(name: string, args: readonly HostScalar[]): KernelResult;
}

/** A host function that a module needs and nobody provides. */
export class MissingHostFunctions extends Error {
  constructor(readonly names: readonly string[]) {
    super(`missing host functions: ${names.join(", ")}`);
  }
}

const SCRATCH_BYTES = 1 << 20;

/** Instantiates; throws {@link MissingHostFunctions} when host functions are missing. */
export function instantiate(
  artifact: WasmArtifact,
  host: ReadonlyMap<string, HostFunction> = new Map(),
): WasmInstance {
  const missing = artifact.hostImports.filter((i) => !host.has(i.name));
  if (missing.length > 0) throw new MissingHostFunctions([...new Set(missing.map((i) => i.name))]);
  let self: WasmInstance | undefined;
  const imports: Record<string, unknown> = {};
  for (const { key, name, result } of artifact.hostImports) {
    const call = host.get(name)!;
    imports[key] = (...args: HostScalar[]) => {
      const value = call(self!, ...args);
      if (result === undefined) return undefined;
      return result === "i64" ? BigInt(value ?? 0) : Number(value ?? 0);
    };
  }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(artifact.bytes), {
    host: imports,
  });
  const exports = instance.exports as Exports;
  const heap = makeHeap(exports.memory);
  const scratch = heap.alloc(SCRATCH_BYTES);
  exports.scratch.value = scratch;
  exports.scratch_end.value = scratch + SCRATCH_BYTES;
  self = makeInstance(artifact, exports, heap);
  return self;
}

function makeInstance(artifact: WasmArtifact, exports: Exports, heap: Heap): WasmInstance {
  const kernels = new Map(artifact.kernels.map((k) => [k.name, k]));
  const instance: WasmInstance = {
    heap,
    kernels,
    bytes: () => new Uint8Array(exports.memory.buffer),
    call(name, args) {
      const info = kernels.get(name);
      const entry = exports[`kernel:${name}`];
      if (info === undefined || typeof entry !== "function") throw new Error(`no kernel ${name}`);
      if (args.length !== info.params.length)
        throw new Error(`kernel ${name} takes ${info.params.length} arguments, not ${args.length}`);
      const block = heap.alloc(8 * (args.length + 1));
      const pointer = exports.scratch.value;
      const end = exports.scratch_end.value;
      try {
        writeArguments(new DataView(exports.memory.buffer), block, info, args);
        const status = (entry as (block: number) => number)(block);
        if (status !== 0) return { ok: false, status, reason: artifact.statuses[status - 1] };
        const slot = block + 8 * args.length;
        return {
          ok: true,
          value:
            info.returns && readScalar(new DataView(exports.memory.buffer), slot, info.returns),
        };
      } finally {
        exports.scratch.value = pointer;
        exports.scratch_end.value = end;
        heap.free(block);
      }
    },
  };
  return instance;
}

function writeArguments(
  view: DataView,
  block: number,
  info: KernelInfo,
  args: readonly HostScalar[],
): void {
  info.params.forEach((param, k) => {
    const at = block + 8 * k;
    const value = args[k]!;
    if (param.role !== "pointer" && isFloat(param.dtype)) view.setFloat64(at, Number(value), true);
    else view.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), true);
  });
}

function readScalar(view: DataView, at: number, type: DType): HostScalar {
  if (isFloat(type)) return view.getFloat64(at, true);
  if (type.bits < 64) return Number(view.getBigInt64(at, true));
  return type.code === "uint" ? view.getBigUint64(at, true) : view.getBigInt64(at, true);
}
