/** Running compiled kernels: one memory that tensors and kernels share, argument blocks, statuses. */
import { isFloat, type DType } from "../../support/dtype.js";
import type { FunctionInfo } from "./function-info.js";
import type { HostImport, KernelInfo, KernelParam, StatusInfo } from "../kernel-info.js";
import type { HostCode, HostContext } from "../../support/value.js";
import { wasmEngine, type WasmMemory } from "./engine.js";
import { hostEntry } from "./host-entry.js";
import { makeHeap, type Heap } from "./heap.js";
import { startTeam, type Team, type ThreadStarter } from "./team.js";

/** Runs kernels with parallel loops on several threads. */
export interface ThreadOptions {
  readonly threads: number;
  /** Absent: one thread runs everything. */
  readonly start?: ThreadStarter | undefined;
}

interface Exports {
  readonly memory: WasmMemory;
  readonly scratch: { value: number };
  readonly scratch_end: { value: number };
  /** Of modules with compiled Relax functions. */
  readonly constants?: { value: number };
  readonly calls_left?: { value: bigint };
  readonly depth_left?: { value: number };
  readonly scratch_left?: { value: bigint };
  /** Of modules whose memory is shared. */
  readonly threads?: { value: number };
  readonly team?: { value: number };
  readonly [entry: string]: unknown;
}

/** An argument or result of a kernel. */
export type HostScalar = number | bigint;
export interface WasmArtifact {
  readonly bytes: Uint8Array;
  readonly kernels: readonly KernelInfo[];
  readonly statuses: readonly StatusInfo[];
  readonly hostImports: readonly HostImport[];
  readonly functions?: readonly FunctionInfo[];
}

/** What a kernel call gave: a scalar if it returns one, or why it stopped. */
export type KernelResult =
  | { readonly ok: true; readonly value: HostScalar | undefined }
  | { readonly ok: false; readonly status: number; readonly reason: StatusInfo | undefined };

/** Kernel calls whose arguments are laid out in memory once, to be run again and again. */
export interface CallSequence {
  /** Sets an argument of a call. */
  set(call: number, param: number, value: HostScalar): void;
  /** Runs all in order; what stopped one of them, if anything. `after` is told the number of each call that ended. */
  run(after?: (call: number) => void): StoppedCall | undefined;
  free(): void;
}
export interface StoppedCall {
  readonly call: number;
  readonly reason: StatusInfo | undefined;
}
export interface PlannedCall {
  readonly name: string;
  readonly args: readonly HostScalar[];
}

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
  /** Lays out calls to be run in order. */
  sequence(calls: readonly PlannedCall[]): CallSequence;
  /** Lets scratch memory grow by so many bytes at most. */
  limitScratch(bytes: number): void;
  /** Relax functions that are one call. */
  readonly functions: ReadonlyMap<string, FunctionInfo>;
  /** Tells where the constants are that functions use. */
  provideConstants(addresses: readonly number[]): void;
  /**
   * Runs a function on the slots of its argument block; false when it did not come to an end: then the virtual machine
   * has to run it, from the start. `calls` is the number of calls among functions after which it is stopped.
   */
  runFunction(name: string, slots: readonly HostScalar[], calls: number): boolean;
}

/** A host function that a module needs and nobody provides. */
export class MissingHostFunctions extends Error {
  constructor(readonly names: readonly string[]) {
    super(`missing host functions: ${names.join(", ")}`);
  }
}

const SCRATCH_BYTES = 1 << 20;
/** Calls that are nested deeper than this are left to the virtual machine, whose stack is not that of JavaScript. */
const DEPTH = 1000;

