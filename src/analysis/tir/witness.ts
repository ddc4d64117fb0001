/** Counter-examples: values of symbols and loop variables, checked by evaluation. */
import {
  evaluate,
  poly,
  relevantRows,
  rowOf,
  solve,
  type Analyzer,
  type Poly,
} from "../../arith/index.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import { addInt, floorModInt, mulInt, subInt, type Int } from "../../support/int.js";
import type { Step } from "./walk.js";

export type Witness = ReadonlyMap<Var, Int>;

/** What the values of a witness must satisfy besides the path. */
export type Wanted = (at: (e: PrimExpr) => Int | undefined) => boolean;

/**
 * Values with which the path is reached and `wanted` holds: from a solution of the linear system when there is one,
 * else by trying small values.
 */
export function findWitness(
  analyzer: Analyzer,
  goal: readonly Poly[],
  symbols: readonly Var[],
  paths: readonly (readonly Step[])[],
  wanted: Wanted,
): Witness | undefined {
  const free = freeVariables(paths);
  const solved = fromSolver(analyzer, goal, symbols, [...symbols, ...free]);
  if (solved && follows(solved, paths) && wanted(evaluator(solved))) return solved;
  return search(symbols, paths, wanted);
}

const freeVariables = (paths: readonly (readonly Step[])[]): Var[] => [
  ...new Set(paths.flatMap((path) => path.flatMap((s) => (s.kind === "loop" ? [s.var] : [])))),
];

function fromSolver(
  analyzer: Analyzer,
  goal: readonly Poly[],
  symbols: readonly Var[],
  vars: readonly Var[],
): Map<Var, Int> | undefined {
  const { rows } = relevantRows(analyzer, goal);
  // Sizes of at least one tell more than empty ones.
  const positive = symbols.map((v) => poly.addConst(analyzer.poly(v), -1));
  const solution =
    solve.findSolution([...rows, ...positive].map(rowOf)) ?? solve.findSolution(rows.map(rowOf));
  if (!solution) return undefined;
  const values = new Map<Var, Int>();
  for (const v of vars) {
    const { constant, terms } = analyzer.poly(v);
    const at = (t: Poly["terms"][number]): Int =>
      solution.get(t.key) ?? small(analyzer, poly.termPoly(1, t.atoms));
    values.set(
      v,
      terms.reduce((sum, t) => addInt(sum, mulInt(t.coeff, at(t))), constant),
    );
  }
  return values;
}

/** A value in the constant bounds, near 1. */
function small(analyzer: Analyzer, p: Poly): Int {
  const { min, max } = analyzer.boundOf(p);
  return min > 1 ? min : max < 1 ? max : 1;
}

/** Evaluates with the witness; values of the path that are computed are added to it by {@link follows}. */
const evaluator =
  (values: ReadonlyMap<Var, Int>) =>
  (e: PrimExpr): Int | undefined =>
    evaluate(e, { of: (v) => values.get(v) });

/** Whether the values lie on all paths; fills in the variables that the paths compute. */
function follows(values: Map<Var, Int>, paths: readonly (readonly Step[])[]): boolean {
  return paths.every((path) => path.every((step) => holds(step, values)));
}

function holds(step: Step, values: Map<Var, Int>): boolean {
  const at = evaluator(values);
  switch (step.kind) {
    case "loop": {
      const x = values.get(step.var);
      const min = at(step.min);
      const extent = at(step.extent);
      if (x === undefined || min === undefined || extent === undefined) return false;
      if (x < min || x >= addInt(min, extent)) return false;
      const by = step.step ? at(step.step) : 1;
      return by !== undefined && by > 0 && floorModInt(subInt(x, min), by) === 0;
    }
    case "value": {
      const value = at(step.value);
      if (value !== undefined) values.set(step.var, value);
      return true;
    }
    case "unknown":
      return true;
    case "when": {
      const truth = at(step.cond);
      return truth !== undefined && (truth !== 0) === step.holds;
    }
  }
}

const SMALL: readonly Int[] = [1, 2, 3, 5, 0, 8];

/** Tries small symbols, and the ends and middles of loops. */
function search(
  symbols: readonly Var[],
  paths: readonly (readonly Step[])[],
  wanted: Wanted,
): Witness | undefined {
  let budget = 3000;
  const steps = paths.flat();
  const values = new Map<Var, Int>();
  const walk = (at: number): boolean => {
    if (--budget < 0) return false;
    if (at < symbols.length) return tryAll(symbols[at]!, SMALL, () => walk(at + 1));
    const step = steps[at - symbols.length];
    if (step === undefined) return wanted(evaluator(values));
    if (step.kind !== "loop" || values.has(step.var)) return holds(step, values) && walk(at + 1);
    return tryAll(step.var, ends(step, values), () => holds(step, values) && walk(at + 1));
  };
  const tryAll = (v: Var, choices: readonly Int[], next: () => boolean): boolean => {
    for (const choice of choices) {
      values.set(v, choice);
      if (next()) return true;
    }
    values.delete(v);
    return false;
  };
  return walk(0) ? values : undefined;
}

function ends(step: Step & { readonly kind: "loop" }, values: ReadonlyMap<Var, Int>): Int[] {
  const at = evaluator(values);
  const min = at(step.min);
  const extent = at(step.extent);
  if (min === undefined || extent === undefined || extent <= 0) return [];
  const picks = new Set<Int>();
  for (const offset of [0, subInt(extent, 1), 1, 2])
    if (offset < extent && offset >= 0) picks.add(addInt(min, offset));
  return [...picks];
}

/** `n = 1, i = 0`, the variables that matter. */
export function witnessText(witness: Witness, relevant: readonly Var[]): string {
  const seen = new Set<string>();
  const parts: string[] = [];
  for (const v of relevant) {
    const value = witness.get(v);
    if (value === undefined || seen.has(v.name)) continue;
    seen.add(v.name);
    parts.push(`${v.name} = ${value}`);
  }
  return parts.slice(0, 8).join(", ");
}
