/** Rewriting of calls by what their operands are bound to. */
import type { IRModule } from "../../../ir/module.js";
import type { Call, Expr, Func, TupleGetItem, Var } from "../../../ir/relax/expr.js";
import { dimsOf } from "../../../ir/relax/struct-info.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { isNode } from "../../../ir/nodes.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { makeCall } from "../../../op/make-call.js";
import { neededBindings } from "../clean/needed-bindings.js";
import {
  countUses,
  isSettled,
  mapFunctions,
  rewriteFunction,
  type Cursor,
} from "../rewrite/index.js";

/** What a rule may ask and do at a call. */
export interface RuleSite {
  readonly at: Cursor;
  /** The call of this operator that an operand is bound to. */
  callOf(e: Expr | undefined, op: string): Call | undefined;
  /** What an operand is bound to. */
  valueOf(e: Expr | undefined): Expr | Func | undefined;
  /** Whether nothing but the call at hand uses the operand. */
  isOnlyUse(e: Expr | undefined): boolean;
  /** Dimensions when all are known. */
  dims(e: Expr | undefined): readonly PrimExpr[] | undefined;
  /** Binds a call of an operator before the call at hand. */
  emit(op: string, args: readonly Expr[], attrs?: Readonly<Record<string, AttrValue>>): Expr;
}

/** What takes the place of a call in a dataflow block; undefined to keep it. */
export type CallRule = (call: Call, site: RuleSite, v: Var) => Expr | undefined;

/** Rules make values cheaper or fewer; this many rounds are never needed. */
const MOST_ROUNDS = 64;

/**
 * Applies a rule to all calls, and another one to items of tuples, in dataflow blocks until none applies; bindings that
 * are not needed any more are gone.
 */
export const rewriteCalls = (module: IRModule, rule: CallRule, itemRule?: ItemRule): IRModule =>
  mapFunctions(module, (func, name) => {
    if (isSettled(func)) return func;
    let current = func;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const after = rewriteOnce(module, name, current, rule, itemRule);
      if (after === undefined) return current;
      current = after;
    }
    return current;
  });

/** What takes the place of an item of a tuple. */
export type ItemRule = (item: TupleGetItem, site: RuleSite) => Expr | undefined;

function rewriteOnce(
  module: IRModule,
  name: string,
  func: Func,
  rule: CallRule,
  itemRule: ItemRule | undefined,
): Func | undefined {
  const values = new Map<Var, Expr | Func>();
  const counts = countUses(func);
  let used = false;
  const image = (value: Expr | Func, site: RuleSite, v: Var): Expr | undefined => {
    if (value.kind === "relax.Call") return rule(value, site, v);
    return value.kind === "relax.TupleGetItem" ? itemRule?.(value, site) : undefined;
  };
  const after = rewriteFunction(module, name, func, {
    value(value, at, { var: v }) {
      const other = at.dataflow ? image(value, siteOf(at, values, counts), v) : undefined;
      used ||= other !== undefined;
      const found = other ?? value;
      values.set(v, found);
      return found;
    },
  });
  return used ? swept(module, name, after) : undefined;
}

function siteOf(
  at: Cursor,
  values: Map<Var, Expr | Func>,
  counts: ReturnType<typeof countUses>,
): RuleSite {
  const valueOf = (e: Expr | undefined): Expr | Func | undefined =>
    e?.kind === "relax.Var" ? values.get(e) : e;
  return {
    at,
    valueOf,
    callOf(e, op) {
      const value = valueOf(e);
      const isIt = value?.kind === "relax.Call" && value.op.kind === "relax.Op" && value.op.name === op; // prettier-ignore
      return isIt ? value : undefined;
    },
    isOnlyUse: (e) => e?.kind === "relax.Var" && e.dataflow && counts.get(e) === 1,
    dims: (e) => (e === undefined ? undefined : dimsOf(at.infer.infoOf(e))),
    emit(op, args, attrs) {
      const call = makeCall(op, args, attrs);
      const v = at.emit(call);
      values.set(v, call);
      return v;
    },
  };
}

/** Without the bindings that nothing needs. */
export function swept(module: IRModule, name: string, func: Func): Func {
  const needed = neededBindings(module, func);
  return rewriteFunction(module, name, func, {
    value: (value, _, b) => (needed.has(b) ? value : undefined),
    cast: (b, _, original) => (needed.has(original) ? b : undefined),
  });
}

/** The name of the operator that a call calls. */
export const opName = (call: Call): string | undefined =>
  call.op.kind === "relax.Op" ? call.op.name : undefined;

/** A list of integers in an attribute. */
export function intsIn(value: AttrValue | undefined): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const all = (value as readonly AttrValue[]).map((v) =>
    isNode(v) && v.kind === "tir.IntImm" ? Number(v.value) : typeof v === "number" ? v : undefined,
  );
  return all.every((v): v is number => v !== undefined) ? all : undefined;
}

/** An integer in an attribute. */
export const intIn = (value: AttrValue | undefined): number | undefined =>
  value === undefined ? undefined : intsIn([value])?.[0];

/** The order of `permute_dims` for a tensor of this rank. */
export function axesOf(call: Call, rank: number): readonly number[] | undefined {
  const given = call.attrs.get("axes") ?? null;
  if (given === null) return Array.from({ length: rank }, (_, i) => rank - 1 - i);
  return intsIn(given)?.map((a) => (a < 0 ? a + rank : a));
}
