/** Lengths of the caller as lengths of the instance: constants stay, symbols get names of the signature. */
import type { Analyzer } from "../arith/index.js";
import { varsOf } from "../ir/core/free-vars.js";
import { substitute } from "../ir/core/rewrite.js";
import { intImm, makeVar, type PrimExpr, type Var } from "../ir/tir/expr.js";
import { castTo } from "../syntax/elaborate/tir/operators.js";
import { int64 } from "../support/dtype.js";

/** A scalar parameter of the instance, and what the caller passes. */
export interface ScalarParam {
  readonly var: Var;
  readonly caller: PrimExpr;
}

/** Translates expressions of the caller; see §10.1 of the template language. */
export interface Symbols {
  /** A length, where a symbol met first is called `hint`. */
  dim(e: PrimExpr, hint: string): PrimExpr;
  /** A scalar operand: symbols that no shape binds become parameters. */
  scalar(e: PrimExpr, hint: string): PrimExpr;
  readonly scalars: readonly ScalarParam[];
  /** What each symbol of the instance is for the caller. */
  readonly callers: ReadonlyMap<Var, PrimExpr>;
}

/**
 * Symbols of their own, for functions that stand alone. `bare`: symbols that are a whole length somewhere; `open`: those
 * that stand for numbers, and for themselves.
 */
export function freshSymbols(
  analyzer: Analyzer,
  bare: ReadonlySet<Var>,
  open: readonly Var[] = [],
): Symbols {
  const known = new Map<Var, PrimExpr>(open.map((v) => [v, v]));
  const compound: { readonly of: PrimExpr; readonly symbol: Var }[] = [];
  const callers = new Map<Var, PrimExpr>();
  const scalars: ScalarParam[] = [];
  const used = new Set<string>();
  const unique = (hint: string): string => {
    let name = hint;
    for (let i = 1; used.has(name); i++) name = `${hint}_${i}`;
    used.add(name);
    return name;
  };
  const size = (hint: string, of: PrimExpr): Var => {
    const symbol = makeVar(unique(hint), int64, undefined, { isSize: true });
    callers.set(symbol, of);
    return symbol;
  };
  const symbolOf = (v: Var, hint: string): PrimExpr => {
    let found = known.get(v);
    if (found === undefined) known.set(v, (found = size(hint, v)));
    return found;
  };
  const translated = (e: PrimExpr): PrimExpr =>
    analyzer.simplify(
      substitute(e, new Map(varsOf(e).map((v) => [v, castTo(symbolOf(v, v.name), v.dtype)]))),
    );
  return {
    scalars,
    callers,
    dim(e, hint) {
      if (e.kind === "tir.IntImm") return intImm(e.value, int64);
      if (e.kind === "tir.Var") return symbolOf(e, hint);
      if (varsOf(e).every((v) => bare.has(v) || open.includes(v)))
        return castTo(translated(e), int64);
      const before = compound.find((c) => analyzer.equal(c.of, e) === true);
      if (before !== undefined) return before.symbol;
      const symbol = size(hint, e);
      compound.push({ of: e, symbol });
      return symbol;
    },
    scalar(e, hint) {
      const vars = varsOf(e);
      for (const v of vars) {
        if (known.has(v) || bare.has(v)) continue;
        const own = makeVar(unique(e === v ? hint : v.name), v.dtype);
        known.set(v, own);
        callers.set(own, v);
        scalars.push({ var: own, caller: v });
      }
      if (e.kind === "tir.Var") return symbolOf(e, hint);
      return translated(e);
    },
  };
}

/** The caller's own symbols, for expansions that stand in its text. */
export const sameSymbols: Symbols = {
  dim: (e) => e,
  scalar: (e) => e,
  scalars: [],
  callers: new Map(),
};
