/**
 * Generated loop kernels for a fabric: streams and computed addresses, carried values, predicates, nests. Addresses stay
 * in the scratchpad, and no two operations touch the same bytes without an order, so that any schedule gives the same.
 */
import type { Dfg, DfgEdge, DfgNode, FixedOperand } from "../../target/cgra/dfg/dfg.js";
import { bankOf, type Fabric } from "../../target/cgra/fabric/fabric.js";
import { operations } from "../../target/cgra/machine/operation.js";
import type { Setting, StreamProgram } from "../../target/cgra/machine/program.js";
import { opcodes } from "../../target/cgra/opcodes.js";
import type { Random } from "./random.js";

export interface GeneratedKernel {
  readonly name: string;
  readonly graph: Dfg;
  readonly loops: readonly Setting[];
  readonly streams: readonly StreamProgram[];
  readonly liveins: readonly { readonly name: string }[];
  /** Launch numbers; the first is the extent of the innermost loop. */
  readonly numbers: readonly number[];
}

/** Iterations of the innermost loop at most: what streams write stays in their region. */
export const MOST_ITERATIONS = 48;

/** Each bank: this much is only read; above are regions, one for each operation that writes. */
const READ_BYTES = 1024;
const REGION_BYTES = 256;

const COMPUTING = [...operations.values()].filter(
  ({ name, compute }) => compute !== undefined && name !== "CONST",
);

