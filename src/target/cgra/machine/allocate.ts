/**
 * Where values of a mapping are on the way: in outputs, in registers, on links. Registers are given out here; where they
 * do not suffice, the mapping cannot be realised, and the facts say what to avoid.
 */
import { hasCrossbars, portsOf } from "./layout.js";
import { hasResult } from "./operation.js";
import { packArcs, type Arc } from "./pack-arcs.js";
import type { Excess } from "../map/excess.js";
import { slotOf, type Mapping } from "../map/mapping.js";
import type { Problem } from "../map/places.js";
import type { Source } from "./program.js";

/** A write to a register in a cycle of iteration 0, from the output or from a link. */
export interface RegisterWrite {
  readonly element: number;
  readonly time: number;
  readonly register: number;
  /** Position in `fabric.links`; the output where it is missing. */
  readonly link?: number | undefined;
}

/** What a link carries in a cycle of iteration 0, which is when its start drives it. */
export interface LinkDrive {
  readonly link: number;
  readonly time: number;
  readonly source: Source;
}

export interface Allocation {
  readonly writes: readonly RegisterWrite[];
  readonly drives: readonly LinkDrive[];
  /** Where element `at` finds the value of a node when it takes operands in a cycle of iteration 0. */
  find(node: number, at: number, time: number): Source | undefined;
}

/** A value that stays at an element for a while. */
interface Stay {
  readonly element: number;
  readonly node: number;
  /** Ends of cycles at which it is there. */
  readonly start: number;
  end: number;
  /** Cycle that writes the register, if it needs one. */
  readonly written: number;
  /** Over which link it came; else it came to the output. */
  readonly link?: number | undefined;
  /** Last cycle at whose end it is still in the output. */
  readonly inOutputUntil: number;
  /** Physical register in iteration 0, where it has one. */
  register?: number;
}

export function allocate(
  problem: Problem,
  mapping: Mapping,
): Allocation | { readonly excesses: readonly Excess[] } {
  const { fabric, sources } = problem;
  const { ii, elements, times, routes } = mapping;
  const crossbars = hasCrossbars(fabric);
  const ports = portsOf(fabric);
  const linkAt = new Map(fabric.links.map(({ from, to }, i) => [`${from} ${to}`, i]));
  const replaced = outputEnds(problem, mapping);

  const stays: Stay[][] = routes.map(({ holds, moves, crossings }, node) => {
    const made = times[node]! + problem.latencies[node]! - 1;
    const moved = new Set(moves.map((m) => `${m.element} ${m.time}`));
    const comes = (p: number, t: number): boolean =>
      (p === elements[node] && t === made) || moved.has(`${p} ${t}`);
    const out = new Set(
      holds.filter(({ place }) => place === "output").map((h) => `${h.element} ${h.time}`),
    );
    const found: Stay[] = [];
    const kept = holds
      .filter(({ place }) => place === "register")
      .sort((a, b) => a.element - b.element || a.time - b.time);
    for (const { element, time } of kept) {
      const last = found.at(-1);
      if (last?.element === element && last.end >= time - 1) {
        last.end = time;
        continue;
      }
      const wasOut = out.has(`${element} ${time - 1}`);
      const isResult = comes(element, time);
      const crossing = crossings.find((c) => c.to === element && c.time === time);
      const stay = { element, node, start: time, end: time };
      // Results are saved a cycle after they came, or as long as they stand in the output.
      if (wasOut)
        found.push({ ...stay, written: time, inOutputUntil: replaced(element, time - 1) });
      else if (isResult)
        found.push({ ...stay, written: time + 1, inOutputUntil: replaced(element, time) });
      else if (crossing !== undefined) {
        const link = linkAt.get(`${crossing.from} ${element}`)!;
        found.push({ ...stay, written: time, inOutputUntil: time - 1, link });
      }
    }
    return found;
  });

  const excesses: Excess[] = [];
  for (let p = 0; p < fabric.elements.length; p++) {
    const { regs } = fabric.elements[p]!.registers;
    const own = stays.flat().filter((s) => s.element === p && needsRegister(s));
    if (own.length === 0) continue;
    const chosen = packArcs(own.map(arcOf), regs, ii);
    if (chosen === undefined) excesses.push(tooMany(p, own, regs, ii));
    else own.forEach((stay, i) => (stay.register = chosen[i]!));
  }
  if (excesses.length > 0) return { excesses };

  const rotated = (p: number, physical: number, time: number): number => {
    const { regs } = fabric.elements[p]!.registers;
    return (((physical + Math.floor(time / ii)) % regs) + regs) % regs;
  };
  /** A value at an element, taken in a cycle: what it was at the end of the one before. */
  function held(node: number, p: number, time: number): "output" | number | undefined {
    for (const stay of stays[node]!) {
      if (stay.element !== p || time - 1 < stay.start || time - 1 > stay.end) continue;
      if (time - 1 <= stay.inOutputUntil) return "output";
      return rotated(p, stay.register!, time);
    }
    const isOut = routes[node]!.holds.some(
      (h) => h.place === "output" && h.element === p && h.time === time - 1,
    );
    return isOut ? "output" : undefined;
  }
  const ownSource = (place: "output" | number): Source =>
    place === "output" ? { kind: "output" } : { kind: "register", register: place };

  function find(node: number, q: number, time: number): Source | undefined {
    const own = held(node, q, time);
    if (own === "output") return ownSource(own);
    if (crossbars) {
      const crossing = routes[node]!.crossings.find((c) => c.to === q && c.time === time);
      if (crossing !== undefined) {
        const link = ports.into[q]!.indexOf(linkAt.get(`${crossing.from} ${q}`)!);
        return { kind: "link", link };
      }
    }
    if (own !== undefined) return ownSource(own);
    if (crossbars) return undefined;
    const beside = sources[q]!.map((p) => ({
      place: held(node, p, time),
      link: ports.into[q]!.findIndex((l) => fabric.links[l]!.from === p),
      visible: fabric.elements[p]!.registers.visible === "neighbours",
    }));
    const output = beside.find(({ place }) => place === "output");
    if (output !== undefined) return { kind: "neighbour-output", link: output.link };
    const register = beside.find(({ place, visible }) => typeof place === "number" && visible);
    if (register === undefined) return undefined;
    return {
      kind: "neighbour-register",
      link: register.link,
      register: register.place as number,
    };
  }

  const writes = stays.flat().flatMap((stay): RegisterWrite[] => {
    if (stay.register === undefined) return [];
    const { element, link, written: time } = stay;
    return [{ element, time, link, register: rotated(element, stay.register, time) }];
  });

  const drives = routes.flatMap(({ crossings }, node): LinkDrive[] =>
    levelled(crossings, (from, time) => {
      const link = linkAt.get(`${from.from} ${from.to}`)!;
      return held(node, from.from, time - fabric.links[link]!.latency + 1) !== undefined;
    }).map(({ crossing, before }) => {
      const link = linkAt.get(`${crossing.from} ${crossing.to}`)!;
      const time = crossing.time - fabric.links[link]!.latency + 1;
      if (before === undefined)
        return { link, time, source: ownSource(held(node, crossing.from, time)!) };
      const position = ports.into[crossing.from]!.indexOf(
        linkAt.get(`${before.from} ${before.to}`)!,
      );
      return { link, time, source: { kind: "link", link: position } };
    }),
  );
  return { writes, drives, find };
}

