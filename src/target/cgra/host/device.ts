/**
 * A fabric in simulation, as generated hosts drive it: transfers and launches take the cycles that the fabric's DMA
 * engines and the simulated kernels take, side by side where the host does not wait for them.
 */
import { DiagnosticError } from "../../../support/diagnostic.js";
import { int32 } from "../../../support/dtype.js";
import { intValue, voidValue, type HostCode, type Value } from "../../../support/value.js";
import type { Fabric } from "../fabric/fabric.js";
import { layoutOf } from "../machine/layout.js";
import { faultText } from "../machine/origin.js";
import { load, type Loaded } from "../machine/load.js";
import type { KernelProgram } from "../machine/program.js";
import { scratchpadBytes, simulate } from "../machine/simulate.js";
import { codes } from "./codes.js";
import { COPIES, DMA_DIMS, LAUNCH, ON_HOST, WAIT } from "./externs.js";
import { bankStarts } from "./place-scratchpad.js";

/** A kernel that the device has. */
export interface DeviceKernel {
  readonly program: KernelProgram;
  readonly banks: readonly number[];
}

/** What was done between two calls of host functions. */
export interface LayerCounters {
  readonly name: string;
  launches: number;
  /** Cycles from the start of the layer to its end, transfers among them. */
  cycles: number;
  /** Cycles in which the array ran. */
  arrayCycles: number;
  issued: number;
  /** Operations that only route values. */
  moves: number;
  dmaBytes: number;
  transfers: number;
  /** Bits of configuration loaded. */
  configured: number;
}

/** A transfer or launch under way. */
interface Task {
  readonly end: number;
  readonly start: number;
  readonly isWrite: boolean;
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

/**
 * A launch under way, and the writes that began after it. They share the time of the kernel: what they write is not
 * what the kernel may read.
 */
interface Running {
  readonly run: () => void;
  readonly writes: (() => void)[];
}

/** What memory holds while it is being written. */
const POISON = 0xa5;

/** The host functions of a device, and what it counted. */
export interface Device {
  readonly hosts: ReadonlyMap<string, HostCode>;
  readonly layers: readonly LayerCounters[];
}

/** Called before a kernel runs, with the scratchpad as it is then, which must not be kept. */
export type LaunchWatch = (name: string, liveins: readonly number[], memory: Uint8Array) => void;

/** A device of a fabric with kernels. */
export function makeDevice(
  fabric: Fabric,
  kernels: ReadonlyMap<string, DeviceKernel>,
  watch?: LaunchWatch,
): Device {
  const device = new SimulatedDevice(fabric, watch);
  const hosts = new Map<string, HostCode>([
    [ON_HOST, (_, [name]) => device.begin(name?.kind === "string" ? name.value : "")],
    [WAIT, () => device.wait()],
    [COPIES.write, (_, args) => device.copy("write", args)],
    [COPIES.read, (_, args) => device.copy("read", args)],
    [COPIES.fill, (_, args) => device.fill(args)],
  ]);
  for (const [name, kernel] of kernels) {
    const loaded = load(fabric, kernel.program);
    if (typeof loaded === "string")
      throw new DiagnosticError(codes.deviceFailed({ kernel: name, reason: loaded }));
    hosts.set(`${LAUNCH}${name}`, (_, args) => device.launch(name, kernel, loaded, args));
  }
  return { hosts, layers: device.layers };
}

const numberOf = (v: Value | undefined): number => (v?.kind === "int" ? Number(v.value) : 0);

class SimulatedDevice {
  readonly layers: LayerCounters[] = [];
  private readonly memory: Uint8Array;
  private readonly starts: readonly number[];
  private readonly wordBits: number;
  private now = 0;
  private arrayFree = 0;
  private readonly channelFree: number[];
  private readonly written: number[];
  private tasks: Task[] = [];
  private running: Running | undefined;
  /** Kernels whose configuration is resident, the latest last. */
  private resident: string[] = [];

  constructor(
    private readonly fabric: Fabric,
    private readonly watch?: LaunchWatch,
  ) {
    this.memory = new Uint8Array(scratchpadBytes(fabric));
    this.starts = bankStarts(fabric);
    this.wordBits = layoutOf(fabric).bits;
    this.channelFree = Array.from({ length: Math.max(1, fabric.dma.channels) }, () => 0);
    this.written = fabric.banks.map(() => 0);
  }

  private layer(): LayerCounters {
    if (this.layers.length === 0) this.begin("");
    return this.layers.at(-1)!;
  }

  begin(name: string): Value {
    const zero = { launches: 0, cycles: 0, arrayCycles: 0, issued: 0, moves: 0, dmaBytes: 0, transfers: 0, configured: 0 }; // prettier-ignore
    this.layers.push({ name, ...zero });
    return intValue(0, int32);
  }

  wait(): Value {
    this.finish();
    const end = Math.max(this.now, this.arrayFree, ...this.channelFree);
    this.layer().cycles += end - this.now;
    this.now = end;
    this.tasks = [];
    return voidValue;
  }

  /** Runs the kernel that was launched last; writes since then go on meanwhile. */
  private finish(): void {
    const { running } = this;
    this.running = undefined;
    running?.run();
    for (const write of running?.writes ?? []) write();
  }

