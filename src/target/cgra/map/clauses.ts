/** Clauses in which literals may be known: `ALWAYS` and `NEVER` stand for true and false. */
import type { ClauseSink } from "../../../sat/index.js";

export const ALWAYS = Number.MAX_SAFE_INTEGER;
export const NEVER = -ALWAYS;

export interface Clauses {
  /** At least one holds. */
  add(...literals: number[]): void;
  readonly sink: ClauseSink;
  fresh(): number;
  /** A literal that holds at least when all of these do. */
  both(a: number, b: number): number;
}

export function clausesFor(sink: ClauseSink): Clauses {
  const add = (...literals: number[]): void => {
    const open: number[] = [];
    for (const literal of literals) {
      if (literal === ALWAYS) return;
      if (literal !== NEVER) open.push(literal);
    }
    sink.addClause(open);
  };
  const fresh = (): number => sink.newVariable();
  return {
    add,
    sink,
    fresh,
    both(a, b) {
      if (a === NEVER || b === NEVER) return NEVER;
      if (a === ALWAYS) return b;
      if (b === ALWAYS) return a;
      const c = fresh();
      add(-a, -b, c);
      return c;
    },
  };
}
