/** Which memory values of a Relax function stand for, and when it is used. */
import type { Expr, Func, Var } from "../../ir/relax/expr.js";
import { eachOccurrence } from "./occurrences.js";

/** Memory that a tensor may lie in: an allocation, a parameter, the result of a branch or of a call. */
export interface Root {
  readonly kind: "alloc" | "param" | "branch" | "result";
  readonly name: string;
  /** Points at which it is first and last used; `Infinity` and −1 while it is not. */
  first: number;
  last: number;
  /** Results of branches: what either side gives. */
  readonly sides: readonly (readonly Root[])[];
}

/** What a value holds of memory. */
export type Held =
  | { readonly kind: "roots"; readonly roots: readonly Root[] }
  | { readonly kind: "tuple"; readonly fields: readonly Held[] };

export const holdsNothing: Held = { kind: "roots", roots: [] };

export const newRoot = (
  kind: Root["kind"],
  name: string,
  sides: readonly (readonly Root[])[] = [],
): Root => ({ kind, name, first: Infinity, last: -1, sides });

/** All roots of a value. */
export const rootsOf = (held: Held): readonly Root[] =>
  held.kind === "roots" ? held.roots : held.fields.flatMap(rootsOf);

/** A value that may be any of the memory of others. */
export const anyOf = (values: readonly Held[]): Held => ({
  kind: "roots",
  roots: [...new Set(values.flatMap(rootsOf))],
});

/** Notes a use. */
export function use(held: Held, at: number): void {
  for (const root of rootsOf(held)) {
    root.first = Math.min(root.first, at);
    root.last = Math.max(root.last, at);
  }
}

/** What an operand holds. */
export function heldBy(values: ReadonlyMap<Var, Held>, e: Expr): Held {
  switch (e.kind) {
    case "relax.Var":
      return values.get(e) ?? holdsNothing;
    case "relax.Tuple":
      return { kind: "tuple", fields: e.fields.map((f) => heldBy(values, f)) };
    case "relax.TupleGetItem": {
      const tuple = heldBy(values, e.tuple);
      return tuple.kind === "tuple" ? (tuple.fields[e.index] ?? holdsNothing) : tuple;
    }
    default:
      return holdsNothing;
  }
}

/** What a nested function holds: all that it uses of the outside. */
export function heldByFunction(values: ReadonlyMap<Var, Held>, func: Func): Held {
  const found: Held[] = [];
  eachOccurrence(func, (v) => {
    const held = values.get(v);
    if (held !== undefined) found.push(held);
  });
  return anyOf(found);
}