  copy(kind: "write" | "read", args: readonly Value[]): Value {
    const [channel, address, , run] = [0, 1, 2, 3].map((k) => numberOf(args[k])) as [number, number, number, number]; // prettier-ignore
    const host = args[2];
    if (host?.kind !== "tensor") throw new Error("a transfer needs host memory");
    const { bytes } = host.data;
    const dims = dimsOf(args.slice(4), 3);
    this.transfer(kind, channel, address, run, dims, (at, offset) => {
      const side = bytes.subarray(offset, offset + run);
      if (kind === "write") this.memory.set(side, at);
      else side.set(this.memory.subarray(at, at + run));
    });
    return voidValue;
  }

  fill(args: readonly Value[]): Value {
    const [channel, address, value, size] = [0, 1, 2, 3].map((k) => numberOf(args[k])) as [number, number, number, number]; // prettier-ignore
    const dims = dimsOf(args.slice(4), 2);
    const bits = new DataView(new ArrayBuffer(4));
    bits.setInt32(0, value, true);
    const element = new Uint8Array(bits.buffer, 0, size);
    this.transfer("write", channel, address, size, dims, (at) => this.memory.set(element, at));
    return voidValue;
  }

  private transfer(
    kind: "write" | "read",
    channel: number,
    address: number,
    run: number,
    dims: readonly Dim[],
    copyRun: (at: number, offset: number) => void,
  ): void {
    let last = address + run;
    for (const { count, spad } of dims) last += (count - 1) * Math.max(0, spad);
    if (address < 0 || last > this.memory.length)
      this.fail("a transfer", `bytes ${address} to ${last} are outside the scratchpad`);
    const [a, b, c] = dims as [Dim, Dim, Dim];
    const each = (f: (at: number, offset: number) => void): void => {
      for (let i = 0; i < a.count; i++)
        for (let j = 0; j < b.count; j++)
          for (let k = 0; k < c.count; k++)
            f(address + i * a.spad + j * b.spad + k * c.spad, i * a.host + j * b.host + k * c.host);
    };
    if (kind === "write" && this.running !== undefined) {
      each((at) => this.memory.fill(POISON, at, at + run));
      this.running.writes.push(() => each(copyRun));
    } else each(copyRun);
    const bytes = run * a.count * b.count * c.count;
    const { setup, bytesPerCycle } = this.fabric.dma;
    const start = Math.max(this.now, this.channelFree[channel]!);
    const end = start + setup + Math.ceil(bytes / bytesPerCycle);
    this.begins({ start, end, isWrite: kind === "write", from: address, to: last, what: "a transfer" }, channel); // prettier-ignore
    this.channelFree[channel] = end;
    if (kind === "write")
      this.fabric.banks.forEach((bank, k) => {
        const at = this.starts[k]!;
        if (address < at + bank.bytes && last > at) this.written[k] = Math.max(this.written[k]!, end); // prettier-ignore
      });
    const layer = this.layer();
    layer.dmaBytes += bytes;
    layer.transfers++;
  }

  launch(
    name: string,
    { banks, program }: DeviceKernel,
    loaded: Loaded,
    args: readonly Value[],
  ): Value {
    this.finish();
    const liveins = args.map(numberOf);
    const start = Math.max(this.now, this.arrayFree, ...banks.map((b) => this.written[b]!));
    const configured = this.configure(name, program);
    const layer = this.layer();
    layer.launches++;
    layer.configured += configured;
    const run = (): void => {
      this.watch?.(name, liveins, this.memory);
      const { counters, fault } = simulate(loaded, { memory: this.memory, liveins });
      if (fault !== undefined)
        this.fail(name, `in cycle ${fault.cycle}, element ${fault.element}: ${faultText(program, fault)}`); // prettier-ignore
      const load = Math.ceil(configured / this.fabric.configuration.loadBits);
      this.arrayFree = start + load + counters.cycles;
      layer.arrayCycles += counters.cycles;
      layer.issued += counters.issued;
      layer.moves += counters.moves;
    };
    this.running = { run, writes: [] };
    return voidValue;
  }

  /** Bits to load before the kernel can run; the kernel used longest ago makes room. */
  private configure(name: string, { ii }: KernelProgram): number {
    const isThere = this.resident.includes(name);
    this.resident = [...this.resident.filter((k) => k !== name), name];
    if (this.resident.length > this.fabric.configuration.contexts) this.resident.shift();
    return isThere ? 0 : ii * this.fabric.elements.length * this.wordBits;
  }

  /** A transfer must not touch what another one under way changes. */
  private begins(task: Task, channel: number): void {
    void channel;
    for (const other of this.tasks) {
      const meets = other.end > task.start && other.from < task.to && task.from < other.to;
      if (meets && (other.isWrite || task.isWrite) && other.isWrite !== task.isWrite)
        this.fail(task.what, `bytes ${task.from} to ${task.to} are under way`);
    }
    this.tasks.push(task);
  }

  private fail(kernel: string, reason: string): never {
    throw new DiagnosticError(codes.deviceFailed({ kernel, reason }));
  }
}

interface Dim {
  readonly count: number;
  readonly host: number;
  readonly spad: number;
}

/** The dimensions behind the fixed arguments: count, stride in host memory unless it is a fill, stride in the scratchpad. */
function dimsOf(args: readonly Value[], width: 2 | 3): Dim[] {
  return Array.from({ length: DMA_DIMS }, (_, d) => {
    const at = d * width;
    const [count, host, spad] = [0, 1, 2].map((k) => numberOf(args[at + k])) as [number, number, number]; // prettier-ignore
    return width === 3 ? { count, host, spad } : { count, host: 0, spad: host };
  });
}
