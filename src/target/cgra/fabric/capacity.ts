/** What a fabric can do at most, and what configures it: peaks, which no kernel exceeds. */
import { layoutOf } from "../machine/layout.js";
import { opcodes, OP_CLASSES, type OpClass } from "../opcodes.js";
import type { Fabric } from "./fabric.js";

export interface FabricCapacity {
  readonly elements: number;
  /** Operations that start in a cycle. */
  readonly operations: number;
  /** Operations of each class that start in a cycle, where any do. */
  readonly byClass: ReadonlyMap<OpClass, number>;
  /** Additions and multiplications in a cycle, where products of bytes count each of theirs. */
  readonly arithmetic: number;
  /** Billions of these in a second at the clock of the fabric. */
  readonly gops: number;
  /** Words that memory takes or gives in a cycle. */
  readonly accesses: number;
  readonly words: number;
  readonly wordBits: number;
  readonly configurationBits: number;
  /** Cycles that loading all words takes. */
  readonly loadCycles: number;
  readonly registerBits: number;
  readonly scratchpadBytes: number;
}

/** Additions and multiplications of an operation. */
const ARITHMETIC: Readonly<Record<string, number>> = {
  DOT4: 8, DOT4U: 8, DOT2: 4, MAC: 2, FMA: 2, MUL: 1, ADD: 1, FMUL: 1, FADD: 1,
}; // prettier-ignore

export function capacityOf(fabric: Fabric): FabricCapacity {
  const { elements, banks, busy, configuration, clockMHz } = fabric;
  const names = [...opcodes.values()];
  /** Of a class the operation that starts most often. */
  const rate = (cls: OpClass): number =>
    1 / Math.min(...names.filter((o) => o.class === cls).map((o) => busy.get(o.name) ?? 1));
  const byClass = new Map<OpClass, number>();
  for (const cls of OP_CLASSES) {
    const able = elements.filter(({ ops }) => ops.has(cls)).length;
    if (able > 0) byClass.set(cls, able * rate(cls));
  }
  const arithmetic = elements.reduce((sum, { ops }) => {
    const own = names.filter((o) => ops.has(o.class));
    return sum + Math.max(0, ...own.map((o) => (ARITHMETIC[o.name] ?? 0) / (busy.get(o.name) ?? 1)));
  }, 0); // prettier-ignore
  const accesses = banks.reduce((sum, b) => sum + Math.min(b.ports, b.elements.length), 0);
  const words = elements.length * configuration.depth;
  const wordBits = layoutOf(fabric).bits;
  const configurationBits = words * wordBits;
  return {
    elements: elements.length,
    operations: elements.filter(({ ops }) => ops.size > 0).length,
    byClass,
    arithmetic,
    gops: (arithmetic * clockMHz) / 1000,
    accesses,
    words,
    wordBits,
    configurationBits,
    loadCycles: Math.ceil(configurationBits / configuration.loadBits),
    registerBits: elements.reduce((sum, { registers }) => sum + registers.regs, 0) * fabric.width,
    scratchpadBytes: banks.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

export function capacityText(fabric: Fabric): string {
  const c = capacityOf(fabric);
  const classes = [...c.byClass].map(([cls, count]) => `${cls} ${count}`).join(", ");
  return [
    `${fabric.name}: ${c.elements} elements at ${fabric.clockMHz} MHz`,
    `operations a cycle: ${c.operations} (${classes})`,
    `additions and multiplications: ${c.arithmetic} a cycle, ${c.gops} billion a second`,
    `memory: ${c.accesses} accesses a cycle, ${c.scratchpadBytes} bytes of scratchpad`,
    `registers: ${c.registerBits} bits`,
    `configuration: ${c.words} words of ${c.wordBits} bits, ${c.configurationBits} bits in all, loaded in ${c.loadCycles} cycles`,
    "",
  ].join("\n");
}
