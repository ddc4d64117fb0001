/**
 * Checks that a clause set has no solution, by the clauses a solver derived: each must follow from those before it by
 * unit propagation alone (reverse unit propagation; Goldberg and Novikov 2003). The last one is empty.
 */

export type ProofStep =
  | { readonly kind: "add"; readonly clause: readonly number[] }
  | { readonly kind: "remove"; readonly clause: readonly number[] };

/** Index of the first step that does not follow; undefined when the proof holds, -1 when it refutes nothing. */
export function firstFlaw(
  clauses: readonly (readonly number[])[],
  steps: readonly ProofStep[],
): number | undefined {
  const checker = propagator();
  for (const clause of clauses) checker.add(clause);
  for (const [i, { kind, clause }] of steps.entries()) {
    if (kind === "remove") checker.remove(clause);
    else if (!checker.follows(clause)) return i;
    else if (clause.length === 0) return undefined;
    else checker.add(clause);
  }
  return -1;
}

interface Held {
  readonly lits: number[];
  removed: boolean;
}

const keyOf = (clause: readonly number[]): string => [...clause].sort((a, b) => a - b).join(" ");

function propagator() {
  const watching = new Map<number, Held[]>();
  const byKey = new Map<string, Held[]>();
  const units: number[] = [];
  const values = new Map<number, boolean>();
  let conflicting = false;
  const holds = (lit: number): boolean | undefined => {
    const value = values.get(Math.abs(lit));
    return value === undefined ? undefined : value === lit > 0;
  };
  const watch = (lit: number, held: Held): void => {
    const list = watching.get(lit);
    if (list === undefined) watching.set(lit, [held]);
    else list.push(held);
  };

  /** Whether assigning the literals, and all that follows, violates a clause; the trail grows. */
  function conflicts(queue: number[], trail: number[]): boolean {
    for (let lit = queue.pop(); lit !== undefined; lit = queue.pop()) {
      const known = holds(lit);
      if (known === true) continue;
      if (known === false) return true;
      values.set(Math.abs(lit), lit > 0);
      trail.push(lit);
      const list = watching.get(-lit);
      if (list === undefined) continue;
      const kept: Held[] = [];
      let failed = false;
      for (const held of list) {
        if (held.removed) continue;
        const { lits } = held;
        if (failed || !moveWatch(lits, -lit, held)) kept.push(held);
        else continue;
        if (failed) continue;
        const other = lits[0] === -lit ? lits[1]! : lits[0]!;
        const value = holds(other);
        if (value === false) failed = true;
        else if (value === undefined) queue.push(other);
      }
      watching.set(-lit, kept);
      if (failed) return true;
    }
    return false;
  }

  function moveWatch(lits: number[], from: number, held: Held): boolean {
    const mine = lits[0] === from ? 0 : 1;
    if (holds(lits[1 - mine]!) === true) return false;
    for (let i = 2; i < lits.length; i++) {
      if (holds(lits[i]!) === false) continue;
      [lits[mine], lits[i]] = [lits[i]!, lits[mine]!];
      watch(lits[mine]!, held);
      return true;
    }
    return false;
  }

  function undo(trail: readonly number[]): void {
    for (const lit of trail) values.delete(Math.abs(lit));
  }

  return {
    add(clause: readonly number[]): void {
      const lits = [...new Set(clause)];
      const held: Held = { lits, removed: false };
      const key = keyOf(lits);
      byKey.set(key, [...(byKey.get(key) ?? []), held]);
      if (lits.length === 0) conflicting = true;
      else if (lits.length === 1) {
        if (conflicts([lits[0]!], units)) conflicting = true;
      } else {
        // Literals that are not false are watched, as far as there are any.
        lits.sort((a, b) => Number(holds(a) === false) - Number(holds(b) === false));
        watch(lits[0]!, held);
        watch(lits[1]!, held);
        if (holds(lits[1]!) === false && conflicts([lits[0]!], units)) conflicting = true;
      }
    },
    remove(clause: readonly number[]): void {
      const found = byKey.get(keyOf(clause))?.find(({ removed }) => !removed);
      // What units follow from stays true.
      if (found !== undefined) found.removed = true;
    },
    follows(clause: readonly number[]): boolean {
      if (conflicting) return true;
      const trail: number[] = [];
      const result = conflicts(
        clause.map((l) => -l),
        trail,
      );
      undo(trail);
      return result;
    },
  };
}
