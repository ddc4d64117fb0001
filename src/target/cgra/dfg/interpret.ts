/** Runs kernels by their graphs, iteration after iteration, without a fabric: what every machine must agree with. */
import { addressOf, operations } from "../machine/operation.js";
import { readValue, writeValue } from "../machine/memory.js";
import { numberOf, streamState } from "../machine/stream.js";
import type { FixedOperand } from "./dfg.js";
import type { LoopKernel } from "./loop-kernel.js";
import { operandsOf, type OperandSource } from "./operands.js";

/** A kernel as far as running it needs. */
export type Runnable = Pick<LoopKernel, "graph" | "loops" | "streams">;

/**
 * Runs all iterations on the bytes of the scratchpad, with the numbers given at launch. What went wrong, or undefined.
 */
export function interpretKernel(
  { graph, loops, streams }: Runnable,
  liveins: readonly number[],
  scratchpad: Uint8Array,
): string | undefined {
  const view = new DataView(scratchpad.buffer, scratchpad.byteOffset, scratchpad.byteLength);
  const extents = loops.map((s) => numberOf(s, liveins));
  if (extents.some((n) => n <= 0)) return undefined;
  const generators = new Map(streams.map((s) => [s.stream, streamState(s, liveins)]));
  const order = executionOrder(graph);
  const operands = operandsOf(graph);
  let values = new Int32Array(graph.nodes.length);
  let before = new Int32Array(graph.nodes.length);
  const counters = extents.map(() => 0);
  const isEdge = (kind: "first" | "last", level: number): boolean =>
    counters.every((i, k) => k < level || i === (kind === "first" ? 0 : extents[k]! - 1));
  const fixed = (f: FixedOperand): number => {
    switch (f.kind) {
      case "literal":
        return f.value | 0;
      case "livein":
        return (liveins[f.index] ?? 0) | 0;
      default:
        return Number(isEdge(f.kind, f.level));
    }
  };
  const valueOf = (source: OperandSource | undefined): number => {
    if (source === undefined) return 0;
    if (source.kind === "fixed") return fixed(source.value);
    return (source.distance === 0 ? values : before)[source.node]!;
  };
  let problem: string | undefined;
  /** The value at an address; `write` stores one. */
  const memory = (at: number, bytes: number, signed: boolean, what: string, write?: number) => {
    if (at < 0 || at + bytes > scratchpad.length || at % bytes !== 0) {
      problem ??= `${what} at address ${at} of ${scratchpad.length} bytes`;
      return 0;
    }
    if (write === undefined) return readValue(view, at, bytes, signed);
    writeValue(view, at, bytes, write);
    return 0;
  };

  function step(v: number): number {
    const { opcode, immediate = 0, initial, negate } = graph.nodes[v]!;
    const sources = operands[v]!;
    const read = [0, 1, 2].map((k) => valueOf(sources[k]));
    if (initial !== undefined && isEdge("first", initial.level))
      read[initial.position] = fixed(initial.value);
    const [a = 0, b = 0, c = 0] = read;
    const operation = operations.get(opcode)!;
    const isPredicated = operation.operands[2] === "predicate" && sources[2] !== undefined;
    const holds = !isPredicated || (c !== 0) !== (negate === true);
    if (operation.compute !== undefined)
      return operation.compute(a, b, isPredicated ? Number(holds) : c, immediate);
    const what = `node ${graph.nodes[v]!.id} (${opcode})`;
    if (operation.access !== undefined) {
      const { kind, bytes, signed } = operation.access;
      const at = addressOf(opcode, a, b, immediate);
      if (kind === "load") return memory(at, bytes, signed, what);
      return holds ? memory(at, bytes, signed, what, b) : 0;
    }
    switch (opcode) {
      case "POP":
      case "PUSH": {
        const generator = generators.get(immediate);
        if (generator === undefined || !holds) return 0;
        const { bytes, signed } = generator.program;
        return memory(generator.next(), bytes, signed, what, opcode === "PUSH" ? a : undefined);
      }
      case "IDX":
        return counters[immediate] ?? 0;
      case "FIRST":
      case "LAST":
        return Number(isEdge(opcode === "FIRST" ? "first" : "last", immediate));
      default:
        return 0;
    }
  }

  for (;;) {
    for (const v of order) values[v] = step(v);
    if (problem !== undefined) return problem;
    [values, before] = [before, values];
    let level = counters.length - 1;
    while (level >= 0 && ++counters[level]! === extents[level]!) counters[level--] = 0;
    if (level < 0) return undefined;
  }
}

/** Nodes such that what one needs of its own iteration, and what must precede it, comes before it. */
export function executionOrder({ nodes, edges }: LoopKernel["graph"]): readonly number[] {
  const within = edges.filter(({ distance }) => distance === 0);
  const open = nodes.map(() => 0);
  const next: number[][] = nodes.map(() => []);
  for (const { from, to } of within) {
    open[to]!++;
    next[from]!.push(to);
  }
  const order = nodes.flatMap((_, v) => (open[v] === 0 ? [v] : []));
  for (const v of order) for (const to of next[v]!) if (--open[to]! === 0) order.push(to);
  return order;
}
