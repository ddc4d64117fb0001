/** From a mapping to what the fabric executes: a word for each element and slot, constants, loops and streams. */
import type { Diagnostic } from "../../../support/diagnostic.js";
import type { FixedOperand } from "../dfg/dfg.js";
import type { LoopKernel } from "../dfg/loop-kernel.js";
import { operandsOf } from "../dfg/operands.js";
import type { Excess } from "../map/excess.js";
import { slotOf, type Mapping } from "../map/mapping.js";
import type { Problem } from "../map/places.js";
import { allocate } from "./allocate.js";
import { machineCodes as codes } from "./codes.js";
import { numbersOf } from "./constants.js";
import { idleWord } from "./encode-word.js";
import { fabricIdOf } from "./fabric-id.js";
import { hasCrossbars, MOST_STAGES, portsOf } from "./layout.js";
import { operations } from "./operation.js";
import { originsOf } from "./origin.js";
import { NO_SOURCE, type KernelProgram, type Setting, type Source, type Word } from "./program.js";

/** What surrounds the graph of a kernel. */
export type Frame = Pick<LoopKernel, "name" | "loops" | "streams" | "spans"> & {
  readonly liveins: readonly { readonly name: string }[];
};

/** A program; or what the mapping takes too much of, for the search to avoid; or why no mapping helps. */
export type Realisation =
  | { readonly kind: "program"; readonly program: KernelProgram }
  | { readonly kind: "excess"; readonly excesses: readonly Excess[] }
  | { readonly kind: "refused"; readonly diagnostic: Diagnostic };

type MutableWord = { -readonly [K in keyof Word]: Word[K] };

/** The program of a mapping that keeps the rules of its fabric. */
export function realise(problem: Problem, frame: Frame, mapping: Mapping): Realisation {
  const refusal = frameProblem(problem, frame) ?? stageProblem(problem, frame, mapping);
  if (refusal !== undefined) return { kind: "refused", diagnostic: refusal };
  const allocation = allocate(problem, mapping);
  if ("excesses" in allocation) return { kind: "excess", excesses: allocation.excesses };
  const { fabric, graph, latencies } = problem;
  const { ii, elements, times, routes } = mapping;
  const ports = portsOf(fabric);
  const linksOut = (p: number): number => (hasCrossbars(fabric) ? ports.outOf[p]!.length : 0);
  const words = fabric.elements.map((_, p) =>
    Array.from({ length: ii }, (): MutableWord => idleWord(linksOut(p))),
  );
  const wordAt = (p: number, time: number): MutableWord => words[p]![slotOf(time, ii)]!;
  const constants: Setting[][] = fabric.elements.map(() => []);

  const operandsOfAll = operandsOf(graph);
  for (const [v, node] of graph.nodes.entries()) {
    const p = elements[v]!;
    const word = wordAt(p, times[v]!);
    const operands = operandsOfAll[v]!.map((o) =>
      o?.kind === "node" ? allocation.find(o.node, p, times[v]! + o.distance * ii) : undefined,
    );
    const lost = operandsOfAll[v]!.find((o, i) => o?.kind === "node" && operands[i] === undefined);
    if (lost?.kind === "node") {
      const reason = `node ${node.id} does not find the value of node ${graph.nodes[lost.node]!.id}`;
      return refused(codes.notRealisable({ kernel: frame.name, reason }));
    }
    word.op = node.opcode;
    word.stage = Math.floor(times[v]! / ii);
    word.negate = node.negate === true;
    word.immediate = node.immediate ?? 0;
    const numbers = numbersOf(node, fabric)[Symbol.iterator]();
    /** The next number among the operands of the node, which the iterator follows. */
    const sourceOf = (operand: FixedOperand): Source => {
      if (operand.kind === "first" || operand.kind === "last") return operand;
      const { setting, place } = numbers.next().value!;
      if (place === "zero") return NO_SOURCE;
      if (place === "immediate") {
        word.immediate = (setting as { readonly value: number }).value;
        return { kind: "immediate" };
      }
      return { kind: "constant", constant: placeOf(constants[p]!, setting) };
    };
    const fixed = [0, 1, 2].map((i) => node.fixed?.[i] && sourceOf(node.fixed[i]));
    word.operands = operands.map((o, i) => o ?? fixed[i] ?? NO_SOURCE) as [Source, Source, Source];
    const predicate = operands[2] === undefined ? node.fixed?.[2] : undefined;
    const isPredicated = operations.get(node.opcode)?.operands[2] === "predicate";
    // A missing predicate is 1, and there is nothing to negate.
    if (operandsOfAll[v]![2] === undefined) word.negate = false;
    if (isPredicated && predicate?.kind === "literal") {
      word.operands = [word.operands[0], word.operands[1], NO_SOURCE];
      word.negate = (predicate.value === 0) !== word.negate;
    }
    if (node.initial !== undefined)
      word.initial = { ...node.initial, value: sourceOf(node.initial.value) };
    if (constants[p]!.length > fabric.constants) {
      const reason = `element ${p} needs ${constants[p]!.length} constants`;
      return refused(codes.notRealisable({ kernel: frame.name, reason }));
    }
  }
  for (const [u, { moves }] of routes.entries())
    for (const { element, time } of moves) {
      const word = wordAt(element, time);
      const from = allocation.find(u, element, time);
      if (from === undefined) {
        const reason = `a move on element ${element} finds nothing`;
        return refused(codes.notRealisable({ kernel: frame.name, reason }));
      }
      word.op = "MOV";
      word.stage = Math.floor(time / ii);
      word.operands = [from, NO_SOURCE, NO_SOURCE];
    }
  for (const { element, time, register, link } of allocation.writes) {
    const word = wordAt(element, time);
    if (link === undefined) word.save = register;
    else word.takes = [...word.takes, { link: ports.into[element]!.indexOf(link), register }];
  }
  for (const { link, time, source } of allocation.drives) {
    const { from } = fabric.links[link]!;
    const word = wordAt(from, time);
    word.drives = word.drives.with(ports.outOf[from]!.indexOf(link), source);
  }
  const stages = 1 + Math.max(0, ...words.flat().map((w) => (w.op === "NOP" ? 0 : w.stage)));
  const last = Math.max(0, ...graph.nodes.map((_, v) => times[v]! + latencies[v]! - 1));
  const origins = originsOf(graph, mapping, frame.spans);
  return {
    kind: "program",
    program: {
      name: frame.name,
      fabricId: fabricIdOf(fabric),
      ii,
      stages,
      words: words.map((slots) => slots.map(ordered)),
      constants,
      loops: frame.loops,
      streams: frame.streams,
      liveins: frame.liveins.map(({ name }) => name),
      tail: Math.max(0, last - stages * ii + 1),
      ...(origins !== undefined && { origins }),
    },
  };
}

