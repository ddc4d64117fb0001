/** Entry conditions of T functions, in the forms that the interpreter and the back ends take. */
import { boundsOf } from "../analysis/index.js";
import { exprText } from "../arith/index.js";
import type { IRModule } from "../ir/module.js";
import { logic, unary, type PrimExpr } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { Span } from "../support/source.js";
import type { Guard } from "../target/guard.js";

/** What must hold when a function is entered, so that its accesses stay in bounds. */
export interface EntryGuard {
  readonly cond: PrimExpr;
  /** `n == k` */
  readonly text: string;
  /** The access that needs it. */
  readonly span: Span | undefined;
}

/** By the names of functions. */
export type EntryGuards = ReadonlyMap<string, readonly EntryGuard[]>;

/** Guards of all T functions; those that are known already are taken as they are. */
export function guardsOf(module: IRModule, known: EntryGuards = new Map()): EntryGuards {
  const all = new Map<string, readonly EntryGuard[]>();
  for (const [name, func] of module.functions) {
    if (func.kind === "tir.PrimFunc") all.set(name, known.get(name) ?? entryGuards(func));
  }
  return all;
}

/** Guards by the names of functions, as code generators take them. */
export function guardLookup(module: IRModule, known?: EntryGuards): (name: string) => Guard[] {
  const guards = guardsOf(module, known);
  return (name) =>
    (guards.get(name) ?? []).map((g) => ({ condition: g.cond, message: g.text, span: g.span }));
}

function entryGuards(func: PrimFunc): EntryGuard[] {
  return boundsOf(func).guards.map(({ cond, when, accesses }) => ({
    // "cond wherever when" as one condition.
    cond: when === undefined ? cond : logic("or", unary("not", when), cond),
    text: exprText(cond),
    span: accesses[0]?.span,
  }));
}
