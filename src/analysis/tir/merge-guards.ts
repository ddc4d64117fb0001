/** Guards of a function put together for checking and for messages. */
import { Analyzer, exprText } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { compare, logic, type Compare, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { Guard } from "./bounds.js";

/** Gathers guards of one condition, joins `a <= b` and `b <= a`, and drops what follows from the others. */
export function mergeGuards(raw: readonly Guard[], symbols: readonly Var[]): Guard[] {
  const byText = new Map<string, Guard>();
  for (const g of raw) {
    const key = `${exprText(g.cond)}|${g.when ? exprText(g.when) : ""}`;
    const known = byText.get(key);
    byText.set(key, known ? { ...known, accesses: [...known.accesses, ...g.accesses] } : g);
  }
  const guards = [...byText.values()];
  for (let i = 0; i < guards.length; i++) {
    for (let j = i + 1; j < guards.length; j++) {
      const joined = sameWhen(guards[i]!, guards[j]!)
        ? join(guards[i]!, guards[j]!, symbols)
        : undefined;
      if (!joined) continue;
      guards[i] = joined;
      guards.splice(j, 1);
      j = i;
    }
  }
  return guards;
}

const sameWhen = (a: Guard, b: Guard): boolean =>
  (a.when ? exprText(a.when) : "") === (b.when ? exprText(b.when) : "");

/** One guard for two: the stronger when one follows from the other, an equation when both are its halves. */
function join(g: Guard, h: Guard, symbols: readonly Var[]): Guard | undefined {
  const accesses = [...g.accesses, ...h.accesses];
  if (follows(g.cond, h.cond)) return { ...g, accesses };
  if (follows(h.cond, g.cond)) return { ...h, accesses };
  const equation =
    g.cond.kind === "tir.Compare" &&
    h.cond.kind === "tir.Compare" &&
    equationOf(g.cond, h.cond, symbols);
  return equation ? { ...g, cond: equation, accesses } : undefined;
}

function follows(given: PrimExpr, cond: PrimExpr): boolean {
  const analyzer = new Analyzer();
  analyzer.assume(given);
  return analyzer.prove(cond) === true;
}

/** `x == y` when the two comparisons together say that; variables seen first stand left. */
function equationOf(g: Compare, h: Compare, symbols: readonly Var[]): PrimExpr | undefined {
  const isEquality = (e: Compare): boolean => e.op === "eq" || e.op === "ne";
  if (isEquality(g) || isEquality(h)) return undefined;
  const analyzer = new Analyzer();
  analyzer.assume(g);
  // Two that exclude each other have no equation.
  if (analyzer.prove(h) === false) return undefined;
  analyzer.assume(h);
  for (const e of [g, h]) {
    if (analyzer.prove(compare("eq", e.a, e.b)) !== true) continue;
    const first = (x: PrimExpr): number =>
      Math.min(...varsOf(x).map((v) => symbols.indexOf(v)), Infinity);
    return first(e.a) <= first(e.b) ? compare("eq", e.a, e.b) : compare("eq", e.b, e.a);
  }
  return undefined;
}

/** The guards as one condition for the message, each of them once. */
export function guardText(guards: readonly Guard[]): string {
  const conds = new Map(guards.map((g) => [exprText(g.cond), g.cond]));
  return exprText([...conds.values()].reduce((a, b) => logic("and", a, b)));
}