const refused = (diagnostic: Diagnostic): Realisation => ({ kind: "refused", diagnostic });

/** Registers that several links fill, in the order of the links. */
const ordered = (word: Word): Word => ({
  ...word,
  takes: [...word.takes].sort((a, b) => a.link - b.link),
});

/** The register of a constant, a new one where it has none. */
function placeOf(constants: Setting[], setting: Setting): number {
  const isSame = (other: Setting): boolean =>
    setting.kind === "literal"
      ? other.kind === "literal" && other.value === setting.value
      : other.kind === "livein" && other.index === setting.index;
  const at = constants.findIndex(isSame);
  return at >= 0 ? at : constants.push(setting) - 1;
}

/** What the fabric has too little of for the kernel, whatever the mapping. */
function frameProblem({ fabric, graph }: Problem, frame: Frame): Diagnostic | undefined {
  const needs = (what: string, needed: number, available: number): Diagnostic | undefined =>
    needed <= available
      ? undefined
      : codes.kernelTooLarge({ kernel: frame.name, what, needed, available, fabric: fabric.name });
  const counts = [
    needs("hardware loops", frame.loops.length, fabric.control.loops),
    needs("launch numbers", frame.liveins.length, fabric.control.liveins),
    ...frame.streams.map(
      ({ stream, dims }) =>
        needs("streams", stream + 1, fabric.streams.length) ??
        needs("counters of a stream", dims.length, fabric.streams[stream]!.dims),
    ),
  ];
  const levels = graph.nodes.flatMap(({ fixed, initial, opcode, immediate }) => [
    ...(fixed ?? []).flatMap((f) => (f?.kind === "first" || f?.kind === "last" ? [f.level] : [])),
    ...(initial === undefined ? [] : [initial.level]),
    ...(/^(IDX|FIRST|LAST)$/.test(opcode) ? [immediate ?? 0] : []),
  ]);
  const limit = 2 ** (fabric.immediateBits - 1);
  const wide = graph.nodes.find(({ immediate = 0 }) => immediate < -limit || immediate >= limit);
  return (
    counts.find((d) => d !== undefined) ??
    needs("hardware loops", Math.max(0, ...levels.map((l) => l + 1)), frame.loops.length) ??
    (wide === undefined
      ? undefined
      : codes.wideImmediate({ value: wide.immediate!, op: wide.op, bits: fabric.immediateBits }))
  );
}

function stageProblem(
  { fabric }: Problem,
  { name }: Frame,
  { ii, times, routes }: Mapping,
): Diagnostic | undefined {
  const latest = Math.max(0, ...times, ...routes.flatMap(({ moves }) => moves.map((m) => m.time)));
  const needed = Math.floor(latest / ii) + 1;
  if (needed <= MOST_STAGES) return undefined;
  const what = "overlapping iterations";
  return codes.kernelTooLarge({ kernel: name, what, needed, available: MOST_STAGES, fabric: fabric.name }); // prettier-ignore
}