export function generateKernel(random: Random, fabric: Fabric): GeneratedKernel {
  const nodes: DfgNode[] = [];
  const edges: DfgEdge[] = [];
  const numbers = [0, ...Array.from({ length: 3 }, () => wide(random))];
  const livein = (index: number): Setting => ({ kind: "livein", index });
  const literal = (value: number): Setting => ({ kind: "literal", value });
  const levels = random.between(1, fabric.control.loops);
  const outer = Array.from({ length: levels - 1 }, () => random.between(1, 3));
  const loops = [...outer.map(literal), livein(0)];
  const bankStart = (bank: number): number =>
    fabric.banks.slice(0, bank).reduce((sum, b) => sum + b.bytes, 0);
  /** Regions of banks that are still free for writing. */
  const regions = fabric.banks.map((b) => Math.floor((b.bytes - READ_BYTES) / REGION_BYTES));
  const classes = new Set(fabric.elements.flatMap(({ ops }) => [...ops]));
  const executable = COMPUTING.filter(({ name }) => classes.has(opcodes.get(name)!.class));

  /** Nodes whose values others may take. */
  const values: number[] = [];
  const unused = new Set<number>();
  const edge = (from: number, to: number, distance: number, kind: DfgEdge["kind"]): void => {
    edges.push({ from, to, distance, kind });
    unused.delete(from);
  };
  const add = (opcode: string, more: Partial<DfgNode> = {}): number => {
    const id = nodes.length;
    nodes.push({ id, op: opcode, opcode, ...more });
    return id;
  };
  const result = (v: number): number => {
    values.push(v);
    unused.add(v);
    return v;
  };
  const some = (): number =>
    unused.size > 0 && random.chance(0.6) ? random.pick([...unused]) : random.pick(values);
  const number = (): FixedOperand =>
    random.weighted<() => FixedOperand>([
      [2, () => literal(random.between(-3, 3))],
      [1, () => literal(wide(random))],
      [1, () => livein(random.between(1, 3))],
    ])();
  const flag = (): FixedOperand => ({
    kind: random.pick(["first", "last"]),
    level: random.below(levels),
  });

  function stream(direction: "in" | "out"): void {
    const used = new Set(
      nodes.flatMap((n) => (/^(POP|PUSH)$/.test(n.opcode) ? [n.immediate] : [])),
    );
    const free = fabric.streams.flatMap((s, i) => (s.direction === direction && !used.has(i) ? [i] : [])); // prettier-ignore
    if (free.length === 0) return;
    const index = random.pick(free);
    const opcode = direction === "in" ? "POP" : "PUSH";
    const bank = fabric.banks.findIndex((b) => b.name === fabric.streams[index]!.bank);
    if (direction === "out" && regions[bank] === 0) return;
    const bytes = random.pick([1, 2, 4] as const);
    const room = direction === "in" ? READ_BYTES : REGION_BYTES;
    const base = bankStart(bank) + (direction === "in" ? 0 : READ_BYTES + REGION_BYTES * --regions[bank]!); // prettier-ignore
    // A dimension for each loop, the outer ones as far as there is room.
    let left = room - MOST_ITERATIONS * bytes;
    const strides = outer.map((extent) => {
      const most = Math.floor(left / Math.max(1, extent - 1) / bytes);
      const stride = extent > 1 && most > 0 ? random.below(most + 1) * bytes : 0;
      left -= stride * (extent - 1);
      return stride;
    });
    streams.push({
      stream: index,
      base: literal(base),
      dims: [...strides, random.chance(0.8) ? bytes : 0].map((stride, d) => ({
        extent: loops[d]!,
        stride: literal(stride),
      })),
      bytes,
      signed: random.chance(0.5),
    });
    const predicate = random.chance(0.3) ? flag() : undefined;
    const v = add(opcode, {
      immediate: index,
      fixed: [undefined, undefined, predicate],
      negate: predicate !== undefined && random.chance(0.5),
    });
    if (direction === "in") result(v);
    else edge(some(), v, 0, "I1");
  }

  /** An address in a region of a bank: any value, masked; undefined where no element reaches the bank alone. */
  function access(kind: "load" | "store"): void {
    const candidates = fabric.banks.flatMap((bank, b) => {
      const elements = bank.elements.filter(
        (e) => fabric.elements[e]!.ops.has("mem") && bankOf(fabric, { opcode: "LD" }, e) === bank,
      );
      return elements.length > 0 && (kind === "load" || regions[b]! > 0) ? [{ b, elements }] : [];
    });
    if (candidates.length === 0) return;
    const { b, elements } = random.pick(candidates);
    const opcode = random.pick(
      kind === "load" ? ["LD", "LDB", "LDUB", "LDH"] : ["ST", "STB", "STH"],
    );
    const { bytes } = operations.get(opcode)!.access!;
    const room = kind === "load" ? READ_BYTES : REGION_BYTES;
    const base = bankStart(b) + (kind === "load" ? 0 : READ_BYTES + REGION_BYTES * --regions[b]!);
    const value = some();
    const mask = result(add("AND", { fixed: [undefined, literal((room - 1) & ~(bytes - 1))] }));
    edge(value, mask, 0, "I1");
    const limit = 2 ** (fabric.immediateBits - 1);
    let address = mask;
    if (base >= limit) {
      address = result(add("ADD", { fixed: [undefined, literal(base)] }));
      edge(mask, address, 0, "I1");
    }
    const immediate = base < limit ? base : 0;
    if (kind === "load") {
      edge(address, result(add(opcode, { immediate, elements })), 0, "I1");
      return;
    }
    const isFlag = random.chance(0.3);
    const predicate = isFlag ? flag() : undefined;
    const v = add(opcode, {
      immediate,
      elements,
      fixed: [undefined, undefined, predicate],
      negate: random.chance(0.3),
    });
    edge(address, v, 0, "I1");
    edge(some(), v, 0, "I2");
    if (!isFlag && random.chance(0.3)) edge(some(), v, 0, "P");
    if (random.chance(0.5)) readBack(v, opcode, address, base, immediate, elements);
  }

  /** A load of what a store wrote in this iteration, ordered behind it and before the next one. */
  function readBack(
    store: number,
    opcode: string,
    address: number,
    base: number,
    immediate: number,
    elements: readonly number[],
  ): void {
    const load = result(
      add({ ST: "LD", STB: "LDUB", STH: "LDH" }[opcode]!, { immediate, elements }),
    );
    edge(address, load, 0, "I1");
    edges.push({ from: store, to: load, distance: 0, kind: "O" });
    edges.push({ from: load, to: store, distance: 1, kind: "O" });
  }

  function compute(): void {
    const { name, operands } = random.pick(executable);
    const fixed: (FixedOperand | undefined)[] = [];
    const v = add(name, name === "UNPK" ? { immediate: random.below(12) } : {});
    let initial: DfgNode["initial"];
    const kinds = ["I1", "I2", "I3"] as const;
    operands.forEach((role, position) => {
      if (role === undefined) return;
      const isPredicate = role === "predicate";
      if (isPredicate && random.chance(0.4)) fixed[position] = flag();
      else if (!isPredicate && random.chance(0.25)) fixed[position] = number();
      else if (role === "accumulator" && random.chance(0.2)) return;
      else if (initial === undefined && !isPredicate && random.chance(0.3)) {
        // A value of the iteration before: its own, or one that exists already.
        const from = random.chance(0.6) || values.length === 0 ? v : random.pick(values);
        edges.push({ from, to: v, distance: 1, kind: kinds[position]! });
        unused.delete(from);
        initial = { position: position as 0 | 1 | 2, level: 0, value: number() };
      } else if (values.length > 0) edge(some(), v, 0, isPredicate ? "P" : kinds[position]!);
      else fixed[position] = number();
    });
    const isPredicated = operations.get(name)!.operands[2] === "predicate";
    nodes[v] = {
      ...nodes[v]!,
      fixed,
      ...(initial !== undefined && { initial }),
      negate: isPredicated && random.chance(0.3),
    };
    result(v);
  }

  const streams: StreamProgram[] = [];
  result(add("IDX", { immediate: random.below(levels) }));
  if (random.chance(0.7)) stream("in");
  const size = random.between(1, 14);
  for (let i = 0; i < size; i++)
    random.weighted([
      [6, compute],
      [1, () => access("load")],
      [1, () => stream("in")],
      [1, () => result(add(random.pick(["FIRST", "LAST"]), { immediate: random.below(levels) }))],
    ])();
  const outputs = random.between(1, 3);
  for (let i = 0; i < outputs; i++) random.chance(0.5) ? stream("out") : access("store");
  if (random.chance(0.2)) restart(random, nodes, edges, levels);
  return {
    name: "generated",
    graph: { name: "generated", nodes, edges },
    loops,
    streams,
    liveins: numbers.map((_, i) => ({ name: `n${i}` })),
    numbers,
  };
}

/** Carried values that start again in inner loops. */
function restart(
  random: Random,
  nodes: DfgNode[],
  edges: readonly DfgEdge[],
  levels: number,
): void {
  nodes.forEach((node, v) => {
    const carried = edges.some((e) => e.to === v && e.distance > 0 && e.kind !== "O");
    if (node.initial === undefined || !carried || !random.chance(0.5)) return;
    nodes[v] = { ...node, initial: { ...node.initial, level: random.below(levels) } };
  });
}

/** Numbers with many bits, floats among them. */
function wide(random: Random): number {
  if (random.chance(0.3)) {
    const float = new Float32Array([(random.below(2000) - 1000) / 8]);
    return new Int32Array(float.buffer)[0]!;
  }
  return random.between(-0x80000000, 0x7fffffff);
}
