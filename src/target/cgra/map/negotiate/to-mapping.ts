/** What a negotiation has settled on, as a mapping. */
import type { Dfg } from "../../dfg/dfg.js";
import type { Crossing, Hold, Mapping, Move, ValueRoute } from "../mapping.js";
import type { Way } from "./router.js";

export interface Placement {
  readonly ii: number;
  /** By node. */
  readonly elements: readonly number[];
  readonly times: readonly number[];
  /** By edge. */
  readonly ways: readonly (Way | undefined)[];
  /** Values are carried on by links. */
  readonly usesLinks: boolean;
}

export function toMapping(graph: Dfg, placement: Placement): Mapping {
  const { ii, elements, times } = placement;
  // Times start in the first interval.
  const shift = -Math.floor(Math.min(...times) / ii) * ii;
  const routes = graph.nodes.map((_, u) => routeOf(graph, placement, u, shift));
  return { ii, elements, times: times.map((t) => t + shift), routes };
}

function routeOf(graph: Dfg, { ways, usesLinks }: Placement, u: number, shift: number): ValueRoute {
  const holds = new Map<string, Hold>();
  const moves = new Map<string, Move>();
  const crossings = new Map<string, Crossing>();
  const hold = (element: number, time: number, place: Hold["place"]): void => {
    holds.set(`${element} ${time} ${place}`, { element, time: time + shift, place });
  };
  const cross = (path: readonly number[], time: number): void => {
    for (let k = 1; k < path.length; k++) {
      const [from, to] = [path[k - 1]!, path[k]!];
      crossings.set(`${from} ${to} ${time}`, { from, to, time: time + shift });
    }
  };
  graph.edges.forEach(({ from }, i) => {
    const way = ways[i];
    if (from !== u || way === undefined) return;
    for (const step of way.steps) {
      // Where links carry values on, results count as held in a register from the start.
      hold(step.element, step.time, usesLinks ? "register" : step.place);
      if (step.kind === "moved")
        moves.set(`${step.element} ${step.time}`, {
          element: step.element,
          from: step.path[0]!,
          time: step.time + shift,
        });
      if (step.kind === "crossed") cross(step.path, step.time);
    }
    cross(way.last, way.readTime);
  });
  return {
    holds: [...holds.values()],
    moves: [...moves.values()],
    crossings: [...crossings.values()],
  };
}
