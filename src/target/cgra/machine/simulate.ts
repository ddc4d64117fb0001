/**
 * A machine that executes programs cycle by cycle, as `program.ts` says. Memory is all banks one after another; a run
 * changes it. What the hardware could not do stops the run: addresses outside, wrong alignment, ports overrun.
 */
import type { Fabric } from "../fabric/fabric.js";
import type { Issue, Loaded, Place } from "./load.js";
import { PER_LEVEL } from "./load.js";
import { readValue, writeValue } from "./memory.js";
import { addressOf, operations } from "./operation.js";
import { numberOf, streamState } from "./stream.js";

export interface RunOptions {
  readonly memory: Uint8Array;
  /** The numbers given at launch. */
  readonly liveins?: readonly number[] | undefined;
  /** Whether values that nobody wrote are followed until they reach memory. */
  readonly debug?: boolean | undefined;
  /** More cycles are a fault. */
  readonly cycleLimit?: number | undefined;
  /** Called at the end of each cycle with the outputs of the elements, which must not be kept. */
  readonly watch?: ((cycle: number, outputs: Int32Array) => void) | undefined;
  /** Called for each operation issued. */
  readonly issued?: ((event: IssueEvent) => void) | undefined;
}

export interface IssueEvent {
  readonly cycle: number;
  readonly element: number;
  readonly op: string;
  readonly iteration: number;
}

/** What a run took. */
export interface Counters {
  readonly cycles: number;
  /** Iterations of the flattened loops. */
  readonly trip: number;
  /** Operations issued, moves for routing among them. */
  readonly issued: number;
  readonly moves: number;
  /** Links that were driven, over cycles. */
  readonly crossings: number;
  /** Accesses, by bank. */
  readonly accesses: readonly number[];
}

/** Why a run stopped. */
export interface Fault {
  readonly cycle: number;
  readonly element: number;
  readonly what: string;
}

export interface RunResult {
  readonly counters: Counters;
  readonly fault?: Fault | undefined;
  /** Under `debug`: the first values that nobody wrote and that reached memory. */
  readonly unwritten: readonly Fault[];
}

const CYCLE_LIMIT = 2 ** 40;
const MOST_UNWRITTEN = 10;

/** Bytes of all banks. */
export const scratchpadBytes = ({ banks }: Fabric): number =>
  banks.reduce((sum, { bytes }) => sum + bytes, 0);

