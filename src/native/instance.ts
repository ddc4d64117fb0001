/** Running native kernels: memory that tensors and kernels share, argument blocks, statuses. */
import type { HostImport, KernelInfo, KernelParam, StatusInfo } from "../runtime/kernel-info.js";
import type {
  CallSequence,
  HostScalar,
  KernelResult,
  PlannedCall,
} from "../runtime/wasm/instance.js";
import { makeHeap, type Heap } from "../runtime/wasm/heap.js";
import { isFloat, type DType } from "../support/dtype.js";
import { linkObject, nativeFunction } from "./llvm/link.js";
import { reserveMemory } from "./memory.js";
import { CONTEXT_BYTES, startPool, stopPool } from "./pool.js";

/** Object code, and what the host must know to run it. */
export interface NativeArtifact {
  readonly object: Uint8Array;
  readonly kernels: readonly KernelInfo[];
  readonly statuses: readonly StatusInfo[];
  readonly hostImports: readonly HostImport[];
}

export interface NativeInstance {
  readonly heap: Heap;
  readonly kernels: ReadonlyMap<string, KernelInfo>;
  /** A view of the whole memory. */
  bytes(): Uint8Array;
  /** Calls a kernel; pointers are positions in the memory. */
  call(name: string, args: readonly HostScalar[]): KernelResult;
  sequence(calls: readonly PlannedCall[]): CallSequence;
  dispose(): void;
}

/** `(block, context) → status` */
type Entry = (block: bigint, context: bigint) => number;

const ENTRY = "int (int64_t, int64_t)";
const SEQUENCE = "int64_t (int64_t, int64_t, int64_t)";

/** Gives code and memory back when nothing can reach the memory any more. */
const reclaimed = new FinalizationRegistry<() => void>((release) => release());

/** Places in the context of a thread for what shares out parallel loops. */
const [LAUNCH, POOL] = [32, 40];

/** Links the code and reserves memory; parallel loops run on so many threads. */
export function instantiateNative(artifact: NativeArtifact, threads = 1): NativeInstance {
  const code = linkObject(artifact.object);
  const memory = reserveMemory();
  const { base } = memory;
  const heap = makeHeap(memory);
  const kernels = new Map(artifact.kernels.map((k) => [k.name, k]));
  const view = new DataView(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  const contextAt = heap.alloc(CONTEXT_BYTES);
  const context = base + BigInt(contextAt);
  const pool =
    threads > 1 ? startPool(memory, (bytes) => heap.alloc(bytes), threads - 1) : undefined;
  if (pool !== undefined) {
    view.setBigInt64(contextAt + LAUNCH, pool.launch, true);
    view.setBigInt64(contextAt + POOL, pool.pool, true);
  }
  const release = (): void => {
    // The memory of threads that may still be waking up stays.
    if (pool !== undefined) return stopPool(pool);
    code.dispose();
    memory.release();
  };
  reclaimed.register(memory.buffer, release, heap);
  const entries = new Map<string, { readonly at: bigint; readonly run: Entry }>();
  const entryOf = (name: string): { readonly at: bigint; readonly run: Entry } => {
    const known = entries.get(name);
    if (known !== undefined) return known;
    const at = code.address(`entry.${name}`);
    const made = { at, run: nativeFunction(at, ENTRY) as Entry };
    entries.set(name, made);
    return made;
  };
  const infoOf = (name: string, args: readonly HostScalar[]): KernelInfo => {
    const info = kernels.get(name);
    if (info?.params.length === args.length) return info;
    throw new Error(`kernel ${name} does not take ${args.length} arguments`);
  };
  const write = (at: number, param: KernelParam, value: HostScalar): void => {
    if (param.role === "pointer") view.setBigInt64(at, base + BigInt(value), true);
    else if (isFloat(param.dtype)) view.setFloat64(at, Number(value), true);
    else view.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), true);
  };
  const writeAll = (block: number, info: KernelInfo, args: readonly HostScalar[]): void =>
    info.params.forEach((param, k) => write(block + 8 * k, param, args[k]!));
  const reasonOf = (status: number): StatusInfo | undefined => artifact.statuses[status - 1];
  return {
    heap,
    kernels,
    bytes: () => bytes,
    call(name, args) {
      const info = infoOf(name, args);
      const { run } = entryOf(name);
      const block = heap.alloc(8 * (args.length + 1));
      try {
        writeAll(block, info, args);
        const status = run(base + BigInt(block), context);
        if (status !== 0) return { ok: false, status, reason: reasonOf(status) };
        const value = info.returns && readScalar(view, block + 8 * args.length, info.returns);
        return { ok: true, value };
      } finally {
        heap.free(block);
      }
    },
    sequence(calls) {
      const infos = calls.map(({ name, args }) => infoOf(name, args));
      // A table of entry and block for each call, then the blocks.
      const slots = calls.reduce((n, c) => n + c.args.length + 1, 2 * calls.length);
      const table = heap.alloc(8 * slots);
      let next = table + 16 * calls.length;
      const blocks = calls.map(({ name, args }, i) => {
        const block = next;
        next += 8 * (args.length + 1);
        view.setBigInt64(table + 16 * i, entryOf(name).at, true);
        view.setBigInt64(table + 16 * i + 8, base + BigInt(block), true);
        writeAll(block, infos[i]!, args);
        return block;
      });
      const run = nativeFunction(code.address("sequence.run"), SEQUENCE) as (
        ...args: readonly bigint[]
      ) => bigint | number;
      const all = [base + BigInt(table), BigInt(calls.length), context] as const;
      return {
        set: (call, param, value) =>
          write(blocks[call]! + 8 * param, infos[call]!.params[param]!, value),
        run(after) {
          if (after === undefined) {
            const stopped = Number(run(...all));
            if (stopped === 0) return undefined;
            // The number of the call times 2^32, and its status.
            return {
              call: Math.floor(stopped / 2 ** 32),
              reason: reasonOf(stopped % 2 ** 32),
            };
          }
          for (const [call, { name }] of calls.entries()) {
            const status = entryOf(name).run(base + BigInt(blocks[call]!), context);
            if (status !== 0) return { call, reason: reasonOf(status) };
            after(call);
          }
          return undefined;
        },
        free: () => heap.free(table),
      };
    },
    dispose() {
      reclaimed.unregister(heap);
      release();
    },
  };
}

function readScalar(view: DataView, at: number, type: DType): HostScalar {
  if (isFloat(type)) return view.getFloat64(at, true);
  if (type.bits < 64) return Number(view.getBigInt64(at, true));
  return type.code === "uint" ? view.getBigUint64(at, true) : view.getBigInt64(at, true);
}
