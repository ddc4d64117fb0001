/** The weakest condition on a function's symbols under which something cannot happen anywhere inside it. */
import {
  comparisonOf,
  poly,
  relevantRows,
  rowOf,
  solve,
  type Analyzer,
  type Atom,
  type Poly,
} from "../../arith/index.js";
import { boolImm, logic, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { DType } from "../../support/dtype.js";

/** `cond` is needed wherever `when` holds (absent: always). Both are over symbols only. */
export interface Condition {
  readonly cond: PrimExpr;
  readonly when: PrimExpr | undefined;
}

/** `"always"`: happens whenever the place is reached; `"unknown"`: no exact condition was found. */
export type Derived = Condition | "always" | "unknown";

export interface GuardPlace {
  readonly symbols: ReadonlySet<Var>;
  /** Runs a body with what is known before the function runs. */
  readonly atEntry: <T>(body: () => T) => T;
  /** What holds exactly where the place is reached. */
  readonly reached: readonly Poly[];
  /** Type of the condition's integers. */
  readonly dtype: DType;
}

/** Eliminates loop variables from "the place is reached and `violation >= 0`" (Fourier-Motzkin), and negates the rest. */
export function deriveGuard(
  analyzer: Analyzer,
  violation: readonly Poly[],
  place: GuardPlace,
): Derived {
  const { symbols, atEntry, reached, dtype } = place;
  const { rows, atoms } = relevantRows(analyzer, [...violation, ...reached]);
  const isSymbolic = symbolicAtoms(symbols);
  const terms = new Map(rows.flatMap((p) => p.terms.map((t) => [t.key, t] as const)));
  const isLocal = (key: string): boolean => !terms.get(key)!.atoms.every(isSymbolic);
  // A product with a loop variable loses its meaning when eliminated; an opaque value has none.
  for (const t of terms.values()) if (t.atoms.length > 1 && isLocal(t.key)) return "unknown";
  if (atoms.some((a) => !isSymbolic(a) && a.kind !== "var" && a.kind !== "floordiv"))
    return "unknown";
  const goal = new Set(violation.map((p) => p.key));
  const all = solve.eliminate(rows.map(rowOf), isLocal);
  const domain = solve.eliminate(rows.filter((p) => !goal.has(p.key)).map(rowOf), isLocal);
  if (typeof all === "string" || typeof domain === "string" || !all.exact || !domain.exact)
    return "unknown";
  const toPoly = (row: solve.Row): Poly =>
    poly.polyOf(
      [...row.coeffs].map(([key, coeff]) => ({ ...terms.get(key)!, coeff })),
      row.constant,
    );
  const needed = all.rows.filter((row) => !solve.implies(domain.rows, row)).map(toPoly);
  if (needed.length === 0) return "always";
  const known = atEntry(() => domain.rows.map(toPoly).filter((p) => !analyzer.isNonNegative(p)));
  known.sort((a, b) => firstAtom(a) - firstAtom(b));
  const cond: readonly (PrimExpr | undefined)[] = needed.map((p) =>
    atEntry(() => conditionOf(analyzer, poly.addConst(poly.neg(p), -1), dtype)),
  );
  const when: readonly (PrimExpr | undefined)[] = known.map((p) =>
    comparisonOf(analyzer, "le", p, dtype),
  );
  if (!isComplete(cond) || !isComplete(when)) return "unknown";
  return {
    cond: cond.reduce((a, b) => logic("or", a, b)),
    when: when.length === 0 ? undefined : when.reduce((a, b) => logic("and", a, b)),
  };
}

/** `p >= 0`, where an upper limit of `max` or a lower one of `min` is told of both operands. */
function conditionOf(analyzer: Analyzer, p: Poly, dtype: DType, depth = 0): PrimExpr | undefined {
  if (depth > 0 && analyzer.isNonNegative(p)) return boolImm(true);
  for (const t of p.terms) {
    const [atom] = t.atoms;
    const splits =
      t.atoms.length === 1 &&
      depth < 3 &&
      (atom!.kind === "max" ? t.coeff < 0 : atom!.kind === "min" && t.coeff > 0);
    if (!splits) continue;
    const without = poly.sub(p, poly.polyOf([t]));
    const [x, y] = [atom!.a!, atom!.b!].map((side) =>
      conditionOf(analyzer, poly.addScaled(without, side, t.coeff), dtype, depth + 1),
    );
    if (!x || !y) return undefined;
    return isTrue(x) ? y : isTrue(y) ? x : logic("and", x, y);
  }
  return comparisonOf(analyzer, "le", p, dtype);
}

const isTrue = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value !== 0;
const firstAtom = (p: Poly): number => p.terms[0]?.atoms[0]?.id ?? 0;
const isComplete = (list: readonly (PrimExpr | undefined)[]): list is readonly PrimExpr[] =>
  !list.includes(undefined);

/** Whether an atom is made of symbols only. */
function symbolicAtoms(symbols: ReadonlySet<Var>): (atom: Atom) => boolean {
  const known = new Map<number, boolean>();
  const isSymbolic = (atom: Atom): boolean => {
    const before = known.get(atom.id);
    if (before !== undefined) return before;
    known.set(atom.id, false);
    const answer =
      atom.kind === "var"
        ? atom.expr!.kind === "tir.Var" && symbols.has(atom.expr as Var)
        : atom.kind !== "opaque" &&
          atom.kind !== "choice" &&
          [atom.a!, atom.b!].every((p) => p.terms.every((t) => t.atoms.every(isSymbolic)));
    known.set(atom.id, answer);
    return answer;
  };
  return isSymbolic;
}
