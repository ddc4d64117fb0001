/** What is known of a fabric: a grid of processing elements, their links, registers, memories and configuration. */
import { opcodes, type OpClass } from "../opcodes.js";

export const TOPOLOGIES = ["mesh", "torus", "king", "onehop", "row-col-bus", "custom"] as const;
export type Topology = (typeof TOPOLOGIES)[number];

/**
 * How values travel further than from a producer to its neighbours: not at all (`none`), by moves that take an
 * element's cycle (`issue`), through crossbars past the unit (`bypass`), or so over several links in one cycle
 * (`multihop`).
 */
export const ROUTES = ["none", "issue", "bypass", "multihop"] as const;
export type Route = (typeof ROUTES)[number];

export interface RegisterFile {
  readonly regs: number;
  readonly read: number;
  readonly write: number;
  /** Who may read the registers. */
  readonly visible: "self" | "neighbours";
}

/** One processing element. */
export interface Element {
  readonly ops: ReadonlySet<OpClass>;
  /** Cycles until a result can be used, where it is not 1. */
  readonly latency: ReadonlyMap<string, number>;
  readonly registers: RegisterFile;
}

export interface Link {
  readonly from: number;
  readonly to: number;
  /** Cycles; 1 unless given. */
  readonly latency: number;
}

export interface Bank {
  readonly name: string;
  readonly bytes: number;
  /** Accesses in one cycle. */
  readonly ports: number;
  readonly latency: number;
  readonly elements: readonly number[];
}

export interface Stream {
  readonly name: string;
  readonly bank: string;
  readonly dims: number;
  readonly direction: "in" | "out";
  readonly elements: readonly number[];
}

export interface Fabric {
  readonly name: string;
  readonly version: number;
  readonly rows: number;
  readonly cols: number;
  /** Bits of the data path. */
  readonly width: number;
  readonly topology: Topology;
  readonly route: Route;
  /** Links crossed in one cycle under `multihop`. */
  readonly hops: number;
  readonly elements: readonly Element[];
  readonly links: readonly Link[];
  /** Issue slots an operation takes, where it is not 1. */
  readonly busy: ReadonlyMap<string, number>;
  /** Whether an output register keeps its value only until the next issue. */
  readonly output: "single" | "pipelined" | "held";
  readonly immediateBits: number;
  readonly constants: number;
  readonly predicates: "none" | "select" | "partial" | "full";
  readonly configuration: {
    readonly depth: number;
    readonly contexts: number;
    readonly loadBits: number;
  };
  readonly banks: readonly Bank[];
  readonly streams: readonly Stream[];
  readonly conflict: "static" | "stall";
  readonly dma: {
    readonly channels: number;
    readonly bytesPerCycle: number;
    readonly setup: number;
    readonly dims: number;
  };
  readonly control: { readonly loops: number; readonly liveins: number };
  readonly clockMHz: number;
}

/**
 * Cycles until the result of an operation can be used: those of the slowest element that executes it, and of the
 * slowest bank for loads, so that it does not depend on the place.
 */
export function latencyOf(fabric: Fabric, opcode: string): number {
  const cls = opcodes.get(opcode)?.class;
  let latency = 1;
  for (const { ops, latency: own } of fabric.elements)
    if (cls !== undefined && ops.has(cls)) latency = Math.max(latency, own.get(opcode) ?? 1);
  if (!readsMemory(opcode)) return latency;
  return Math.max(latency, ...fabric.banks.map((b) => b.latency));
}

/** The bank an operation on an element accesses, for streams that of the generator; undefined where several are reached. */
export function bankOf(
  fabric: Fabric,
  { opcode, immediate }: { readonly opcode: string; readonly immediate?: number | undefined },
  element: number,
): Bank | undefined {
  if (isStreamOp(opcode)) {
    const stream = fabric.streams[immediate ?? 0];
    return fabric.banks.find((b) => b.name === stream?.bank);
  }
  if (opcodes.get(opcode)?.class !== "mem") return undefined;
  const reached = fabric.banks.filter((b) => b.elements.includes(element));
  return reached.length === 1 ? reached[0] : undefined;
}

export const isStreamOp = (opcode: string): boolean => opcodes.get(opcode)?.class === "strm";
const readsMemory = (opcode: string): boolean => opcode.startsWith("LD") || opcode === "POP";

/** Elements with a link to the element. */
export const sourcesOf = (fabric: Fabric, element: number): readonly number[] =>
  fabric.links.filter(({ to }) => to === element).map(({ from }) => from);

/** What kind of fabric it is, in one line. */
export function fabricSummary({ rows, cols, topology, route, banks, streams }: Fabric): string {
  const plural = (count: number, word: string): string =>
    `${count} ${word}${count === 1 ? "" : "s"}`;
  return [
    `${rows}x${cols} ${topology}`,
    `route ${route}`,
    plural(banks.length, "bank"),
    plural(streams.length, "stream"),
  ].join(", ");
}
