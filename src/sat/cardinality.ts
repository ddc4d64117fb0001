/** Constraints on how many of some literals hold, as clauses (Sinz 2005: sequential counters). */
import type { SatSolver } from "./solver.js";

/** What constraints are added to. */
export type ClauseSink = Pick<SatSolver, "newVariable" | "addClause">;

/** Below this number of literals, pairs are smaller than a counter. */
const PAIRS = 6;

export function atMostOne(sink: ClauseSink, literals: readonly number[]): void {
  if (literals.length <= PAIRS) {
    literals.forEach((a, i) => literals.slice(i + 1).forEach((b) => sink.addClause([-a, -b])));
    return;
  }
  // `before`: one of the literals so far holds.
  let before = 0;
  literals.forEach((literal, i) => {
    if (before !== 0) sink.addClause([-before, -literal]);
    if (i === literals.length - 1) return;
    const now = sink.newVariable();
    sink.addClause([-literal, now]);
    if (before !== 0) sink.addClause([-before, now]);
    before = now;
  });
}

export function exactlyOne(sink: ClauseSink, literals: readonly number[]): void {
  sink.addClause(literals);
  atMostOne(sink, literals);
}

/**
 * At most so many of the literals hold; which counts are reached: the literal at `j` holds exactly when more than `j` do.
 */
export function countedAtMost(
  sink: ClauseSink,
  literals: readonly number[],
  bound: number,
): readonly number[] {
  let counts: readonly number[] = [];
  for (const literal of literals) {
    const next = Array.from({ length: Math.min(counts.length + 1, bound) }, () =>
      sink.newVariable(),
    );
    next.forEach((now, j) => {
      const before = counts[j];
      const less = counts[j - 1];
      const kept = before === undefined ? [] : [before];
      for (const one of kept) sink.addClause([-one, now]);
      sink.addClause([-literal, ...(less === undefined ? [] : [-less]), now]);
      sink.addClause([-now, ...kept, literal]);
      if (less !== undefined) sink.addClause([-now, ...kept, less]);
    });
    if (counts.length === bound)
      sink.addClause([-literal, ...(bound === 0 ? [] : [-counts[bound - 1]!])]);
    counts = next;
  }
  return counts;
}

export function atMost(sink: ClauseSink, literals: readonly number[], bound: number): void {
  if (bound >= literals.length) return;
  if (bound === 1) return atMostOne(sink, literals);
  if (bound <= 0) {
    for (const literal of literals) sink.addClause([-literal]);
    return;
  }
  // `counts[j]`: at least j + 1 of the literals so far hold.
  let counts: readonly number[] = [];
  for (const literal of literals) {
    const next = Array.from({ length: Math.min(counts.length + 1, bound) }, () =>
      sink.newVariable(),
    );
    next.forEach((now, j) => {
      if (counts[j] !== undefined) sink.addClause([-counts[j]!, now]);
      if (j === 0) sink.addClause([-literal, now]);
      else sink.addClause([-literal, -counts[j - 1]!, now]);
    });
    if (counts.length === bound) sink.addClause([-literal, -counts[bound - 1]!]);
    counts = next;
  }
}
