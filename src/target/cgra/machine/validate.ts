/** What a program asks for must exist on its fabric: images and texts come from anywhere. */
import { hasCrossbars, MOST_STAGES, portsOf } from "./layout.js";
import { opcodes } from "../opcodes.js";
import type { Fabric } from "../fabric/fabric.js";
import { originsProblem } from "./origin.js";
import { NO_SOURCE, type KernelProgram, type Setting, type Source, type Word } from "./program.js";
import { BadWord, wordCode, type ElementPorts } from "./encode-word.js";
import { layoutOf } from "./layout.js";

/** By element: what words of it may name. */
export function elementPorts(fabric: Fabric): readonly ElementPorts[] {
  const { into, outOf } = portsOf(fabric);
  return fabric.elements.map(({ registers: { regs, write } }, p) => ({
    linksIn: into[p]!.length,
    linksOut: hasCrossbars(fabric) ? outOf[p]!.length : 0,
    registers: regs,
    writePorts: regs === 0 ? 0 : write,
    besides: into[p]!.map((link) => {
      const { registers } = fabric.elements[fabric.links[link]!.from]!;
      return registers.visible === "neighbours" ? registers.regs : 0;
    }),
  }));
}

/** Why the fabric cannot execute the program; undefined when it can. */
export function programProblem(fabric: Fabric, program: KernelProgram): string | undefined {
  const { ii, stages, words, constants, loops, streams, liveins, tail } = program;
  const known = (s: Setting): boolean =>
    s.kind === "literal" ? s.value === (s.value | 0) : s.index >= 0 && s.index < liveins.length;
  const { configuration, control, elements } = fabric;
  if (ii < 1 || ii > configuration.depth) return `the interval is ${ii}, and elements hold ${configuration.depth} words`; // prettier-ignore
  if (stages < 1 || stages > MOST_STAGES) return `it has ${stages} stages`;
  if (tail < 0 || tail > 65535) return `it ends ${tail} cycles after its last word`;
  if (loops.length > control.loops) return `it has ${loops.length} loops`;
  if (liveins.length > control.liveins) return `it has ${liveins.length} launch numbers`;
  if (!loops.every(known)) return "the extent of a loop is no number";
  if (words.length !== elements.length || constants.length !== elements.length)
    return `it is for ${words.length} elements`;
  const seen = new Set<number>();
  for (const { stream, base, dims, bytes } of streams) {
    const own = fabric.streams[stream];
    if (own === undefined || seen.has(stream)) return `there is no stream ${stream}, or it comes twice`; // prettier-ignore
    seen.add(stream);
    if (dims.length > own.dims) return `stream ${stream} has ${dims.length} counters`;
    if (![1, 2, 4].includes(bytes)) return `stream ${stream} has elements of ${bytes} bytes`;
    if (![base, ...dims.flatMap((d) => [d.extent, d.stride])].every(known))
      return `a setting of stream ${stream} is no number`;
  }
  const ports = elementPorts(fabric);
  const code = wordCode(layoutOf(fabric));
  for (let p = 0; p < elements.length; p++) {
    if (constants[p]!.length > fabric.constants || !constants[p]!.every(known))
      return `element ${p} has constants it cannot have`;
    if (words[p]!.length !== ii) return `element ${p} has ${words[p]!.length} words`;
    for (const [slot, word] of words[p]!.entries()) {
      const what = wordProblem(fabric, program, p, word) ?? bitsProblem(() => code.encode(word, ports[p]!)); // prettier-ignore
      if (what !== undefined) return `element ${p}, slot ${slot}: ${what}`;
    }
  }
  return originsProblem(program);
}

function bitsProblem(encode: () => unknown): string | undefined {
  try {
    encode();
    return undefined;
  } catch (error) {
    if (error instanceof BadWord) return error.message;
    throw error;
  }
}

/** What a word names that is not there, beyond what its bits can say. */
function wordProblem(
  fabric: Fabric,
  { stages, loops, constants }: KernelProgram,
  p: number,
  word: Word,
): string | undefined {
  const { op, operands, initial, immediate, stage } = word;
  const opcode = opcodes.get(op);
  if (opcode === undefined) return `there is no operation ${op}`;
  if (op === "EXIT") return "loops that end by a condition are not executed";
  // Every element can do nothing.
  if (op !== "NOP" && !fabric.elements[p]!.ops.has(opcode.class)) return `it does not execute ${op}`; // prettier-ignore
  if (stage >= stages) return `stage ${stage} of ${stages}`;
  const levels = loops.length;
  const isKnown = (s: Source): boolean =>
    s.kind === "constant" ? s.constant < constants[p]!.length : !("level" in s) || s.level < levels;
  if (![...operands, initial?.value ?? NO_SOURCE].every(isKnown)) return "an operand is not set";
  if (initial !== undefined && initial.level >= levels) return `there is no loop ${initial.level}`;
  if (opcode.class === "strm") {
    const stream = fabric.streams[immediate];
    if (stream?.elements.includes(p) !== true) return `stream ${immediate} is not there`;
  }
  if (opcode.class === "ctl" && !(immediate >= 0 && immediate < levels))
    return `there is no loop ${immediate}`;
  return undefined;
}
