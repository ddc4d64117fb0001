/** Kinds of processing elements: those with the same operations, registers and ports are one module. */
import { latencyOf, type Fabric } from "../fabric/fabric.js";
import type { ElementPorts } from "../machine/encode-word.js";
import { hasCrossbars, layoutOf, portsOf, type WordLayout } from "../machine/layout.js";
import { opcodes } from "../opcodes.js";

export interface ElementKind {
  /** Name of its module. */
  readonly module: string;
  /** Names of the operations it executes. */
  readonly ops: readonly string[];
  /** By operation; 1 where it is not here. */
  readonly latencies: ReadonlyMap<string, number>;
  readonly registers: number;
  readonly writePorts: number;
  readonly linksIn: number;
  /** Links that its words drive. */
  readonly linksOut: number;
  /** By link into it: registers of the element at its start that it may read. */
  readonly besides: readonly number[];
  /** Whether others read its registers. */
  readonly isRead: boolean;
  /** How many streams it reaches. */
  readonly streams: number;
  /** Elements of this kind. */
  readonly elements: readonly number[];
}

/** A fabric as hardware sees it. */
export interface Structure {
  readonly fabric: Fabric;
  readonly layout: WordLayout;
  readonly into: readonly (readonly number[])[];
  readonly outOf: readonly (readonly number[])[];
  readonly kinds: readonly ElementKind[];
  /** By element. */
  readonly kindOf: readonly ElementKind[];
  /** By element: streams it reaches, as positions in the fabric. */
  readonly streamsOf: readonly (readonly number[])[];
  /** Sizes of register files, of which the sequencer turns each. */
  readonly files: readonly number[];
}

export function structureOf(fabric: Fabric): Structure {
  const layout = layoutOf(fabric);
  const { into, outOf } = portsOf(fabric);
  const isVisible = (e: number): boolean =>
    !hasCrossbars(fabric) && fabric.elements[e]!.registers.visible === "neighbours";
  const streamsOf = fabric.elements.map((_, e) =>
    [...fabric.streams.keys()].filter((s) => fabric.streams[s]!.elements.includes(e)),
  );
  const groups = new Map<string, { kind: Omit<ElementKind, "module" | "elements">; elements: number[] }>(); // prettier-ignore
  fabric.elements.forEach((element, e) => {
    const ops = [...opcodes.values()]
      .filter(({ name, class: cls }) => name !== "NOP" && name !== "EXIT" && element.ops.has(cls))
      .map(({ name }) => name);
    const kind = {
      ops,
      latencies: new Map(ops.map((op) => [op, latencyOf(fabric, op)])),
      registers: element.registers.regs,
      writePorts: element.registers.regs === 0 ? 0 : element.registers.write,
      linksIn: into[e]!.length,
      linksOut: hasCrossbars(fabric) ? outOf[e]!.length : 0,
      besides: into[e]!.map((link) => {
        const { from } = fabric.links[link]!;
        return isVisible(from) ? fabric.elements[from]!.registers.regs : 0;
      }),
      isRead: isVisible(e) && element.registers.regs > 0 && outOf[e]!.length > 0,
      streams: streamsOf[e]!.length,
    };
    const key = JSON.stringify({ ...kind, latencies: [...kind.latencies] });
    const group = groups.get(key) ?? { kind, elements: [] };
    groups.set(key, group);
    group.elements.push(e);
  });
  const kinds = [...groups.values()].map(({ kind, elements }, i): ElementKind => ({
    ...kind,
    module: `pe_${i}`,
    elements,
  }));
  const files = [...new Set(fabric.elements.map((e) => e.registers.regs))].filter((r) => r > 1);
  return {
    fabric,
    layout,
    into,
    outOf,
    kinds,
    streamsOf,
    kindOf: fabric.elements.map((_, e) => kinds.find((k) => k.elements.includes(e))!),
    files: files.sort((a, b) => a - b),
  };
}

/** What words of the kind may name. */
export const portsOfKind = (kind: ElementKind): ElementPorts => ({
  linksIn: kind.linksIn,
  linksOut: kind.linksOut,
  registers: kind.registers,
  writePorts: kind.writePorts,
  besides: kind.besides,
});

/** Bits of a number below `count`, at least one. */
export const indexBits = (count: number): number => Math.max(1, Math.ceil(Math.log2(count)));

/** Bits of the configuration bus in a word: it is written in parts of 32. */
export const partsOf = ({ bits }: WordLayout): number => Math.max(1, Math.ceil(bits / 32));
