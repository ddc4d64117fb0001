/**
 * Proofs that need no system: what is asked for contradicts one fact, or stays below zero when each variable is at the
 * end of its range that makes it largest. Most accesses are in bounds by such a proof, which costs a few sums.
 */
import { absInt } from "../support/int.js";
import { add, constPoly, mul, neg, termPoly, type Atom, type Poly, type Term } from "./poly.js";
import type { Knowledge } from "./refute.js";

/** Variables that are moved to an end at most. */
const MAX_MOVES = 8;

/** Whether the polynomial is plainly below zero. */
export function isOutOfReach(known: Knowledge, goal: Poly): boolean {
  let p: Poly | undefined = goal;
  for (let moves = 0; p !== undefined && moves <= MAX_MOVES; moves++) {
    if (known.boundOf(p).max < 0 || contradictsFact(known, p)) return true;
    p = withoutInnermost(known, p);
  }
  return false;
}

/** Whether the sum with a fact, which is as large or larger, is below zero. */
function contradictsFact(known: Knowledge, p: Poly): boolean {
  const last = p.terms[p.terms.length - 1];
  if (last === undefined) return false;
  return known.facts.some((fact) => {
    const other = fact.terms[fact.terms.length - 1];
    return (
      other?.key === last.key &&
      other.coeff > 0 !== last.coeff > 0 &&
      known.boundOf(add(p, fact)).max < 0
    );
  });
}

/** The polynomial with the variable met last at the end of its range that makes each term largest. */
function withoutInnermost(known: Knowledge, p: Poly): Poly | undefined {
  const inner = innermost(known, p);
  if (inner === undefined) return undefined;
  let largest: Poly = p;
  for (const term of p.terms) {
    if (!term.atoms.includes(inner)) continue;
    const gain = gainOf(known, term, inner);
    if (gain === undefined) return undefined;
    largest = add(largest, gain);
  }
  return largest;
}

/** The variable that was met last: its range may speak of the others. */
function innermost(known: Knowledge, p: Poly): Atom | undefined {
  let found: Atom | undefined;
  for (const { atoms } of p.terms)
    for (const atom of atoms)
      if (atom.kind === "var" && known.rangeOf(atom).length > 0)
        if (found === undefined || atom.id > found.id) found = atom;
  return found;
}

/** What the term gains, which is not negative, when the variable is moved to an end. */
function gainOf(known: Knowledge, term: Term, atom: Atom): Poly | undefined {
  const rest = term.atoms.filter((x) => x !== atom);
  if (rest.length !== term.atoms.length - 1) return undefined;
  const size = absInt(term.coeff);
  const factor = rest.length === 0 ? constPoly(size) : termPoly(size, rest);
  const { min, max } = known.boundOf(factor);
  if (min < 0 && max > 0) return undefined;
  const isUpwards = term.coeff > 0 === min >= 0;
  // The distance to the end above, or to the one below.
  const distance = known.rangeOf(atom).find((row) => coeffOf(row, atom) === (isUpwards ? -1 : 1));
  return distance && mul(distance, min >= 0 ? factor : neg(factor));
}

const coeffOf = (row: Poly, atom: Atom): Term["coeff"] | undefined =>
  row.terms.find(({ atoms }) => atoms.length === 1 && atoms[0] === atom)?.coeff;
