/**
 * A program as flat tables that a machine steps through fast. All that operands can be stands in one array of values:
 * outputs, links, constants, immediates, counters of the stages, registers.
 */
import type { Fabric } from "../fabric/fabric.js";
import { latencyOf } from "../fabric/fabric.js";
import { opcodes } from "../opcodes.js";
import { hasCrossbars, portsOf } from "./layout.js";
import { hasResult, operations } from "./operation.js";
import type { KernelProgram, Setting, Source, Word } from "./program.js";

/** Position of an operand in the values; registers turn with the rounds. */
export interface Place {
  /** In the values; for registers of the first one of the file. */
  readonly at: number;
  /** Registers of the file; 0 for what does not turn. */
  readonly regs: number;
  readonly register: number;
}

/** What is known of an issued word. */
export interface Issue {
  readonly element: number;
  readonly op: string;
  readonly opcode: number;
  readonly stage: number;
  readonly a: Place;
  readonly b: Place;
  readonly c: Place;
  readonly isPredicated: boolean;
  readonly negate: boolean;
  readonly immediate: number;
  /** -1 for none. */
  readonly initialAt: number;
  readonly initialFlag: number;
  readonly initial: number;
  readonly latency: number;
  readonly hasResult: boolean;
  /** Bytes of a memory access; 0 for none. */
  readonly bytes: number;
  readonly signed: boolean;
}

/** A link that takes a value, in an order in which what it takes is known. */
export interface Drive {
  readonly link: number;
  readonly latency: number;
  readonly from: Place;
}

export interface RegisterTake {
  readonly file: Place;
  readonly from: number;
}

export interface Slot {
  readonly issues: readonly Issue[];
  readonly drives: readonly Drive[];
  readonly takes: readonly RegisterTake[];
}

/** Values a stage: whether its iteration is first, last, and where, by loop. */
export const PER_LEVEL = 3;

export interface Loaded {
  readonly fabric: Fabric;
  readonly program: KernelProgram;
  readonly slots: readonly Slot[];
  /** Values as they are before launch; constants from launch numbers are set then. */
  readonly values: Int32Array;
  readonly launchConstants: readonly { readonly at: number; readonly setting: Setting }[];
  readonly stageBase: number;
  /** Values of one stage. */
  readonly stageSize: number;
  readonly linkBase: number;
  readonly maxLatency: number;
  readonly maxLinkLatency: number;
}

