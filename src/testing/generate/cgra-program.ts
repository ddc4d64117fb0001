/** Generated programs for a fabric: not from mappings, so that words say all that they can say. */
import type { Fabric } from "../../target/cgra/fabric/fabric.js";
import { hasSource, type ElementPorts } from "../../target/cgra/machine/encode-word.js";
import { layoutOf } from "../../target/cgra/machine/layout.js";
import { operations } from "../../target/cgra/machine/operation.js";
import {
  NO_SOURCE,
  type KernelProgram,
  type Position,
  type Setting,
  type Source,
  type StreamProgram,
  type Word,
} from "../../target/cgra/machine/program.js";
import { portsOfKind, structureOf } from "../../target/cgra/rtl/kinds.js";
import type { Random } from "./random.js";

/** Floats whose arithmetic has special cases, and integers at the ends. */
export const SPECIAL_VALUES: readonly number[] = [
  0, -0x80000000, 1, 0x7fffffff, -1, 0x3f800000, -0x40800000, 0x7f800000, -0x800000, 0x7fc00000,
  0x7f7fffff, 0x00800000, 0x007fffff, 0x00000001, 0x00400000, 0x4b000000, 0x3f7fffff, 0x4f000000,
  0x7f000000, 0x34000000,
]; // prettier-ignore

const literal = (value: number): Setting => ({ kind: "literal", value });
const wide = (random: Random): number =>
  random.chance(0.4) ? random.pick(SPECIAL_VALUES) : random.below(2 ** 32) | 0;

/** A program that a machine without faults executes: addresses are legal, ports are not overrun. */
export function generateProgram(random: Random, fabric: Fabric): KernelProgram {
  const layout = layoutOf(fabric);
  const structure = structureOf(fabric);
  const ii = random.between(1, Math.min(5, fabric.configuration.depth));
  const stages = random.between(1, 5);
  const constants = fabric.elements.map(() =>
    Array.from({ length: fabric.constants }, () => literal(wide(random))),
  );
  const starts = fabric.banks.map((_, b) =>
    fabric.banks.slice(0, b).reduce((sum, { bytes }) => sum + bytes, 0),
  );
  const bankOfStream = fabric.streams.map((s) => fabric.banks.findIndex((b) => b.name === s.bank));
  const levels = random.between(0, fabric.control.loops);
  const limit = 2 ** (fabric.immediateBits - 1);

  const has = (ports: ElementPorts, source: Source): boolean =>
    source.kind === "first" || source.kind === "last"
      ? source.level < levels
      : hasSource(ports, source);

  function wordOf(e: number, free: number[]): Word {
    const kind = structure.kindOf[e]!;
    const ports = portsOfKind(kind);
    const from = (list: readonly Source[]): Source =>
      random.pick(list.filter((s) => has(ports, s)));
    const usual = kind.ops.filter((op) => levels > 0 || !/^(IDX|FIRST|LAST)$/.test(op));
    let op = random.chance(0.15) || usual.length === 0 ? "NOP" : random.pick(usual);
    const operands = [0, 1, 2].map(() => from(layout.operands)) as [Source, Source, Source];
    let immediate = random.between(-limit, limit - 1);
    const { access } = operations.get(op)!;
    let isAddressed = false;
    if (access !== undefined) {
      const reached = fabric.banks.flatMap((bank, b) =>
        bank.elements.includes(e) && free[b]! > 0 && fabric.constants > 0 ? [b] : [],
      );
      if (reached.length === 0) op = "NOP";
      else {
        const b = random.pick(reached);
        free[b]!--;
        const room = fabric.banks[b]!.bytes - (op === "LUT8" ? 256 : 4);
        const address = starts[b]! + 4 * random.below(Math.floor(room / 4));
        immediate = 0;
        isAddressed = true;
        operands[0] = { kind: "constant", constant: addressConstant(e, address) };
      }
    } else if (op === "POP" || op === "PUSH") {
      const reached = structure.streamsOf[e]!.filter((s) => free[bankOfStream[s]!]! > 0);
      if (reached.length === 0) op = "NOP";
      else {
        immediate = random.pick(reached);
        free[bankOfStream[immediate]!]!--;
      }
    } else if (/^(IDX|FIRST|LAST)$/.test(op)) immediate = random.below(levels);
    const takes: { link: number; register: number }[] = [];
    let save: number | undefined;
    const links = layout.writes.flatMap((s) =>
      s.kind === "link" && s.link < ports.linksIn ? [s.link] : [],
    );
    const targets = Array.from({ length: ports.registers }, (_, r) => r);
    for (let port = 0; port < ports.writePorts && targets.length > 0; port++) {
      if (random.chance(0.4)) continue;
      const [register] = targets.splice(random.below(targets.length), 1) as [number];
      if (save === undefined && (links.length === 0 || random.chance(0.5))) save = register;
      else if (links.length > 0) takes.push({ link: random.pick(links), register });
    }
    const position = random.below(3) as Position;
    const hasOperands = !/^(IDX|FIRST|LAST)$/.test(op);
    const isInitial = levels > 0 && hasOperands && random.chance(0.3) && !(isAddressed && position === 0); // prettier-ignore
    return {
      op,
      operands,
      negate: random.chance(0.3),
      immediate,
      stage: random.below(stages),
      drives: Array.from({ length: ports.linksOut }, () =>
        from(layout.drives.filter((s) => s.kind !== "link" || random.chance(0.2))),
      ),
      takes,
      ...(isInitial && {
        initial: { position, level: random.below(levels), value: from(layout.initials) },
      }),
      ...(save !== undefined && { save }),
    };
  }
  /** Addresses of an element: the last constants of it, which other operands may read too. */
  const addresses = fabric.elements.map(() => new Map<number, number>());
  function addressConstant(e: number, address: number): number {
    const known = addresses[e]!.get(address);
    if (known !== undefined) return known;
    const used = addresses[e]!.size;
    if (used < fabric.constants) {
      addresses[e]!.set(address, used);
      constants[e]![used] = literal(address);
      return used;
    }
    return random.pick([...addresses[e]!.values()]);
  }

  const slots = Array.from({ length: ii }, () => fabric.banks.map(({ ports }) => ports));
  const words = fabric.elements.map((_, e) => slots.map((free) => wordOf(e, free)));
  const streams = fabric.streams.map((_, s): StreamProgram => {
    const bank = bankOfStream[s]!;
    const bytes = random.pick([1, 2, 4] as const);
    let room = Math.floor(fabric.banks[bank]!.bytes / bytes) - 1;
    const dims = Array.from({ length: random.between(0, fabric.streams[s]!.dims) }, () => {
      const extent = random.between(1, 4);
      const stride = random.between(0, Math.min(9, Math.floor(room / (extent + 1))));
      room -= stride * (extent - 1);
      return { extent: literal(extent), stride: literal(stride * bytes) };
    });
    const base = literal(starts[bank]! + bytes * random.below(Math.max(1, room)));
    return { stream: s, base, dims, bytes, signed: random.chance(0.5) };
  });
  return {
    name: "generated",
    fabricId: 0n,
    ii,
    stages,
    words,
    constants,
    loops: Array.from({ length: levels }, () => ({ kind: "livein", index: random.below(2) }) as const), // prettier-ignore
    streams,
    liveins: ["n", "m"],
    tail: random.between(0, 5),
  };
}

