/**
 * The mapping problem at one interval as clauses, in the factorised form: place and time of a node are separate, and
 * the travel of values is a set of facts "value u is at element p at the end of cycle t", each of which needs a reason
 * in the cycle before. One form serves all ways of routing.
 */
import { atMost, atMostOne, type SatSolver } from "../../../sat/index.js";
import { carriesValue } from "../dfg/dfg.js";
import { ALWAYS, clausesFor, NEVER } from "./clauses.js";
import { slotOf, type Mapping } from "./mapping.js";
import type { Excess } from "./excess.js";
import { distancesOf, type Problem } from "./places.js";
import { readMapping } from "./read-mapping.js";
import { hasSpaceClauses, spaceClauses } from "./space-clauses.js";
import {
  limitIssue,
  limitResults,
  negated,
  scheduleLiterals,
  type ScheduleLiterals,
} from "./schedule-literals.js";

/** Literals of a value: NEVER where it cannot be. */
export interface ValueLiterals {
  /** Cycles at whose end the value may be held. */
  readonly from: number;
  readonly to: number;
  inRegister(element: number, time: number): number;
  inOutput(element: number, time: number): number;
  moved(element: number, time: number): number;
  /** By position of the link, arriving in cycle `time` after at most so many links of that cycle. */
  crosses(link: number, time: number, hop: number): number;
}

export interface Encoding {
  readonly schedule: ScheduleLiterals;
  /** By node; undefined for values that nothing reads. */
  readonly values: readonly (ValueLiterals | undefined)[];
  /** The solution the solver found. */
  mapping(): Mapping;
  /** What was found to be too much is forbidden in what is solved next; whether clauses were added. */
  limit(excess: Excess): boolean;
}