interface Step {
  readonly from: number;
  readonly to: number;
  readonly time: number;
}

/** Crossings with what each continues within its cycle; those that start from where the value is come first. */
function levelled<T extends Step>(
  crossings: readonly T[],
  starts: (crossing: T, time: number) => boolean,
): { readonly crossing: T; readonly before?: T | undefined }[] {
  const found: { crossing: T; before?: T | undefined }[] = crossings
    .filter((c) => starts(c, c.time))
    .map((crossing) => ({ crossing }));
  const done = new Set(found.map(({ crossing }) => crossing));
  for (const { crossing: before } of found)
    for (const crossing of crossings) {
      if (done.has(crossing) || crossing.from !== before.to || crossing.time !== before.time)
        continue;
      done.add(crossing);
      found.push({ crossing, before });
    }
  return found;
}

/** Results and moves by the slot in which they reach an output: until when each is there. */
function outputEnds(
  { graph, latencies }: Problem,
  { ii, elements, times, routes }: Mapping,
): (element: number, time: number) => number {
  const slots = new Map<number, Set<number>>();
  const add = (p: number, time: number): void => {
    const own = slots.get(p) ?? new Set<number>();
    own.add(slotOf(time, ii));
    slots.set(p, own);
  };
  graph.nodes.forEach(({ opcode }, v) => {
    if (hasResult(opcode)) add(elements[v]!, times[v]! + latencies[v]! - 1);
  });
  for (const { moves } of routes) for (const { element, time } of moves) add(element, time);
  return (p, time) => {
    for (let t = time + 1; ; t++)
      if (t === time + ii || slots.get(p)?.has(slotOf(t, ii)) === true) return t - 1;
  };
}

const needsRegister = (stay: Stay): boolean => stay.end > stay.inOutputUntil;

const arcOf = ({ written, end }: Stay): Arc => ({ start: written, length: end - written + 1 });

/** The slot in which most registers are in use, and at most how many of them could be. */
function tooMany(element: number, stays: readonly Stay[], regs: number, ii: number): Excess {
  const inUse = new Array<number>(ii).fill(0);
  for (const { start, length } of stays.map(arcOf))
    for (let t = start; t < start + length; t++) inUse[slotOf(t, ii)]!++;
  const count = Math.max(...inUse);
  return {
    kind: "registers",
    element,
    slot: inUse.indexOf(count),
    count,
    // They may fit by number and still not without overlap.
    limit: Math.min(regs, count - 1),
  };
}