/** Instantiates; throws {@link MissingHostFunctions} when host functions are missing. */
export function instantiate(
  artifact: WasmArtifact,
  host: ReadonlyMap<string, HostCode> = new Map(),
  context: HostContext = { print: () => undefined },
  { threads, start }: ThreadOptions = { threads: 1 },
): WasmInstance {
  const missing = artifact.hostImports.filter((i) => !host.has(i.name));
  if (missing.length > 0) throw new MissingHostFunctions([...new Set(missing.map((i) => i.name))]);
  const imports: Record<string, unknown> = {};
  let memory: Exports["memory"] | undefined;
  for (const need of artifact.hostImports) {
    imports[need.key] = hostEntry(need, host.get(need.name)!, context, () => memory!.buffer);
  }
  const module = new wasmEngine.Module(artifact.bytes);
  if (threads > 1) imports["memory"] = sharedMemory(artifact.bytes.length);
  const instance = new wasmEngine.Instance(module, { host: imports });
  const exports = instance.exports as unknown as Exports;
  memory = exports.memory;
  const heap = makeHeap(exports.memory);
  const scratch = heap.alloc(SCRATCH_BYTES);
  exports.scratch.value = scratch;
  exports.scratch_end.value = scratch + SCRATCH_BYTES;
  let team: TeamCalls | undefined;
  const isPlain = artifact.hostImports.length === 0;
  if (threads > 1 && start !== undefined && isPlain && artifact.kernels.some((k) => k.isTeam)) {
    const names = artifact.kernels.flatMap((k) => (k.isTeam ? [k.name] : []));
    const entries = names.map((name) => `kernel:${name}`);
    const memory = imports["memory"] as WasmMemory;
    const address = exports.team!.value;
    const made = startTeam({ module, memory, heap, address, entries, threads, scratchBytes: SCRATCH_BYTES, start }); // prettier-ignore
    team = { names: new Map(names.map((n, i) => [n, i])), threads, ...made };
  }
  const made = makeInstance(artifact, exports, heap, team);
  if (team !== undefined) abandoned.register(made.heap, team.end);
  return made;
}

/** Ends threads when nothing can reach the memory any more. */
const abandoned = new FinalizationRegistry<() => void>((end) => end());

interface TeamCalls extends Team {
  /** Kernels that it runs, with their numbers. */
  readonly names: ReadonlyMap<string, number>;
  readonly threads: number;
}

/** Room for the code's data at least; kernels and tensors make it grow. */
const sharedMemory = (bytes: number): WasmMemory =>
  new wasmEngine.Memory({ initial: Math.ceil(bytes / 65_536) + 16, maximum: 65_536, shared: true });

/** Calls an entry; several threads do where they may. */
function entryOf(
  exports: Exports,
  name: string,
  team: TeamCalls | undefined,
): (block: number) => number {
  const entry = exports[`kernel:${name}`] as (block: number) => number;
  const number = team?.names.get(name);
  const { threads } = exports;
  if (team === undefined || number === undefined || threads === undefined) return entry;
  return (block) => {
    threads.value = team.threads;
    try {
      return team.run(number, block, () => entry(block));
    } finally {
      threads.value = 1;
    }
  };
}