export function encode(
  problem: Problem,
  ii: number,
  slack: number,
  solver: SatSolver,
): Encoding | undefined {
  const { graph, fabric, latencies, sources } = problem;
  const clauses = clausesFor(solver);
  const schedule = scheduleLiterals(problem, ii, slack, clauses);
  if (schedule === undefined) return undefined;
  const { add, fresh, both } = clauses;
  const { on, startsAt, startsBy, first, last } = schedule;
  const space = hasSpaceClauses(problem) ? spaceClauses(problem, ii, on, clauses) : undefined;
  const count = fabric.elements.length;
  const usesLinks = fabric.route === "bypass" || fabric.route === "multihop";
  const usesMoves = fabric.route === "issue";
  const linksInto: number[][] = fabric.elements.map(() => []);
  fabric.links.forEach(({ to }, i) => linksInto[to]!.push(i));
  const readable = (p: number): boolean =>
    !usesLinks && fabric.elements[p]!.registers.visible === "neighbours";
  // With registers for all to read, the output register holds nothing more.
  const usesOutputs = !usesLinks && fabric.elements.some((_, p) => !readable(p));
  const distance = distancesOf(problem);

  /** By element and slot: results that arrive in the output register. */
  const writes = fabric.elements.map(() => Array.from({ length: ii }, () => 0));
  if (usesOutputs)
    for (let p = 0; p < count; p++) {
      for (let c = 0; c < ii; c++) writes[p]![c] = fresh();
      graph.nodes.forEach((_, v) => {
        for (let c = 0; c < ii; c++) {
          const literal = schedule.issued(v, p, c);
          if (literal !== NEVER)
            add(negated(literal), writes[p]![slotOf(c + latencies[v]! - 1, ii)]!);
        }
      });
    }

  const movesIn = fabric.elements.map(() => Array.from({ length: ii }, (): number[] => []));
  const crossingsOf = fabric.links.map(() => Array.from({ length: ii }, (): number[] => []));
  /** By element and slot: registers in use. */
  const registersIn = fabric.elements.map(() => Array.from({ length: ii }, (): number[] => []));

  // A solver without memory takes no more clauses.
  const values = graph.nodes.map((_, u) => (solver.statistics().isFull ? undefined : valueOf(u)));

  function valueOf(u: number): ValueLiterals | undefined {
    const uses = graph.edges.filter((e) => e.from === u && carriesValue(e));
    if (uses.length === 0) return undefined;
    const latency = latencies[u]!;
    const from = first[u]! + latency - 1;
    const to = Math.max(...uses.map((e) => last[e.to]! + e.distance * ii)) - 1;
    const span = to - from + 1;
    const hops = fabric.hops;
    const makeable = (p: number): number =>
      Math.min(...problem.places[u]!.map((q) => distance[q]![p]!));
    const toMake = fabric.elements.map((_, p) => makeable(p));
    const routes = usesLinks || usesMoves;
    const carries = fabric.elements.map(
      (_, p) => toMake[p] === 0 || problem.carriers?.[u]!.includes(p) !== false,
    );
    /** Whether the value can be at p at the end of t, and still get to a reader in time. */
    const isUseful = (p: number, t: number): boolean => {
      if (t < from || t > to || !carries[p]!) return false;
      const reach = routes ? (t - from) * hops : 0;
      if (toMake[p]! > reach) return false;
      return uses.some((e) => {
        const left = last[e.to]! + e.distance * ii - t;
        const far = routes ? left * hops : 1;
        return left > 0 && problem.places[e.to]!.some((q) => distance[p]![q]! <= far);
      });
    };
    const table = (make: (p: number, t: number) => number): ((p: number, t: number) => number) => {
      const rows = fabric.elements.map((_, p) =>
        Array.from({ length: span }, (_, i) => make(p, from + i)),
      );
      return (p, t) => rows[p]![t - from] ?? NEVER;
    };
    const inRegister = table((p, t) =>
      isUseful(p, t) && fabric.elements[p]!.registers.regs > 0 && (routes || toMake[p] === 0)
        ? fresh()
        : NEVER,
    );
    const inOutput = usesOutputs ? table((p, t) => (isUseful(p, t) ? fresh() : NEVER)) : none;
    // A move needs the value a cycle before, at a neighbour.
    const moved = usesMoves
      ? table((p, t) =>
          t > from && isUseful(p, t) && fabric.elements[p]!.ops.has("mov") ? fresh() : NEVER,
        )
      : none;
    const crosses = usesLinks ? crossings() : () => NEVER;

    /** Reading at `t` what is at p at the end of the cycle before, from the element itself or next to it. */
    const besides = (q: number, t: number): number[] => {
      const found = [inRegister(q, t - 1), inOutput(q, t - 1)];
      for (const p of sources[q]!) {
        found.push(inOutput(p, t - 1));
        if (readable(p)) found.push(inRegister(p, t - 1));
      }
      return found;
    };

    function crossings(): ValueLiterals["crosses"] {
      const rows = fabric.links.map(({ from: p, to: q, latency: cycles }) =>
        Array.from({ length: span + 1 }, (_, i) => {
          const t = from + i;
          const reach = (t - from) * hops;
          if (t <= from || toMake[p]! > reach - 1) return [];
          const onward = isUseful(q, t) || readsAt(q, t) || isPassed(q, t);
          return onward ? Array.from({ length: cycles > 1 ? 1 : hops }, () => fresh()) : [];
        }),
      );
      return (link, t, hop) => rows[link]![t - from]?.[hop - 1] ?? NEVER;
    }
    function readsAt(q: number, t: number): boolean {
      return uses.some(
        (e) =>
          problem.places[e.to]!.includes(q) &&
          t >= first[e.to]! + e.distance * ii &&
          t <= last[e.to]! + e.distance * ii,
      );
    }
    function isPassed(q: number, t: number): boolean {
      return (
        hops > 1 &&
        t <= to + 1 &&
        uses.some(
          (e) =>
            last[e.to]! + e.distance * ii >= t &&
            problem.places[e.to]!.some((r) => distance[q]![r]! < hops),
        )
      );
    }
    const arrivals = (q: number, t: number): number[] => {
      const found = [moved(q, t)];
      for (const link of linksInto[q]!)
        for (let hop = 1; hop <= hops; hop++) found.push(crosses(link, t, hop));
      return found;
    };

    for (let t = from; t <= to + 1; t++) {
      const isMade = startsBy(u, t - latency + 1);
      const wasMade = startsBy(u, t - latency);
      for (let p = 0; p < count; p++) {
        const register = inRegister(p, t);
        if (register !== NEVER) {
          const arrived = arrivals(p, t);
          const kept = [inRegister(p, t - 1), inOutput(p, t - 1)];
          add(negated(register), isMade);
          add(negated(register), on(u, p), ...kept, ...arrived);
          add(negated(register), negated(wasMade), ...kept, ...arrived);
          // A result that has just been made is still in the output register.
          registersIn[p]![slotOf(t, ii)]!.push(both(register, wasMade));
        }
        const output = inOutput(p, t);
        if (output !== NEVER) {
          const kept = inOutput(p, t - 1);
          const move = moved(p, t);
          add(negated(output), isMade);
          add(negated(output), on(u, p), kept, move);
          add(negated(output), negated(wasMade), kept, move);
          add(negated(output), negated(wasMade), negated(writes[p]![slotOf(t, ii)]!), move);
        }
        const move = moved(p, t);
        if (move !== NEVER) {
          movesIn[p]![slotOf(t, ii)]!.push(move);
          if (usesOutputs) add(negated(move), writes[p]![slotOf(t, ii)]!);
          const near = besides(p, t).slice(2);
          add(negated(move), ...near);
          if (space !== undefined) add(negated(move), space.carried(u, p));
        }
      }
      for (let link = 0; link < fabric.links.length && usesLinks; link++) {
        const { from: p, latency: cycles } = fabric.links[link]!;
        const own: number[] = [];
        for (let hop = 1; hop <= hops; hop++) {
          const crossing = crosses(link, t, hop);
          if (crossing === NEVER) continue;
          own.push(crossing);
          if (hop === 1) add(negated(crossing), inRegister(p, t - cycles));
          else
            add(negated(crossing), ...linksInto[p]!.map((before) => crosses(before, t, hop - 1)));
        }
        if (own.length === 1) crossingsOf[link]![slotOf(t, ii)]!.push(own[0]!);
        else if (own.length > 1) {
          const any = fresh();
          for (const o of own) add(negated(o), any);
          crossingsOf[link]![slotOf(t, ii)]!.push(any);
        }
      }
    }

    // Readers find the value.
    const available = new Map<number, number>();
    for (const e of uses) {
      for (const q of problem.places[e.to]!) {
        for (let s = first[e.to]!; s <= last[e.to]!; s++) {
          const t = s + e.distance * ii;
          const key = q * (span + 2) + (t - from);
          let literal = available.get(key);
          if (literal === undefined) {
            const found = [...besides(q, t), ...(usesLinks ? arrivals(q, t) : [])].filter(
              (l) => l !== NEVER,
            );
            literal = found.length === 0 ? NEVER : found.length === 1 ? found[0]! : fresh();
            if (found.length > 1) add(negated(literal), ...found);
            available.set(key, literal);
          }
          add(negated(startsAt(e.to, s)), negated(on(e.to, q)), literal);
        }
      }
    }
    return { from, to, inRegister, inOutput, moved, crosses };
  }

  /** Literals that hold when a value takes a port of the registers of an element in a slot. */
  function portUses(kind: "reads" | "writes", p: number, c: number): number[] {
    const found: number[] = [];
    values.forEach((value, u) => {
      if (value === undefined) return;
      for (let t = value.from + 1; t <= value.to + 1; t++) {
        if (slotOf(t, ii) !== c) continue;
        const causes = kind === "reads" ? readsOf(u, value, p, t) : writesOf(u, value, p, t);
        if (causes.every((cause) => cause.includes(NEVER))) continue;
        const use = fresh();
        for (const cause of causes) add(use, ...cause.map(negated));
        found.push(use);
      }
    });
    return found;
  }

  /** Each a set of literals under which value `u` is written to a register of `p` in cycle `t`. */
  function writesOf(u: number, value: ValueLiterals, p: number, t: number): number[][] {
    const register = value.inRegister(p, t);
    const before = value.inRegister(p, t - 1);
    const causes = [
      [register, on(u, p), startsAt(u, t - latencies[u]!)],
      [register, startsBy(u, t - latencies[u]!), negated(before)],
    ];
    // What a move brings is in the output first.
    if (usesMoves) causes.push([register, before, value.moved(p, t - 1)]);
    return causes;
  }

  /** As {@link writesOf}, for reading; the value is there since an earlier cycle. */
  function readsOf(u: number, value: ValueLiterals, p: number, t: number): number[][] {
    const held = [value.inRegister(p, t - 1), startsBy(u, t - 1 - latencies[u]!)];
    const readers = [p, ...(readable(p) ? fabric.links.flatMap((l) => (l.from === p ? [l.to] : [])) : [])]; // prettier-ignore
    const causes: number[][] = [];
    for (const e of graph.edges) {
      if (e.from !== u || !carriesValue(e)) continue;
      for (const q of readers)
        causes.push([...held, startsAt(e.to, t - e.distance * ii), on(e.to, q)]);
    }
    fabric.links.forEach(({ from, latency: cycles }, link) => {
      if (from === p) causes.push([...held, value.crosses(link, t + cycles - 1, 1)]);
    });
    for (const q of readers) causes.push([...held, value.moved(q, t)]);
    return causes;
  }

  const moves = (p: number, c: number): readonly number[] => movesIn[p]![c]!;
  limitIssue(problem, ii, schedule, moves, clauses);
  limitResults(problem, ii, schedule, moves, clauses);
  for (const slots of crossingsOf) for (const literals of slots) atMostOne(solver, literals);

  const limited = new Set<string>();
  const encoding: Encoding = {
    schedule,
    values,
    mapping: () =>
      readMapping(problem, ii, encoding, (l) => l === ALWAYS || (l !== NEVER && solver.holds(l))),
    limit(excess) {
      const { kind, element: p } = excess;
      if (kind === "constants") {
        add(...excess.nodes.map((v) => negated(on(v, p))));
        return true;
      }
      const key = `${kind} ${p} ${excess.slot} ${excess.limit}`;
      if (limited.has(key)) return false;
      limited.add(key);
      const literals =
        kind === "registers" ? registersIn[p]![excess.slot]! : portUses(kind, p, excess.slot);
      atMost(
        solver,
        literals.filter((l) => l !== NEVER),
        excess.limit,
      );
      return true;
    },
  };
  return encoding;
}

const none = (): number => NEVER;
