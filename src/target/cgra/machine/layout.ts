/**
 * Configuration words as bits. The fields follow from the fabric: how many registers, links, constants and streams it
 * has, and how values travel. Assembler, simulator and hardware read this table, so that they cannot disagree.
 */
import type { Fabric } from "../fabric/fabric.js";
import { opcodes } from "../opcodes.js";
import type { Source } from "./program.js";

/** Iterations that overlap at most: the sequencer keeps counters for as many. */
export const MOST_STAGES = 64;

export interface WordField {
  readonly name: string;
  /** Position of the lowest bit. */
  readonly offset: number;
  readonly bits: number;
  readonly signed: boolean;
  readonly meaning: string;
}

export interface WordLayout {
  /** Bits of a word. */
  readonly bits: number;
  /** From the lowest bit up, without gaps; fields of 0 bits are left out. */
  readonly fields: readonly WordField[];
  /** What the codes of `a`, `b` and `c` stand for; on elements with fewer links or registers some mean nothing. */
  readonly operands: readonly Source[];
  /** What the codes of `initial` stand for. */
  readonly initials: readonly Source[];
  /** What the codes of `drive0` … stand for. */
  readonly drives: readonly Source[];
  /** What the codes of `write0` … stand for: what a write port of the register file takes; `output` is `save`. */
  readonly writes: readonly Source[];
  /** Largest counts of all elements. */
  readonly linksIn: number;
  readonly linksOut: number;
  readonly registers: number;
  readonly writePorts: number;
}

/** By element: links into and out of it, as positions in `fabric.links`. */
export interface Ports {
  readonly into: readonly (readonly number[])[];
  readonly outOf: readonly (readonly number[])[];
}

export function portsOf(fabric: Fabric): Ports {
  const into: number[][] = fabric.elements.map(() => []);
  const outOf: number[][] = fabric.elements.map(() => []);
  fabric.links.forEach(({ from, to }, link) => {
    into[to]!.push(link);
    outOf[from]!.push(link);
  });
  return { into, outOf };
}

/** Whether crossbars forward values, so that links are driven by words; else units read what is next to them. */
export const hasCrossbars = ({ route }: Fabric): boolean =>
  route === "bypass" || route === "multihop";

/** Bits that hold so many codes. */
const bitsFor = (codes: number): number => (codes <= 1 ? 0 : Math.ceil(Math.log2(codes)));

const count = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i)); // prettier-ignore

