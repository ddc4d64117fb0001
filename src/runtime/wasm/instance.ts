/** Running compiled kernels: one memory that tensors and kernels share, argument blocks, statuses. */
import { isFloat, type DType } from "../../support/dtype.js";
import type { HostImport, KernelInfo, StatusInfo } from "./kernel-info.js";
import type { HostCode, HostContext } from "../../support/value.js";
import { wasmEngine, type WasmMemory } from "./engine.js";
import { hostEntry } from "./host-entry.js";
import { makeHeap, type Heap } from "./heap.js";

interface Exports {
  readonly memory: WasmMemory;
  readonly scratch: { value: number };
  readonly scratch_end: { value: number };
  readonly [entry: string]: unknown;
}

/** An argument or result of a kernel. */
export type HostScalar = number | bigint;
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
  host: ReadonlyMap<string, HostCode> = new Map(),
  context: HostContext = { print: () => undefined },
): WasmInstance {
  const missing = artifact.hostImports.filter((i) => !host.has(i.name));
  if (missing.length > 0) throw new MissingHostFunctions([...new Set(missing.map((i) => i.name))]);
  const imports: Record<string, unknown> = {};
  let memory: Exports["memory"] | undefined;
  for (const need of artifact.hostImports) {
    imports[need.key] = hostEntry(need, host.get(need.name)!, context, () => memory!.buffer);
  }
  const instance = new wasmEngine.Instance(new wasmEngine.Module(artifact.bytes), {
    host: imports,
  });
  const exports = instance.exports as unknown as Exports;
  memory = exports.memory;
  const heap = makeHeap(exports.memory);
  const scratch = heap.alloc(SCRATCH_BYTES);
  exports.scratch.value = scratch;
  exports.scratch_end.value = scratch + SCRATCH_BYTES;
  return makeInstance(artifact, exports, heap);
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