/** A program for one element that executes an operation on values of three streams and writes what comes out. */
export const operationProgram = (op: string, count: number, immediate: number): KernelProgram => {
  const word = (more: Partial<Word>): Word => ({
    op: "NOP",
    operands: [NO_SOURCE, NO_SOURCE, NO_SOURCE],
    negate: false,
    immediate: 0,
    stage: 0,
    drives: [],
    takes: [],
    ...more,
  });
  const stream = (s: number): StreamProgram => ({
    stream: s,
    base: literal(4 * s * count),
    dims: [{ extent: literal(count), stride: literal(4) }],
    bytes: 4,
    signed: true,
  });
  const output: Source = { kind: "output" };
  const operands: [Source, Source, Source] = [
    { kind: "register", register: 0 },
    { kind: "register", register: 1 },
    output,
  ];
  return {
    name: op,
    fabricId: 0n,
    ii: 5,
    stages: 1,
    words: [
      [
        word({ op: "POP", immediate: 0 }),
        word({ op: "POP", immediate: 1, save: 0 }),
        word({ op: "POP", immediate: 2, save: 1 }),
        word({ op, operands, immediate }),
        word({ op: "PUSH", operands: [output, NO_SOURCE, NO_SOURCE], immediate: 3 }),
      ],
    ],
    constants: [[]],
    loops: [literal(count)],
    streams: [0, 1, 2, 3].map(stream),
    liveins: [],
    tail: 0,
  };
};

/** The fabric of {@link operationProgram}: one element that executes everything. */
export const operationFabric = (count: number): object => ({
  name: "one",
  rows: 1,
  cols: 1,
  route: "issue",
  pe: {
    ops: ["mov", "alu", "cmp", "mul", "dot", "sat", "div", "fadd", "fmul", "fma", "fcmp", "fcvt", "sfu", "strm", "mem"], // prettier-ignore
    rf: { regs: 2 },
  },
  cfg: { depth: 8 },
  mem: {
    banks: [{ name: "b", bytes: 16 * count, pes: [0] }],
    streams: [0, 1, 2, 3].map((s) => ({
      name: `s${s}`,
      bank: "b",
      dir: s === 3 ? "out" : "in",
      pes: [0],
    })),
  },
});