function makeInstance(
  artifact: WasmArtifact,
  exports: Exports,
  heap: Heap,
  team: TeamCalls | undefined,
): WasmInstance {
  const kernels = new Map(artifact.kernels.map((k) => [k.name, k]));
  // Compiled functions call kernels themselves, which one thread does.
  const whole = team === undefined ? (artifact.functions ?? []) : [];
  const functions = new Map(whole.map((f) => [f.name, f]));
  const entries = new Map(artifact.kernels.map((k) => [k.name, entryOf(exports, k.name, team)]));
  const inScratch = <T>(work: () => T): T => {
    const pointer = exports.scratch.value;
    const end = exports.scratch_end.value;
    try {
      return work();
    } finally {
      exports.scratch.value = pointer;
      exports.scratch_end.value = end;
    }
  };
  const instance: WasmInstance = {
    heap,
    kernels,
    bytes: () => new Uint8Array(exports.memory.buffer),
    call(name, args) {
      const info = kernels.get(name);
      const entry = entries.get(name);
      if (info === undefined || typeof entry !== "function") throw new Error(`no kernel ${name}`);
      if (args.length !== info.params.length)
        throw new Error(`kernel ${name} takes ${info.params.length} arguments, not ${args.length}`);
      const block = heap.alloc(8 * (args.length + 1));
      try {
        writeArguments(new DataView(exports.memory.buffer), block, info, args);
        const status = inScratch(() => entry(block));
        if (status !== 0) return { ok: false, status, reason: artifact.statuses[status - 1] };
        const slot = block + 8 * args.length;
        return {
          ok: true,
          value:
            info.returns && readScalar(new DataView(exports.memory.buffer), slot, info.returns),
        };
      } finally {
        heap.free(block);
      }
    },
    limitScratch(bytes) {
      if (exports.scratch_left) exports.scratch_left.value = BigInt(Math.min(bytes, 2 ** 33));
    },
    sequence: (calls) => makeSequence(artifact, exports, heap, kernels, entries, calls, inScratch),
    functions,
    provideConstants(addresses) {
      if (exports.constants === undefined || addresses.length === 0) return;
      const block = heap.alloc(4 * addresses.length);
      new Uint32Array(exports.memory.buffer, block, addresses.length).set(addresses);
      exports.constants.value = block;
    },
    runFunction(name, slots, calls) {
      const entry = exports[`function:${name}`];
      if (typeof entry !== "function") throw new Error(`no function ${name}`);
      if (exports.calls_left) exports.calls_left.value = BigInt(Math.min(calls, 2 ** 53));
      if (exports.depth_left) exports.depth_left.value = DEPTH;
      const block = heap.alloc(8 * slots.length);
      try {
        const view = new DataView(exports.memory.buffer);
        slots.forEach((x, k) =>
          view.setBigInt64(block + 8 * k, BigInt.asIntN(64, BigInt(x)), true),
        );
        return inScratch(() => (entry as (block: number) => number)(block)) === 0;
      } catch {
        // A trap, or the end of the JavaScript stack.
        return false;
      } finally {
        heap.free(block);
      }
    },
  };
  return instance;
}

function makeSequence(
  artifact: WasmArtifact,
  exports: Exports,
  heap: Heap,
  kernels: ReadonlyMap<string, KernelInfo>,
  entryBy: ReadonlyMap<string, (block: number) => number>,
  calls: readonly PlannedCall[],
  inScratch: <T>(work: () => T) => T,
): CallSequence {
  const infos = calls.map(({ name, args }) => {
    const info = kernels.get(name);
    if (info?.params.length === args.length) return info;
    throw new Error(`kernel ${name} takes other arguments`);
  });
  const entries = calls.map((c) => entryBy.get(c.name)!);
  const first: number[] = [];
  let slots = 0;
  for (const c of calls) {
    first.push(slots);
    // One more for the result.
    slots += c.args.length + 1;
  }
  const block = heap.alloc(8 * slots);
  const blocks = first.map((slot) => block + 8 * slot);
  const memory = new DataView(exports.memory.buffer);
  calls.forEach((c, i) => writeArguments(memory, blocks[i]!, infos[i]!, c.args));
  const count = calls.length;
  const stopped = (call: number, status: number): StoppedCall => ({
    call,
    reason: artifact.statuses[status - 1],
  });
  return {
    set(call, param, value) {
      const at = blocks[call]! + 8 * param;
      writeArgument(new DataView(exports.memory.buffer), at, infos[call]!.params[param]!, value);
    },
    run: (after) =>
      inScratch(() => {
        for (let i = 0; i < count; i++) {
          const status = entries[i]!(blocks[i]!);
          if (status !== 0) return stopped(i, status);
          if (after !== undefined) after(i);
        }
        return undefined;
      }),
    free: () => heap.free(block),
  };
}

function writeArguments(
  view: DataView,
  block: number,
  info: KernelInfo,
  args: readonly HostScalar[],
): void {
  info.params.forEach((param, k) => writeArgument(view, block + 8 * k, param, args[k]!));
}

function writeArgument(view: DataView, at: number, param: KernelParam, value: HostScalar): void {
  if (param.role !== "pointer" && isFloat(param.dtype)) view.setFloat64(at, Number(value), true);
  else view.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), true);
}

function readScalar(view: DataView, at: number, type: DType): HostScalar {
  if (isFloat(type)) return view.getFloat64(at, true);
  if (type.bits < 64) return Number(view.getBigInt64(at, true));
  return type.code === "uint" ? view.getBigUint64(at, true) : view.getBigInt64(at, true);
}
