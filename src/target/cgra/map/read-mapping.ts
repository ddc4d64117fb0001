/** From a solution of the clauses to a mapping: only what readers need of the facts that hold. */
import { carriesValue } from "../dfg/dfg.js";
import type { Encoding, ValueLiterals } from "./encode.js";
import type { Crossing, Hold, Mapping, Move, ValueRoute } from "./mapping.js";
import type { Problem } from "./places.js";

export function readMapping(
  problem: Problem,
  ii: number,
  { schedule, values }: Encoding,
  holds: (literal: number) => boolean,
): Mapping {
  const { graph, places } = problem;
  const elements = graph.nodes.map((_, v) => places[v]!.find((p) => holds(schedule.on(v, p)))!);
  const times = graph.nodes.map((_, v) => {
    let t = schedule.first[v]!;
    while (!holds(schedule.startsAt(v, t))) t++;
    return t;
  });
  const routes = graph.nodes.map((_, u) => {
    const value = values[u];
    if (value === undefined) return { holds: [], moves: [], crossings: [] };
    const tracer = trace(
      problem,
      value,
      elements[u]!,
      times[u]! + problem.latencies[u]! - 1,
      holds,
    );
    for (const e of graph.edges)
      if (e.from === u && carriesValue(e))
        tracer.read(elements[e.to]!, times[e.to]! + e.distance * ii);
    return tracer.route();
  });
  return { ii, elements, times, routes };
}

interface Tracer {
  /** The value is read at an element in a cycle. */
  read(element: number, time: number): void;
  route(): ValueRoute;
}

function trace(
  { fabric, sources }: Problem,
  value: ValueLiterals,
  origin: number,
  made: number,
  holds: (literal: number) => boolean,
): Tracer {
  const held = new Map<string, Hold>();
  const moves = new Map<string, Move>();
  const crossings = new Map<string, Crossing>();
  const linksInto = (q: number): number[] =>
    fabric.links.flatMap(({ to }, i) => (to === q ? [i] : []));

  /** Whether the value is at the element at the end of a cycle; if so, this and its reasons are kept. */
  function keep(element: number, time: number, place: Hold["place"]): boolean {
    const literal =
      place === "register" ? value.inRegister(element, time) : value.inOutput(element, time);
    if (!holds(literal)) return false;
    const key = `${element} ${time} ${place}`;
    if (held.has(key)) return true;
    held.set(key, { element, time, place });
    if (element === origin && time === made) return true;
    return (
      keep(element, time - 1, place) ||
      (place === "register" && keep(element, time - 1, "output")) ||
      arrive(element, time)
    );
  }

  function arrive(element: number, time: number): boolean {
    if (holds(value.moved(element, time))) {
      const key = `${element} ${time}`;
      if (moves.has(key)) return true;
      const from = beside(element, time);
      if (from === undefined) return false;
      moves.set(key, { element, from, time });
      return true;
    }
    for (let hop = 1; hop <= fabric.hops; hop++)
      for (const link of linksInto(element)) if (cross(link, time, hop)) return true;
    return false;
  }

  function cross(link: number, time: number, hop: number): boolean {
    if (!holds(value.crosses(link, time, hop))) return false;
    const { from, to, latency } = fabric.links[link]!;
    crossings.set(`${link} ${time}`, { from, to, time });
    if (hop === 1) return keep(from, time - latency, "register");
    return linksInto(from).some((before) => cross(before, time, hop - 1));
  }

  /** The neighbour from which the value is taken. */
  const beside = (element: number, time: number): number | undefined =>
    sources[element]!.find(
      (p) =>
        keep(p, time - 1, "output") ||
        (fabric.elements[p]!.registers.visible === "neighbours" && keep(p, time - 1, "register")),
    );

  return {
    read(element, time) {
      if (keep(element, time - 1, "register") || keep(element, time - 1, "output")) return;
      if (fabric.route === "bypass" || fabric.route === "multihop") arrive(element, time);
      else beside(element, time);
    },
    route: () => ({
      holds: [...held.values()],
      moves: [...moves.values()],
      crossings: [...crossings.values()],
    }),
  };
}