export function layoutOf(fabric: Fabric): WordLayout {
  const { into, outOf } = portsOf(fabric);
  const crossbars = hasCrossbars(fabric);
  const linksIn = Math.max(0, ...into.map((links) => links.length));
  const linksOut = crossbars ? Math.max(0, ...outOf.map((links) => links.length)) : 0;
  const registers = Math.max(0, ...fabric.elements.map((e) => e.registers.regs));
  const hasWrites = fabric.elements.some((e) => e.registers.regs > 0);
  const writePorts = hasWrites ? Math.max(...fabric.elements.map((e) => e.registers.write)) : 0;
  const visible = fabric.elements.some((e) => e.registers.visible === "neighbours");
  const { loops } = fabric.control;

  const none: Source = { kind: "none" };
  const immediate: readonly Source[] = fabric.immediateBits > 0 ? [{ kind: "immediate" }] : [];
  const links = count(linksIn, (link): Source => ({ kind: "link", link }));
  const own = count(registers, (register): Source => ({ kind: "register", register }));
  const constants = count(fabric.constants, (constant): Source => ({ kind: "constant", constant }));
  const beside = count(linksIn, (link): Source => ({ kind: "neighbour-output", link }));
  const besideRegisters = !visible
    ? []
    : count(linksIn, (link) =>
        count(registers, (register): Source => ({ kind: "neighbour-register", link, register })),
      ).flat();
  const edges = count(loops, (level): Source[] => [
    { kind: "first", level },
    { kind: "last", level },
  ]).flat();
  const operands: readonly Source[] = [
    none,
    ...immediate,
    { kind: "output" },
    ...constants,
    ...edges,
    ...(crossbars ? links : beside),
    ...own,
    ...(crossbars ? [] : besideRegisters),
  ];
  const initials = [none, ...immediate, ...constants];
  const passing = fabric.route === "multihop" && fabric.hops > 1 ? links : [];
  const drives: readonly Source[] = crossbars ? [none, { kind: "output" }, ...own, ...passing] : [none]; // prettier-ignore
  const writes: readonly Source[] = [none, { kind: "output" }, ...(crossbars ? links : [])];

  const fields: WordField[] = [];
  let offset = 0;
  const field = (name: string, bits: number, meaning: string, signed = false): void => {
    if (bits > 0) fields.push({ name, offset, bits, signed, meaning });
    offset += bits;
  };
  const largest = Math.max(...[...opcodes.values()].map(({ number }) => number));
  field("op", bitsFor(largest + 1), "operation");
  field("a", bitsFor(operands.length), "first operand");
  field("b", bitsFor(operands.length), "second operand");
  field("c", bitsFor(operands.length), "third operand or predicate");
  field("negate", 1, "the third operand is taken negated");
  field("stage", bitsFor(MOST_STAGES), "iterations the word is behind the newest");
  field("initialAt", loops > 0 ? 2 : 0, "operand replaced in first iterations; 3 for none");
  field("initialLevel", bitsFor(loops), "loop whose first iterations these are");
  field("initial", loops > 0 ? bitsFor(initials.length) : 0, "what it is replaced by");
  for (let port = 0; port < writePorts; port++) {
    field(`write${port}`, bitsFor(writes.length), `what write port ${port} takes`);
    field(`register${port}`, bitsFor(registers), `register that write port ${port} writes`);
  }
  for (let link = 0; link < linksOut; link++)
    field(`drive${link}`, bitsFor(drives.length), `what the link out number ${link} carries`);
  field("immediate", fabric.immediateBits, "signed number", true);
  return {
    bits: offset,
    fields,
    operands,
    initials,
    drives,
    writes,
    linksIn,
    linksOut,
    registers,
    writePorts,
  };
}

/** A source in short: `r3`, `n1.r3`, `l2`, `k0`, `first 1`. */
export function sourceText(source: Source): string {
  switch (source.kind) {
    case "none":
      return "-";
    case "link":
      return `l${source.link}`;
    case "output":
      return "o";
    case "register":
      return `r${source.register}`;
    case "neighbour-output":
      return `n${source.link}.o`;
    case "neighbour-register":
      return `n${source.link}.r${source.register}`;
    case "immediate":
      return "i";
    case "constant":
      return `k${source.constant}`;
    case "first":
    case "last":
      return `${source.kind}${source.level}`;
  }
}

/** The table for people. */
export function layoutText(fabric: Fabric): string {
  const layout = layoutOf(fabric);
  const codes = (sources: readonly Source[]): string[] => sources.map((s, i) => `${i} ${sourceText(s)}`); // prettier-ignore
  const wrapped = (title: string, items: readonly string[]): string[] => {
    const lines: string[] = [];
    let line = "";
    for (const item of items) {
      if (line.length + item.length > 100) {
        lines.push(line);
        line = "";
      }
      line += `${line === "" ? "  " : ", "}${item}`;
    }
    return [`${title}:`, ...lines, line];
  };
  return [
    `${fabric.name}: words of ${layout.bits} bits, up to ${fabric.configuration.depth} an element`,
    ...layout.fields.map(({ name, offset, bits, meaning }) => {
      const range = bits === 1 ? `${offset}` : `${offset}-${offset + bits - 1}`;
      return `  ${range.padEnd(8)} ${name.padEnd(12)} ${meaning}`;
    }),
    ...wrapped("operands", codes(layout.operands)),
    ...wrapped("initials", codes(layout.initials)),
    ...wrapped("drives", codes(layout.drives)),
    ...wrapped("writes", codes(layout.writes)),
    "",
  ].join("\n");
}