/** Executes a kernel once. */
export function simulate(loaded: Loaded, options: RunOptions): RunResult {
  const { fabric, program, slots, stageBase, stageSize, linkBase, maxLatency } = loaded;
  const { memory, liveins = [], watch, issued: onIssue } = options;
  const { ii, stages, tail } = program;
  const values = loaded.values.slice();
  for (const { at, setting } of loaded.launchConstants) values[at] = numberOf(setting, liveins);
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  const extents = program.loops.map((extent) => Math.max(0, numberOf(extent, liveins)));
  const trip = extents.reduce((a, b) => a * b, 1);
  const streams = fabric.streams.map((_, i) => {
    const set = program.streams.find(({ stream }) => stream === i);
    return set && streamState(set, liveins);
  });
  const streamBank = fabric.streams.map((s) => fabric.banks.findIndex((b) => b.name === s.bank));
  const banks = bankTable(fabric);
  const accesses = new Array<number>(fabric.banks.length).fill(0);
  /** Accesses of each bank in the cycle of `portCycle`. */
  const portUses = new Int32Array(fabric.banks.length);
  const portCycle = new Float64Array(fabric.banks.length).fill(-1);
  let issuedCount = 0;
  let moves = 0;
  let crossings = 0;
  let fault: Fault | undefined;
  const unwritten: Fault[] = [];

  // Whether a value was written by someone, in parallel to the values.
  const known = options.debug === true ? new Uint8Array(values.length).fill(1) : undefined;
  if (known !== undefined) {
    known.fill(0, 0, fabric.elements.length);
    known.fill(0, linkBase, stageBase);
    const registers = fabric.elements.reduce((sum, e) => sum + e.registers.regs, 0);
    const first = stageBase + stageSize * stages;
    known.fill(0, first, first + registers);
  }

  const rotation = new Int32Array(65);
  const indexOf = ({ at, regs, register }: Place): number => {
    if (regs === 0) return at;
    const physical = register - rotation[regs]!;
    return at + (physical < 0 ? physical + regs : physical);
  };

  // Results on the way to outputs, by the cycle modulo the longest latency.
  const coming: { element: number; value: number; known: number }[][] = Array.from({ length: maxLatency }, () => []); // prettier-ignore
  const onLinks = Array.from({ length: loaded.maxLinkLatency }, () => new Int32Array(fabric.links.length)); // prettier-ignore
  const resultElements = new Int32Array(fabric.elements.length);
  const resultValues = new Int32Array(fabric.elements.length);
  const resultKnown = new Uint8Array(fabric.elements.length);
  const stores: { address: number; bytes: number; value: number }[] = [];

  const stop = (cycle: number, element: number, what: string): number => {
    fault ??= { cycle, element, what };
    return 0;
  };
  /** Counts an access; whether it can be. */
  function reach(cycle: number, element: number, address: number, bytes: number, bank: number): boolean {
    const where = banks[bank]!;
    if (address < where.start || address + bytes > where.end || where.reachedBy[element] === 0) {
      stop(cycle, element, `there is nothing at address ${address} in bank ${where.name}`);
      return false;
    }
    if (address % bytes !== 0) {
      stop(cycle, element, `the address ${address} is no multiple of ${bytes}`);
      return false;
    }
    if (portCycle[bank] !== cycle) {
      portCycle[bank] = cycle;
      portUses[bank] = 0;
    }
    accesses[bank]!++;
    if (++portUses[bank]! > where.ports) {
      stop(cycle, element, `bank ${where.name} has ${where.ports} port(s) and more accesses`);
      return false;
    }
    return true;
  } // prettier-ignore
  function bankAt(cycle: number, element: number, address: number): number {
    for (let b = 0; b < banks.length; b++)
      if (address >= banks[b]!.start && address < banks[b]!.end) return b;
    stop(cycle, element, `there is nothing at address ${address} in the scratchpad`);
    return -1;
  }
  function loadFrom(cycle: number, issue: Issue, address: number): number {
    const bank = bankAt(cycle, issue.element, address);
    if (bank < 0 || !reach(cycle, issue.element, address, issue.bytes, bank)) return 0;
    return readValue(view, address, issue.bytes, issue.signed);
  }
  function storeTo(cycle: number, issue: Issue, address: number, value: number): void {
    const bank = bankAt(cycle, issue.element, address);
    if (bank < 0 || !reach(cycle, issue.element, address, issue.bytes, bank)) return;
    stores.push({ address, bytes: issue.bytes, value });
  }
  function pop(cycle: number, issue: Issue): number {
    const stream = streams[issue.immediate];
    if (stream === undefined) return stop(cycle, issue.element, `stream ${issue.immediate} is not set`); // prettier-ignore
    const { bytes, signed } = stream.program;
    const address = stream.next();
    if (!reach(cycle, issue.element, address, bytes, streamBank[issue.immediate]!)) return 0;
    return readValue(view, address, bytes, signed);
  }
  function push(cycle: number, issue: Issue, value: number): void {
    const stream = streams[issue.immediate];
    if (stream === undefined) {
      stop(cycle, issue.element, `stream ${issue.immediate} is not set`);
      return;
    }
    const { bytes } = stream.program;
    const address = stream.next();
    if (reach(cycle, issue.element, address, bytes, streamBank[issue.immediate]!))
      stores.push({ address, bytes, value });
  }
  const suspect = (cycle: number, element: number, what: string): void => {
    if (unwritten.length < MOST_UNWRITTEN) unwritten.push({ cycle, element, what });
  };

  const counter = extents.map(() => 0);
  /** Moves what the stages know on by one, and sets the newest. */
  function nextIteration(exists: boolean): void {
    values.copyWithin(stageBase + stageSize, stageBase, stageBase + stageSize * (stages - 1));
    if (!exists) return;
    let isFirst = true;
    let isLast = true;
    for (let level = extents.length - 1; level >= 0; level--) {
      const at = stageBase + level * PER_LEVEL;
      isFirst &&= counter[level] === 0;
      isLast &&= counter[level] === extents[level]! - 1;
      values[at] = Number(isFirst);
      values[at + 1] = Number(isLast);
      values[at + 2] = counter[level]!;
    }
    for (let level = extents.length - 1; level >= 0; level--) {
      if (++counter[level]! < extents[level]!) break;
      counter[level] = 0;
    }
  }

  const rounds = trip === 0 ? 0 : trip + stages - 1;
  const cycles = trip === 0 ? 0 : rounds * ii + tail;
  if (cycles > (options.cycleLimit ?? CYCLE_LIMIT)) stop(0, 0, `it takes ${cycles} cycles`);
  const regsInUse = [...new Set(fabric.elements.map((e) => e.registers.regs))].filter((r) => r > 0);
  let cycle = 0;
  for (let round = 0, slot = 0; cycle < cycles && fault === undefined; cycle++) {
    if (slot === 0) {
      for (const regs of regsInUse) rotation[regs] = round % regs;
      if (stageSize > 0 && round < rounds) nextIteration(round < trip);
    }
    const { issues, drives, takes } = slots[slot]!;

    for (let i = 0; i < drives.length; i++) {
      const { link, latency, from } = drives[i]!;
      const source = indexOf(from);
      if (latency === 1) values[linkBase + link] = values[source]!;
      else {
        onLinks[(cycle + latency - 1) % onLinks.length]![link] = values[source]!;
        values[linkBase + link] = onLinks[cycle % onLinks.length]![link]!;
      }
      // Links of more cycles are taken as written.
      if (known !== undefined) known[linkBase + link] = latency === 1 ? known[source]! : 1;
    }
    crossings += drives.length;

    let results = 0;
    for (let i = 0; i < issues.length; i++) {
      const issue = issues[i]!;
      const iteration = round - issue.stage;
      if (iteration < 0 || iteration >= trip) continue;
      const { element, op, opcode, initialAt } = issue;
      let ia = indexOf(issue.a);
      let ib = indexOf(issue.b);
      let ic = indexOf(issue.c);
      if (initialAt >= 0 && values[issue.initialFlag] === 1) {
        if (initialAt === 0) ia = issue.initial;
        else if (initialAt === 1) ib = issue.initial;
        else ic = issue.initial;
      }
      const a = values[ia]!;
      const b = values[ib]!;
      let c = values[ic]!;
      if (issue.negate) c = c === 0 ? 1 : 0;
      issuedCount++;
      let result = 0;
      switch (opcode) {
        case 1:
          result = a;
          moves++;
          break;
        case 3:
          result = (a + b) | 0;
          break;
        case 4:
          result = (a - b) | 0;
          break;
        case 19:
          result = c !== 0 ? a : b;
          break;
        case 20:
          result = Math.imul(a, b);
          break;
        case 22:
          result = (Math.imul(a, b) + c) | 0;
          break;
        case 48:
        case 49:
        case 50:
        case 51:
        case 52:
          result = loadFrom(cycle, issue, addressOf(op, a, b, issue.immediate));
          break;
        case 53:
        case 54:
        case 55:
          if (c !== 0) storeTo(cycle, issue, addressOf(op, a, b, issue.immediate), b);
          break;
        case 56:
          result = c !== 0 ? pop(cycle, issue) : 0;
          break;
        case 57:
          if (c !== 0) push(cycle, issue, a);
          break;
        case 58:
        case 59:
        case 60:
          result = a;
          break;
        default:
          result = operations.get(op)!.compute!(a, b, c, issue.immediate);
      }
      onIssue?.({ cycle, element, op, iteration });
      let isKnown = 1;
      if (known !== undefined) {
        isKnown = opcode === 19 ? known[ic]! & known[c !== 0 ? ia : ib]! : known[ia]! & known[ib]! & known[ic]!; // prettier-ignore
        if (isKnown === 0 && ((opcode >= 48 && opcode <= 57) || !issue.hasResult))
          suspect(cycle, element, `${op} of iteration ${iteration} takes a value nobody wrote`);
      }
      if (!issue.hasResult) continue;
      if (issue.latency === 1) {
        resultElements[results] = element;
        resultValues[results] = result;
        resultKnown[results++] = isKnown;
      } else
        coming[(cycle + issue.latency - 1) % maxLatency]!.push({ element, value: result, known: isKnown }); // prettier-ignore
    }

    // At the end of the cycle: registers from outputs as they were, then outputs and memory.
    for (let i = 0; i < takes.length; i++) {
      const { file, from } = takes[i]!;
      const target = indexOf(file);
      values[target] = values[from]!;
      if (known !== undefined) known[target] = known[from]!;
    }
    const due = coming[cycle % maxLatency]!;
    for (const { element, value, known: isKnown } of due) {
      values[element] = value;
      if (known !== undefined) known[element] = isKnown;
    }
    due.length = 0;
    for (let i = 0; i < results; i++) {
      values[resultElements[i]!] = resultValues[i]!;
      if (known !== undefined) known[resultElements[i]!] = resultKnown[i]!;
    }
    if (stores.length > 0) {
      for (const { address, bytes, value } of stores) writeValue(view, address, bytes, value);
      stores.length = 0;
    }
    watch?.(cycle, values.subarray(0, fabric.elements.length));
    if (++slot === ii) {
      slot = 0;
      round++;
    }
  }
  return {
    counters: { cycles: cycle, trip, issued: issuedCount, moves, crossings, accesses },
    fault,
    unwritten,
  };
}

interface BankRange {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly ports: number;
  /** By element. */
  readonly reachedBy: Uint8Array;
}

/** Where banks are in the scratchpad. Streams reach theirs from the elements they stand at. */
function bankTable({ banks, streams, elements: all }: Fabric): readonly BankRange[] {
  let start = 0;
  return banks.map(({ name, bytes, ports, elements }) => {
    const own = streams.filter((s) => s.bank === name).flatMap((s) => s.elements);
    const reachedBy = new Uint8Array(all.length);
    for (const e of [...elements, ...own]) reachedBy[e] = 1;
    const range = { name, start, end: start + bytes, ports, reachedBy };
    start += bytes;
    return range;
  });
}