/** The tables of a program of the fabric; a text where links drive each other in a circle. */
export function load(fabric: Fabric, program: KernelProgram): Loaded | string {
  const { into, outOf } = portsOf(fabric);
  const crossbars = hasCrossbars(fabric);
  const count = fabric.elements.length;
  const levels = program.loops.length;
  const zero = count;
  const linkBase = count + 1;
  const stageBase = linkBase + fabric.links.length;
  const stageSize = levels * PER_LEVEL;
  let size = stageBase + stageSize * program.stages;
  const registerBase = fabric.elements.map(({ registers }) => (size += registers.regs) - registers.regs); // prettier-ignore
  const preset = new Map<number, number>();
  const launchConstants: { at: number; setting: Setting }[] = [];
  const constantAt = program.constants.map((settings) =>
    settings.map((setting) => {
      const at = size++;
      if (setting.kind === "literal") preset.set(at, setting.value);
      else launchConstants.push({ at, setting });
      return at;
    }),
  );
  const fixed = (at: number): Place => ({ at, regs: 0, register: 0 });
  const register = (p: number, r: number): Place => ({
    at: registerBase[p]!,
    regs: fabric.elements[p]!.registers.regs,
    register: r,
  });
  const numbers = new Map<number, number>();
  const number = (value: number): number => {
    const known = numbers.get(value) ?? size++;
    numbers.set(value, known);
    preset.set(known, value);
    return known;
  };

  function placeOf(p: number, word: Word, source: Source): Place {
    const edges = stageBase + word.stage * stageSize;
    switch (source.kind) {
      case "none":
        return fixed(zero);
      case "immediate":
        return fixed(number(word.immediate));
      case "output":
        return fixed(p);
      case "constant":
        return fixed(constantAt[p]![source.constant] ?? zero);
      case "first":
        return fixed(edges + source.level * PER_LEVEL);
      case "last":
        return fixed(edges + source.level * PER_LEVEL + 1);
      case "link":
        return fixed(linkBase + into[p]![source.link]!);
      case "register":
        return register(p, source.register);
      case "neighbour-output":
        return fixed(fabric.links[into[p]![source.link]!]!.from);
      case "neighbour-register":
        return register(fabric.links[into[p]![source.link]!]!.from, source.register);
    }
  }

  function issueOf(p: number, word: Word): Issue {
    const { op, operands, initial, immediate } = word;
    const { operands: roles, access } = operations.get(op)!;
    const [a, b, c] = operands.map((o) => placeOf(p, word, o)) as [Place, Place, Place];
    const edges = stageBase + word.stage * stageSize;
    const isPredicate = roles[2] === "predicate";
    const isEdge = op === "IDX" || op === "FIRST" || op === "LAST";
    const kept = { IDX: 2, FIRST: 0, LAST: 1 }[op] ?? 0;
    return {
      element: p,
      op,
      opcode: opcodes.get(op)!.number,
      stage: word.stage,
      // What the sequencer knows is an operand like others.
      a: isEdge ? fixed(edges + immediate * PER_LEVEL + kept) : a,
      b,
      // A predicate that is not given is 1.
      c: isPredicate && operands[2].kind === "none" ? fixed(number(1)) : c,
      isPredicated: isPredicate,
      negate: word.negate && isPredicate,
      immediate,
      initialAt: initial?.position ?? -1,
      initialFlag: initial === undefined ? 0 : edges + initial.level * PER_LEVEL,
      initial: initial === undefined ? 0 : placeOf(p, word, initial.value).at,
      latency: latencyOf(fabric, op),
      hasResult: hasResult(op),
      bytes: access?.bytes ?? 0,
      signed: access?.signed ?? false,
    };
  }

  const slots: Slot[] = [];
  for (let slot = 0; slot < program.ii; slot++) {
    const issues: Issue[] = [];
    const takes: RegisterTake[] = [];
    const driven: { link: number; latency: number; from: Place }[] = [];
    program.words.forEach((words, p) => {
      const word = words[slot]!;
      if (word.op !== "NOP") issues.push(issueOf(p, word));
      if (word.save !== undefined) takes.push({ file: register(p, word.save), from: p });
      for (const take of word.takes)
        takes.push({ file: register(p, take.register), from: linkBase + into[p]![take.link]! });
      if (!crossbars) return;
      outOf[p]!.forEach((link, i) => {
        const from = placeOf(p, word, word.drives[i]!);
        driven.push({ link, latency: fabric.links[link]!.latency, from });
      });
    });
    // What nothing drives is 0, which matters where it is read.
    const isLink = (at: number): boolean => at >= linkBase && at < stageBase;
    const read = new Set(
      [...issues.flatMap(({ a, b, c }) => [a.at, b.at, c.at]), ...takes.map((t) => t.from)].filter(
        isLink,
      ),
    );
    for (const { from } of driven) if (isLink(from.at)) read.add(from.at);
    const isUsed = ({ link, latency, from }: Drive): boolean =>
      from.at !== zero || latency > 1 || read.has(linkBase + link);
    const drives = inOrder(driven.filter(isUsed), linkBase, fabric.links.length);
    if (drives === undefined) return `links drive each other in slot ${slot}`;
    slots.push({ issues, drives, takes });
  }
  const values = new Int32Array(size);
  for (const [at, value] of preset) values[at] = value;
  return {
    fabric,
    program,
    slots,
    values,
    launchConstants,
    stageBase,
    stageSize,
    linkBase,
    maxLatency: Math.max(1, ...slots.flatMap(({ issues }) => issues.map((i) => i.latency))),
    maxLinkLatency: Math.max(1, ...fabric.links.map((l) => l.latency)),
  };
}

/** Drives such that a link that continues another comes after it. */
function inOrder(drives: readonly Drive[], linkBase: number, links: number): Drive[] | undefined {
  const before = (d: Drive): number =>
    d.from.regs === 0 && d.from.at >= linkBase && d.from.at < linkBase + links
      ? d.from.at - linkBase
      : -1;
  const of = new Map(drives.map((d) => [d.link, d]));
  const done = new Set<number>();
  const open = new Set<number>();
  const order: Drive[] = [];
  const visit = (d: Drive): boolean => {
    if (done.has(d.link)) return true;
    if (open.has(d.link)) return false;
    open.add(d.link);
    const earlier = of.get(before(d));
    if (earlier !== undefined && !visit(earlier)) return false;
    done.add(d.link);
    order.push(d);
    return true;
  };
  return drives.every(visit) ? order : undefined;
}
