/**
 * Literals of placement and time: node `v` is on element `p`, starts at `t`, starts by `t`, is issued on `p` in slot
 * `c` of the interval. Place and time are chosen apart and meet in the last kind only, which keeps the encoding small.
 */
import { atMost, atMostOne, exactlyOne } from "../../../sat/index.js";
import { bankOf } from "../fabric/fabric.js";
import { earliest, latest } from "./bounds.js";
import { ALWAYS, NEVER, type Clauses } from "./clauses.js";
import { slotOf } from "./mapping.js";
import type { Problem } from "./places.js";

export interface ScheduleLiterals {
  readonly first: readonly number[];
  readonly last: readonly number[];
  on(node: number, element: number): number;
  startsAt(node: number, time: number): number;
  startsBy(node: number, time: number): number;
  /** Implied by being on the element and starting in the slot. */
  issued(node: number, element: number, slot: number): number;
}

/** By node, for each element it can be on: it is there, and nowhere else. */
export function placeLiterals(
  { places }: Problem,
  { fresh, sink }: Clauses,
): readonly ReadonlyMap<number, number>[] {
  const on = places.map((elements) => new Map(elements.map((p) => [p, fresh()])));
  for (const literals of on) exactlyOne(sink, [...literals.values()]);
  return on;
}

/** Undefined when the interval is too short for the recurrences. */
export function scheduleLiterals(
  problem: Problem,
  ii: number,
  slack: number,
  clauses: Clauses,
): ScheduleLiterals | undefined {
  const first = earliest(problem, ii);
  if (first === undefined) return undefined;
  const last = latest(problem, ii, Math.max(...first) + slack);
  const { graph, places, latencies, travel } = problem;
  const { add, fresh } = clauses;
  const on = placeLiterals(problem, clauses);
  const at: number[][] = [];
  const by: number[][] = [];
  graph.nodes.forEach((_, v) => {
    const span = last[v]! - first[v]! + 1;
    // Node v starts at `first + i`; the last one is what is left.
    at.push(Array.from({ length: span }, () => (span === 1 ? ALWAYS : fresh())));
    by.push(Array.from({ length: span }, (_, i) => (i === span - 1 ? ALWAYS : fresh())));
    for (let i = 0; i < span && span > 1; i++) {
      const before = i === 0 ? NEVER : by[v]![i - 1]!;
      add(-at[v]![i]!, by[v]![i]!);
      add(-at[v]![i]!, negated(before));
      add(negated(by[v]![i]!), before, at[v]![i]!);
      add(negated(before), by[v]![i]!);
    }
  });
  const startsAt = (v: number, t: number): number => at[v]![t - first[v]!] ?? NEVER;
  const startsBy = (v: number, t: number): number =>
    t < first[v]! ? NEVER : (by[v]![t - first[v]!] ?? ALWAYS);

  for (const [i, { from, to, distance }] of graph.edges.entries()) {
    if (from === to) continue;
    const delay = latencies[from]! + (travel?.[i] ?? 0) - distance * ii;
    for (let t = first[to]!; t <= last[to]!; t++)
      add(negated(startsBy(to, t)), startsBy(from, t - delay));
  }

  // In which slot a node is issued, and from that where.
  const issued = graph.nodes.map((_, v) => {
    const inSlot = new Map<number, number>();
    for (let c = 0; c < ii; c++) {
      const times: number[] = [];
      for (let t = first[v]!; t <= last[v]!; t++)
        if (slotOf(t, ii) === c) times.push(startsAt(v, t));
      if (times.length === 1) inSlot.set(c, times[0]!);
      else if (times.length > 1) {
        const any = fresh();
        for (const time of times) add(negated(time), any);
        inSlot.set(c, any);
      }
    }
    return new Map(
      places[v]!.map((p) => [
        p,
        new Map([...inSlot].map(([c, literal]) => [c, clauses.both(on[v]!.get(p)!, literal)])),
      ]),
    );
  });
  const literals: ScheduleLiterals = {
    first,
    last,
    on: (v, p) => on[v]!.get(p) ?? NEVER,
    startsAt,
    startsBy,
    issued: (v, p, c) => issued[v]!.get(p)?.get(c) ?? NEVER,
  };
  limitBanks(problem, ii, literals, clauses);
  return literals;
}

export const negated = (literal: number): number => -literal;

/** At most as many accesses in a slot as a bank has ports: by streams, and by elements that reach this bank alone. */
function limitBanks(
  { graph, fabric, places }: Problem,
  ii: number,
  { issued }: ScheduleLiterals,
  { sink }: Clauses,
): void {
  for (const bank of fabric.banks) {
    const accesses = graph.nodes.flatMap((node, v) =>
      places[v]!.filter((p) => bankOf(fabric, node, p) === bank).map((p) => [v, p] as const),
    );
    // An element issues one access a slot.
    if (new Set(accesses.map(([, p]) => p)).size <= bank.ports) continue;
    for (let c = 0; c < ii; c++) {
      const literals = accesses.map(([v, p]) => issued(v, p, c)).filter((l) => l !== NEVER);
      atMost(sink, literals, bank.ports);
    }
  }
}

/** At most one operation or move on an element in a slot. */
export function limitIssue(
  { graph, fabric, places, busy }: Problem,
  ii: number,
  { issued }: ScheduleLiterals,
  moves: (element: number, slot: number) => readonly number[],
  { sink }: Clauses,
): void {
  for (let p = 0; p < fabric.elements.length; p++) {
    for (let c = 0; c < ii; c++) {
      const literals: number[] = [];
      graph.nodes.forEach((_, v) => {
        if (!places[v]!.includes(p)) return;
        for (let k = 0; k < Math.min(busy[v]!, ii); k++) {
          const literal = issued(v, p, slotOf(c - k, ii));
          if (literal !== NEVER) literals.push(literal);
        }
      });
      atMostOne(sink, [...literals, ...moves(p, c)]);
    }
  }
}

/** At most one result reaches the output of an element in a slot; where all take one cycle, issue limits it already. */
export function limitResults(
  { graph, fabric, places, latencies }: Problem,
  ii: number,
  { issued }: ScheduleLiterals,
  moves: (element: number, slot: number) => readonly number[],
  { sink }: Clauses,
): void {
  if (latencies.every((latency) => latency === 1)) return;
  for (let p = 0; p < fabric.elements.length; p++) {
    for (let c = 0; c < ii; c++) {
      const literals = graph.nodes.flatMap((_, v) => {
        if (!places[v]!.includes(p)) return [];
        const literal = issued(v, p, slotOf(c - latencies[v]! + 1, ii));
        return literal === NEVER ? [] : [literal];
      });
      atMostOne(sink, [...literals, ...moves(p, c)]);
    }
  }
}
