/** Integer expressions modulo 2^32 as sums of products: the normal form in which addresses are compared and shared. */
import { TermTable } from "../../../arith/terms.js";
import { visit } from "../../../ir/core/visit.js";
import { binary, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import { isInteger } from "../../../support/dtype.js";

/** `coefficient` (low 32 bits) times the product of the factors, which are ordered by key. */
export interface Term {
  readonly coefficient: number;
  readonly factors: readonly Factor[];
  readonly key: string;
}
export interface Factor {
  readonly key: number;
  readonly expr: PrimExpr;
}
/** Terms with distinct products, ordered by key, and a constant between −2^31 and 2^31. */
export interface LinearForm {
  readonly terms: readonly Term[];
  readonly constant: number;
}

const MOST_TERMS = 24;
const constantForm = (value: number): LinearForm => ({ terms: [], constant: value | 0 });

/** The form of an integer expression; equal expressions have equal forms within one table. */
export const linearForm = (e: PrimExpr, table: TermTable): LinearForm =>
  joined(plainForm(e, table), table);

function plainForm(e: PrimExpr, table: TermTable): LinearForm {
  switch (e.kind) {
    case "tir.IntImm":
      return constantForm(Number(BigInt.asIntN(32, BigInt(e.value))));
    case "tir.Cast":
      return keepsLowBits(e.dtype.bits) && isIndex(e) && isIndex(e.value)
        ? plainForm(e.value, table)
        : factorForm(e, table);
    case "tir.Binary": {
      if (!keepsLowBits(e.dtype.bits) || !isIndex(e) || !isIndex(e.a) || !isIndex(e.b))
        return factorForm(e, table);
      if (e.op !== "add" && e.op !== "sub" && e.op !== "mul") return factorForm(e, table);
      const a = plainForm(e.a, table);
      const b = plainForm(e.b, table);
      if (e.op === "mul") return product(a, b) ?? factorForm(e, table);
      return a.terms.length + b.terms.length > MOST_TERMS
        ? factorForm(e, table)
        : sum(a, b, e.op === "add" ? 1 : -1);
    }
    default:
      return factorForm(e, table);
  }
}

const keepsLowBits = (bits: number): boolean => bits >= 32;
const isIndex = (e: PrimExpr): boolean => isInteger(e.dtype) && e.dtype.lanes === 1;

const factorForm = (e: PrimExpr, table: TermTable): LinearForm => {
  const key = table.keyOf(e);
  return {
    terms: [{ coefficient: 1, factors: [{ key, expr: e }], key: String(key) }],
    constant: 0,
  };
};

/** `a + scale · b`. */
export function sum(a: LinearForm, b: LinearForm, scale: number): LinearForm {
  const terms = new Map(a.terms.map((t) => [t.key, t]));
  for (const t of b.terms) {
    const coefficient =
      ((terms.get(t.key)?.coefficient ?? 0) + Math.imul(t.coefficient, scale)) | 0;
    if (coefficient === 0) terms.delete(t.key);
    else terms.set(t.key, { ...t, coefficient });
  }
  return {
    terms: [...terms.values()].sort((x, y) => (x.key < y.key ? -1 : 1)),
    constant: (a.constant + Math.imul(b.constant, scale)) | 0,
  };
}

function product(a: LinearForm, b: LinearForm): LinearForm | undefined {
  if ((a.terms.length + 1) * (b.terms.length + 1) > MOST_TERMS) return undefined;
  let result = constantForm(Math.imul(a.constant, b.constant));
  result = sum(result, { terms: a.terms, constant: 0 }, b.constant);
  result = sum(result, { terms: b.terms, constant: 0 }, a.constant);
  for (const x of a.terms) {
    for (const y of b.terms) {
      const factors = [...x.factors, ...y.factors].sort((p, q) => p.key - q.key);
      const term = {
        coefficient: Math.imul(x.coefficient, y.coefficient),
        factors,
        key: factors.map((f) => f.key).join("."),
      };
      result = sum(result, { terms: [term], constant: 0 }, 1);
    }
  }
  return result;
}

/** Quotient and remainder of a loop over several dimensions, put together again: `x // n * n + x % n` is `x`. */
function joined(form: LinearForm, table: TermTable): LinearForm {
  for (const term of form.terms) {
    for (const { expr, key } of term.factors) {
      if (expr.kind !== "tir.Binary" || expr.op !== "floormod") continue;
      const { a, b } = expr;
      const others = term.factors.filter((f) => f.key !== key);
      if (others.length !== term.factors.length - 1) continue;
      const quotient = table.keyOf(binary("floordiv", a, b));
      const isFixed = b.kind === "tir.IntImm";
      const divided = [...others.map((f) => f.key), quotient, ...(isFixed ? [] : [table.keyOf(b)])];
      const name = divided.sort((p, q) => p - q).join(".");
      const partner = form.terms.find((t) => t.key === name);
      const by = isFixed ? Number(b.value) : 1;
      if (partner?.coefficient !== Math.imul(term.coefficient, by)) continue;
      const rest = form.terms.filter((t) => t !== term && t !== partner);
      const outer: LinearForm =
        others.length === 0
          ? constantForm(term.coefficient)
          : {
              terms: [{ ...term, factors: others, key: others.map((f) => f.key).join(".") }],
              constant: 0,
            };
      const whole = product(plainForm(a, table), outer);
      if (whole === undefined) continue;
      return joined(sum({ terms: rest, constant: form.constant }, whole, 1), table);
    }
  }
  return form;
}

/** Names the terms. */
export const keyOfTerms = (form: LinearForm): string =>
  form.terms.map((t) => `${t.coefficient}*${t.key}`).join("+");

/** How the form changes when `v` grows by 1; undefined where that depends on `v`. */
export function slope(form: LinearForm, v: Var, table: TermTable): LinearForm | undefined {
  const key = table.keyOf(v);
  let rise = constantForm(0);
  for (const term of form.terms) {
    const rest = term.factors.filter((f) => f.key !== key);
    if (rest.some((f) => mentions(f.expr, v))) return undefined;
    const times = term.factors.length - rest.length;
    if (times > 1) return undefined;
    if (times === 0) continue;
    const { coefficient } = term;
    rise =
      rest.length === 0
        ? sum(rise, constantForm(coefficient), 1)
        : sum(
            rise,
            {
              terms: [{ coefficient, factors: rest, key: rest.map((f) => f.key).join(".") }],
              constant: 0,
            },
            1,
          );
  }
  return rise;
}

export function mentions(e: PrimExpr, v: Var): boolean {
  let found = false;
  visit(e, { enter: (n) => void (found ||= n === v) });
  return found;
}

/** Whether the value may change without a variable changing. */
export function readsMemory(e: PrimExpr): boolean {
  let found = false;
  visit(e, {
    enter(n) {
      if (n.kind === "tir.Load" || n.kind === "tir.Call" || n.kind === "tir.CallGlobal")
        found = true;
    },
  });
  return found;
}
