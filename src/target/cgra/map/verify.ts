/**
 * Checks a mapping by the rules of the fabric alone: what it finds does not depend on how the mapping was made. Each
 * fact about a value needs its reason in the fabric, and no resource serves two purposes in one slot of the interval.
 */
import { carriesValue } from "../dfg/dfg.js";
import { bankOf } from "../fabric/fabric.js";
import { excessesOf } from "./excess.js";
import { slotOf, type Mapping } from "./mapping.js";
import type { Problem } from "./places.js";

export interface Violation {
  readonly rule:
    | "capability"
    | "order"
    | "issue"
    | "output"
    | "registers"
    | "reads"
    | "writes"
    | "constants"
    | "link"
    | "bank"
    | "route"
    | "reader"
    | "depth";
  readonly message: string;
}

const NAMES = {
  registers: "registers",
  reads: "read ports of its registers",
  writes: "write ports of its registers",
  constants: "constants",
} as const;

export function violationsOf(problem: Problem, mapping: Mapping): readonly Violation[] {
  const { graph, fabric, places, latencies, busy, sources } = problem;
  const { ii, elements, times, routes } = mapping;
  const found: Violation[] = [];
  const complain = (rule: Violation["rule"], message: string): void => {
    found.push({ rule, message });
  };
  const name = (v: number): string => `node ${graph.nodes[v]!.id} (${graph.nodes[v]!.op})`;
  if (!(ii >= 1)) complain("depth", `the interval is ${ii}`);
  if (ii > fabric.configuration.depth)
    complain("depth", `the interval ${ii} exceeds ${fabric.configuration.depth} words`);

  graph.nodes.forEach((_, v) => {
    if (!places[v]!.includes(elements[v]!))
      complain("capability", `${name(v)} cannot be on element ${elements[v]}`);
  });
  for (const { from, to, distance } of graph.edges)
    if (times[to]! + distance * ii < times[from]! + latencies[from]!)
      complain("order", `${name(to)} starts before ${name(from)} is done`);

  /** What occupies a resource in a slot; a second, other user is a conflict. */
  function exclusive(rule: Violation["rule"], what: string) {
    const users = new Map<string, string>();
    return (resource: number, slot: number, user: string): void => {
      const key = `${resource} ${slot}`;
      const other = users.get(key);
      if (other !== undefined && other !== user)
        complain(rule, `${what} ${resource} serves ${other} and ${user} in slot ${slot}`);
      users.set(key, user);
    };
  }
  const issue = exclusive("issue", "element");
  const writes = new Map<string, number>();
  graph.nodes.forEach((_, v) => {
    for (let k = 0; k < busy[v]!; k++)
      issue(elements[v]!, slotOf(times[v]! + k, ii), `${name(v)} +${Math.floor(k / ii)}`);
    const done = times[v]! + latencies[v]! - 1;
    const key = `${elements[v]} ${slotOf(done, ii)}`;
    if (writes.has(key))
      complain("output", `two results reach the output of element ${elements[v]}`);
    writes.set(key, v);
  });
  routes.forEach(({ moves }, u) => {
    for (const { element, time } of moves) {
      issue(element, slotOf(time, ii), `the move of ${name(u)} at ${time}`);
      writes.set(`${element} ${slotOf(time, ii)}`, u);
    }
  });

  const link = exclusive("link", "link");
  const linkAt = new Map(fabric.links.map(({ from, to }, i) => [`${from} ${to}`, i]));
  routes.forEach(({ holds, moves, crossings }, u) => {
    const made = times[u]! + latencies[u]! - 1;
    const has = new Set(holds.map((h) => `${h.element} ${h.time} ${h.place}`));
    const isReadable = (p: number, t: number, q: number): boolean =>
      has.has(`${p} ${t} output`) ||
      (has.has(`${p} ${t} register`) &&
        (p === q || fabric.elements[p]!.registers.visible === "neighbours"));
    const crossed = new Set<string>();
    // Chains within a cycle: links whose start the value reaches, one more each round.
    for (let hop = 1; hop <= fabric.hops; hop++) {
      const before = new Set(crossed);
      for (const { from, to, time } of crossings) {
        const index = linkAt.get(`${from} ${to}`);
        if (index === undefined) continue;
        const cycles = fabric.links[index]!.latency;
        if (
          has.has(`${from} ${time - cycles} register`) ||
          (hop > 1 && before.has(`${from} ${time}`))
        )
          crossed.add(`${to} ${time}`);
      }
    }
    for (const { from, to, time } of crossings) {
      const index = linkAt.get(`${from} ${to}`);
      if (index === undefined || (fabric.route !== "bypass" && fabric.route !== "multihop")) {
        complain("route", `there is no link from ${from} to ${to} for the value of ${name(u)}`);
        continue;
      }
      link(index, slotOf(time, ii), `the value of ${name(u)} at ${time}`);
      const cycles = fabric.links[index]!.latency;
      if (!has.has(`${from} ${time - cycles} register`) && !crossed.has(`${from} ${time}`))
        complain("route", `the value of ${name(u)} is not at ${from} before cycle ${time}`);
    }
    const moved = new Set<string>();
    for (const { element, from, time } of moves) {
      moved.add(`${element} ${time}`);
      if (fabric.route !== "issue" || !fabric.elements[element]!.ops.has("mov"))
        complain("capability", `element ${element} cannot move values`);
      if (!sources[element]!.includes(from) || !isReadable(from, time - 1, element))
        complain("route", `a move on ${element} does not find the value of ${name(u)} at ${from}`);
    }
    for (const { element, time, place } of holds) {
      const isMade = element === elements[u] && time === made;
      // The output can be saved to a register as long as it stands there.
      const isKept =
        has.has(`${element} ${time - 1} ${place}`) || has.has(`${element} ${time - 1} output`);
      const arrives =
        moved.has(`${element} ${time}`) ||
        (place === "register" && crossed.has(`${element} ${time}`));
      if (time < made || !(isMade || isKept || arrives))
        complain("route", `the value of ${name(u)} is not at ${element} in cycle ${time}`);
      if (place === "output" && !isMade && !moved.has(`${element} ${time}`)) {
        if (writes.has(`${element} ${slotOf(time, ii)}`))
          complain("output", `the output of ${element} is overwritten while it holds ${name(u)}`);
      }
    }
    for (const e of graph.edges) {
      if (e.from !== u || !carriesValue(e)) continue;
      const q = elements[e.to]!;
      const t = times[e.to]! + e.distance * ii;
      const near = [
        q,
        ...(fabric.route === "bypass" || fabric.route === "multihop" ? [] : sources[q]!),
      ];
      if (!near.some((p) => isReadable(p, t - 1, q)) && !crossed.has(`${q} ${t}`))
        complain("reader", `${name(e.to)} does not find the value of ${name(u)}`);
    }
  });
  for (const { kind, element, count, limit } of excessesOf(problem, mapping))
    complain(kind, `element ${element} needs ${count} ${NAMES[kind]} and has ${limit}`);
  checkBanks(problem, mapping, complain);
  return found;
}

function checkBanks(
  { graph, fabric }: Problem,
  { ii, elements, times }: Mapping,
  complain: (rule: Violation["rule"], message: string) => void,
): void {
  for (const bank of fabric.banks) {
    const accesses = new Array<number>(ii).fill(0);
    graph.nodes.forEach((node, v) => {
      if (bankOf(fabric, node, elements[v]!) !== bank) return;
      const slot = slotOf(times[v]!, ii);
      accesses[slot] = accesses[slot]! + 1;
    });
    for (const [slot, count] of accesses.entries())
      if (count > bank.ports)
        complain(
          "bank",
          `bank ${bank.name} serves ${count} accesses in slot ${slot} with ${bank.ports} ports`,
        );
  }
}
