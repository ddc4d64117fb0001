/**
 * What a mapping takes more of than an element has: registers, ports of its register file, constants. The clauses
 * do not count these from the start; they are added where a solution breaks them.
 */
import { carriesValue } from "../dfg/dfg.js";
import { constantKeys } from "../machine/constants.js";
import { slotOf, type Mapping } from "./mapping.js";
import type { Problem } from "./places.js";

export type Excess =
  | {
      readonly kind: "registers" | "reads" | "writes";
      readonly element: number;
      readonly slot: number;
      readonly count: number;
      readonly limit: number;
    }
  | {
      readonly kind: "constants";
      readonly element: number;
      /** Nodes that need them. */
      readonly nodes: readonly number[];
      readonly count: number;
      readonly limit: number;
    };

export function excessesOf(problem: Problem, mapping: Mapping): readonly Excess[] {
  return [...portExcesses(problem, mapping), ...constantExcesses(problem, mapping)];
}

/**
 * A result stands in the output at the end of the cycle it is made in, and in a register from the next cycle on, and
 * so does a value that a move brings. What crosses a link is written to a register in the same cycle.
 */
function portExcesses(problem: Problem, mapping: Mapping): readonly Excess[] {
  const { graph, fabric, latencies, sources } = problem;
  const { ii, elements, times, routes } = mapping;
  const usesLinks = fabric.route === "bypass" || fabric.route === "multihop";
  const count = { registers: new Users(ii), reads: new Users(ii), writes: new Users(ii) };
  routes.forEach(({ holds, moves, crossings }, u) => {
    const made = times[u]! + latencies[u]! - 1;
    const kept = new Set<string>();
    for (const { element, time, place } of holds)
      if (place === "register") kept.add(`${element} ${time}`);
    const brought = new Set(moves.map((m) => `${m.element} ${m.time}`));
    const isInOutput = (p: number, t: number): boolean =>
      (p === elements[u] && t === made) || brought.has(`${p} ${t}`);
    const isInRegister = (p: number, t: number): boolean =>
      kept.has(`${p} ${t}`) && !isInOutput(p, t);
    const value = (t: number): string => `${u} ${t}`;
    const read = (p: number, t: number): void => {
      if (isInRegister(p, t - 1)) count.reads.add(p, t, value(t));
    };
    for (const { element: p, time: t, place } of holds) {
      if (place !== "register") continue;
      // A move's value counts as held from its arrival on, as the clauses have it.
      if (t > made) count.registers.add(p, t, value(t));
      if (isInRegister(p, t) && !isInRegister(p, t - 1)) count.writes.add(p, t, value(t));
    }
    const crossed = new Set(crossings.map(({ to, time }) => `${to} ${time}`));
    for (const { from, to, time } of crossings) {
      const cycles = fabric.links.find((l) => l.from === from && l.to === to)?.latency ?? 1;
      if (!crossed.has(`${from} ${time}`)) read(from, time - cycles + 1);
    }
    for (const { from, time } of moves) read(from, time);
    for (const e of graph.edges) {
      if (e.from !== u || !carriesValue(e)) continue;
      const q = elements[e.to]!;
      const t = times[e.to]! + e.distance * ii;
      const near = [q, ...(usesLinks ? [] : sources[q]!)];
      const at = near.find((p) => kept.has(`${p} ${t - 1}`));
      if (at !== undefined && !crossed.has(`${q} ${t}`)) read(at, t);
    }
  });
  return (["registers", "reads", "writes"] as const).flatMap((kind) =>
    count[kind]
      .over((element) => {
        const { regs, read, write } = fabric.elements[element]!.registers;
        return kind === "registers" ? regs : kind === "reads" ? read : write;
      })
      .map((e) => ({ kind, ...e })),
  );
}

/** Who uses something of an element in a slot. */
class Users {
  private readonly users = new Map<string, Set<string>>();

  constructor(private readonly ii: number) {}

  add(element: number, time: number, user: string): void {
    const key = `${element} ${slotOf(time, this.ii)}`;
    const users = this.users.get(key);
    if (users === undefined) this.users.set(key, new Set([user]));
    else users.add(user);
  }

  over(
    limitOf: (element: number) => number,
  ): { element: number; slot: number; count: number; limit: number }[] {
    return [...this.users].flatMap(([key, users]) => {
      const [element, slot] = key.split(" ").map(Number) as [number, number];
      const limit = limitOf(element);
      return users.size > limit ? [{ element, slot, count: users.size, limit }] : [];
    });
  }
}

function constantExcesses({ graph, fabric }: Problem, { elements }: Mapping): readonly Excess[] {
  const limit = fabric.constants;
  const users = new Map<number, number[]>();
  graph.nodes.forEach((node, v) => {
    if (constantKeys(node, fabric).length === 0) return;
    const nodes = users.get(elements[v]!);
    if (nodes === undefined) users.set(elements[v]!, [v]);
    else nodes.push(v);
  });
  return [...users].flatMap(([element, nodes]): Excess[] => {
    const keys = new Set<string>();
    const first: number[] = [];
    for (const v of nodes) {
      const before = keys.size;
      for (const key of constantKeys(graph.nodes[v]!, fabric)) keys.add(key);
      if (keys.size > before) first.push(v);
      if (keys.size > limit)
        return [{ kind: "constants", element, nodes: first, count: keys.size, limit }];
    }
    return [];
  });
}
