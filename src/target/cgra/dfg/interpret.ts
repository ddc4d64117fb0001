/** What a kernel means: its iterations one after another, each operation once, without any fabric. */
import { readValue, writeValue } from "../machine/memory.js";
import { addressOf, operations } from "../machine/operation.js";
import type { Setting, StreamProgram } from "../machine/program.js";
import { numberOf, streamState } from "../machine/stream.js";
import type { Dfg, FixedOperand } from "./dfg.js";
import { operandEdges } from "./operands.js";

export interface InterpretOptions {
  readonly loops: readonly Setting[];
  readonly streams: readonly StreamProgram[];
  readonly liveins?: readonly number[];
  /** All banks one after another; changed. */
  readonly memory: Uint8Array;
  readonly iterationLimit?: number;
}

const ITERATION_LIMIT = 10_000_000;

/** Runs the graph; a text of what it cannot do. Values of iterations before the first are 0. */
export function interpretGraph(graph: Dfg, options: InterpretOptions): string | undefined {
  const { memory, liveins = [] } = options;
  const order = iterationOrder(graph);
  const edges = graph.nodes.map((_, v) => operandEdges(graph, v));
  const tooMany = edges.indexOf(undefined);
  if (tooMany >= 0) return `node ${graph.nodes[tooMany]!.id} has too many operands`;
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  const streams = new Map(options.streams.map((s) => [s.stream, streamState(s, liveins)]));
  const extents = options.loops.map((extent) => Math.max(0, numberOf(extent, liveins)));
  const trip = extents.reduce((a, b) => a * b, 1);
  if (trip > (options.iterationLimit ?? ITERATION_LIMIT)) return `it has ${trip} iterations`;
  const depth = 1 + Math.max(0, ...graph.edges.map((e) => e.distance));
  /** Values of the last iterations, by iteration modulo their number. */
  const history = Array.from({ length: depth }, () => new Int32Array(graph.nodes.length));
  const counters = extents.map(() => 0);
  let problem: string | undefined;
  for (let i = 0; i < trip && problem === undefined; i++) {
    const isEdge = (kind: "first" | "last", level: number): number =>
      Number(counters.every((n, l) => l < level || n === (kind === "first" ? 0 : extents[l]! - 1)));
    const fixedValue = (operand: FixedOperand): number =>
      "level" in operand ? isEdge(operand.kind, operand.level) : numberOf(operand, liveins);
    const values = history[i % depth]!;
    for (const v of order) {
      const node = graph.nodes[v]!;
      const operation = operations.get(node.opcode)!;
      const operand = (position: number): number => {
        const { initial } = node;
        if (initial?.position === position && isEdge("first", initial.level) === 1)
          return fixedValue(initial.value);
        const edge = edges[v]![position];
        if (edge !== undefined) {
          const from = i - edge.distance;
          return from < 0 ? 0 : history[from % depth]![edge.from]!;
        }
        const given = node.fixed?.[position];
        if (given !== undefined) return fixedValue(given);
        return operation.operands[position] === "predicate" ? 1 : 0;
      };
      const a = operand(0);
      const b = operand(1);
      const third = operand(2);
      const isNegated = node.negate === true && operation.operands[2] === "predicate";
      const c = isNegated ? Number(third === 0) : third;
      const immediate = node.immediate ?? 0;
      values[v] = resultOf(v, a, b, c, immediate);
    }
    for (let level = extents.length - 1; level >= 0; level--) {
      if (++counters[level]! < extents[level]!) break;
      counters[level] = 0;
    }

    function resultOf(v: number, a: number, b: number, c: number, immediate: number): number {
      const { opcode, id } = graph.nodes[v]!;
      const { access, compute } = operations.get(opcode)!;
      if (compute !== undefined) return compute(a, b, c, immediate);
      const isInside = (address: number, bytes: number): boolean => {
        if (address >= 0 && address + bytes <= memory.length && address % bytes === 0) return true;
        problem ??= `node ${id} accesses ${bytes} bytes at ${address}`;
        return false;
      };
      if (access !== undefined) {
        const address = addressOf(opcode, a, b, immediate);
        if (access.kind === "store" && c === 0) return 0;
        if (!isInside(address, access.bytes)) return 0;
        if (access.kind === "load") return readValue(view, address, access.bytes, access.signed);
        writeValue(view, address, access.bytes, b);
        return 0;
      }
      if (opcode === "IDX") return counters[immediate] ?? 0;
      if (opcode === "FIRST") return isEdge("first", immediate);
      if (opcode === "LAST") return isEdge("last", immediate);
      if (opcode !== "POP" && opcode !== "PUSH") {
        problem ??= `node ${id}: ${opcode} is not executed`;
        return 0;
      }
      const stream = streams.get(immediate);
      if (stream === undefined) {
        problem ??= `node ${id}: stream ${immediate} is not set`;
        return 0;
      }
      if (c === 0) return 0;
      const { bytes, signed } = stream.program;
      const address = stream.next();
      if (!isInside(address, bytes)) return 0;
      if (opcode === "POP") return readValue(view, address, bytes, signed);
      writeValue(view, address, bytes, a);
      return 0;
    }
  }
  return problem;
}

/** Nodes such that what they take from their own iteration comes before them. */
function iterationOrder({ nodes, edges }: Dfg): number[] {
  const open = nodes.map(() => 0);
  const within = edges.filter((e) => e.distance === 0);
  for (const { to } of within) open[to]!++;
  const order = nodes.flatMap((_, v) => (open[v] === 0 ? [v] : []));
  for (const v of order)
    for (const { from, to } of within) if (from === v && --open[to]! === 0) order.push(to);
  return order;
}
