/**
 * Placement without time as clauses: each operation is on an element, and where values are carried on by moves they
 * take slots too. All mappings at the interval satisfy these, whatever their length, so that what they refute is
 * refuted for schedules of any length; beside clauses with time they tell early that moves are too many.
 */
import { atMost, countedAtMost, exactlyOne } from "../../../sat/index.js";
import { carriesValue } from "../dfg/dfg.js";
import { slotsBySet } from "./bounds.js";
import { NEVER, type Clauses } from "./clauses.js";
import type { Problem } from "./places.js";

export interface SpaceLiterals {
  /** The value of a node is moved to an element some time; NEVER where it cannot be. */
  carried(node: number, element: number): number;
}

/** Where values go from element to element, a slot for each move; links are not counted here. */
export const hasSpaceClauses = ({ fabric }: Problem): boolean =>
  fabric.route === "issue" || fabric.route === "none";

/** Adds the clauses, for operations that are `on` elements; for rows and columns too where they are all there is. */
export function spaceClauses(
  problem: Problem,
  ii: number,
  on: (node: number, element: number) => number,
  clauses: Clauses,
  isProjected = false,
): SpaceLiterals {
  const { graph, fabric } = problem;
  const { fresh } = clauses;
  const readers = readersOf(problem);
  const moves = graph.nodes.map((_, u) =>
    fabric.elements.map((_, p) =>
      canMove(problem, u, p) && readers[u]!.length > 0 ? fresh() : NEVER,
    ),
  );
  const carried = (u: number, p: number): number => moves[u]![p]!;
  const near = problem.sources;
  limitTravel({ count: fabric.elements.length, near, on, carried }, readers, clauses);
  if (isProjected) projectedClauses(problem, on, { carried }, clauses);
  limitSlots(problem, ii, on, carried, clauses);
  return { carried };
}

/**
 * The same by rows and by columns, which follows, but is found sooner: what is in a row is in one of its elements, and
 * values go from row to row.
 */
function projectedClauses(
  problem: Problem,
  on: (node: number, element: number) => number,
  { carried }: SpaceLiterals,
  clauses: Clauses,
): void {
  const { graph, fabric, sources } = problem;
  const { rows, cols } = fabric;
  const readers = readersOf(problem);
  const axes = [
    { count: rows, partOf: (p: number) => Math.floor(p / cols) },
    { count: cols, partOf: (p: number) => p % cols },
  ];
  for (const { count, partOf } of axes) {
    const elements = [...fabric.elements.keys()];
    const inPart = (of: (u: number, p: number) => number): readonly (readonly number[])[] =>
      graph.nodes.map((_, u) =>
        Array.from({ length: count }, (_, part) =>
          anyOf(
            elements.filter((p) => partOf(p) === part).map((p) => of(u, p)),
            clauses,
          ),
        ),
      );
    const placed = inPart(on);
    const moved = inPart(carried);
    for (const own of placed)
      exactlyOne(
        clauses.sink,
        own.filter((l) => l !== NEVER),
      );
    const near = Array.from({ length: count }, (_, part) => {
      const found = elements.flatMap((p) => (partOf(p) === part ? sources[p]!.map(partOf) : []));
      return [...new Set(found)];
    });
    const parts = {
      count,
      near,
      on: (u: number, part: number) => placed[u]![part]!,
      carried: (u: number, part: number) => moved[u]![part]!,
    };
    limitTravel(parts, readers, clauses);
  }
}

/** A literal that holds exactly when one of these does. */
function anyOf(literals: readonly number[], { add, fresh }: Clauses): number {
  const known = literals.filter((l) => l !== NEVER);
  if (known.length === 0) return NEVER;
  const any = fresh();
  for (const literal of known) add(-literal, any);
  add(-any, ...known);
  return any;
}

/** Elements, or groups of them. */
interface Parts {
  readonly count: number;
  /** By part: those from which values come. */
  readonly near: readonly (readonly number[])[];
  on(node: number, part: number): number;
  carried(node: number, part: number): number;
}

/** A value is where it is made or moved to, next to where it was, and readers find it there or next to it. */
function limitTravel(
  { count, near, on, carried }: Parts,
  readers: readonly (readonly number[])[],
  { add }: Clauses,
): void {
  readers.forEach((own, u) => {
    for (let p = 0; p < count && own.length > 0; p++) {
      const around = near[p]!.flatMap((q) => [on(u, q), carried(u, q)]);
      if (carried(u, p) !== NEVER) add(-carried(u, p), ...around);
      for (const v of own)
        if (on(v, p) !== NEVER) add(-on(v, p), on(u, p), carried(u, p), ...around);
    }
  });
}

/** Operations and moves take slots of elements, no more than there are. */
function limitSlots(
  problem: Problem,
  ii: number,
  on: (node: number, element: number) => number,
  carried: (node: number, element: number) => number,
  { sink }: Clauses,
): void {
  const { graph, fabric, places, busy } = problem;
  const elements = [...fabric.elements.keys()];
  const operationsAt = (p: number, isCounted: (v: number) => boolean): number[] =>
    graph.nodes.flatMap((_, v) =>
      places[v]!.includes(p) && isCounted(v)
        ? new Array<number>(Math.min(busy[v]!, ii + 1)).fill(on(v, p))
        : [],
    );
  const movesAt = (p: number): number[] =>
    graph.nodes.map((_, u) => carried(u, p)).filter((l) => l !== NEVER);
  // Slots that stay empty are counted with moves: operations leave so many to both.
  const idle = elements.flatMap((p) => {
    const counts = countedAtMost(sink, [...operationsAt(p, () => true), ...movesAt(p)], ii);
    return Array.from({ length: ii }, (_, j) => counts[j]).flatMap((l) => (l === undefined ? [] : [-l])); // prettier-ignore
  });
  const slots = busy.reduce((sum, b) => sum + b, 0);
  const unreachable = ii * elements.length - idle.length;
  atMost(sink, [...idle, ...elements.flatMap(movesAt)], ii * elements.length - slots - unreachable);
  for (const set of scarceSets(problem)) {
    const inside = new Set(set.elements);
    const isOther = (v: number): boolean => !places[v]!.every((p) => inside.has(p));
    const others = set.elements.flatMap((p) => [...operationsAt(p, isOther), ...movesAt(p)]);
    atMost(sink, others, set.elements.length * ii - set.slots);
  }
}

const canMove = ({ fabric, carriers }: Problem, u: number, p: number): boolean =>
  fabric.route === "issue" &&
  fabric.elements[p]!.ops.has("mov") &&
  carriers?.[u]!.includes(p) !== false;

/** By node: others that read its value. */
const readersOf = ({ graph }: Problem): readonly (readonly number[])[] =>
  graph.nodes.map((_, u) => [
    ...new Set(
      graph.edges.flatMap((e) => (e.from === u && e.to !== u && carriesValue(e) ? [e.to] : [])),
    ),
  ]);

/** Sets of elements that are not all, with the slots of operations that can be on no others. */
function scarceSets(problem: Problem) {
  const sets = slotsBySet(problem);
  return sets
    .filter(({ elements }) => elements.length < problem.fabric.elements.length)
    .map(({ elements }) => ({
      elements,
      slots: sets
        .filter((set) => set.elements.every((p) => elements.includes(p)))
        .reduce((sum, { slots }) => sum + slots, 0),
    }));
}
