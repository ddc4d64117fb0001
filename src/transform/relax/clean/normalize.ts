/** A-normal form. */
import {
  tuple,
  tupleGetItem,
  type Call,
  type Expr,
  type Tuple,
  type Var,
} from "../../../ir/relax/expr.js";
import { isVoid } from "../../../ir/relax/struct-info.js";
import { definePass } from "../../pass.js";
import {
  isVisible,
  mapBlocks,
  mapFunctions,
  mergeBlocks,
  rewriteFunction,
  type Cursor,
  type Rewrite,
} from "../rewrite/index.js";

/** Operators whose second operand is a tuple in place. */
const TAKES_TUPLE: ReadonlySet<string> = new Set([
  "call_tir",
  "call_tir_inplace",
  "call_tir_with_grad",
  "call_dps_packed",
]);

/**
 * Precondition: names are bound before they are used.
 * Result: operands are leaves, values are no sequences, arguments of destination-passing calls stand in place, blocks of
 * one kind are one block, and each variable has its struct info.
 * Sound because operands are evaluated in order and once either way.
 */
export const normalize = definePass({
  name: "normalize",
  dialect: "relax",
  summary: "Brings functions to A-normal form.",
  from: "graph",
  options: {},
  run: (module) =>
    mapFunctions(module, (func, name) =>
      mapBlocks(rewriteFunction(module, name, func, makeRules()), mergeBlocks),
    ),
});

function makeRules(): Rewrite {
  const tuples = new Map<Var, Tuple>();
  return {
    bound: ({ value, var: v }) => void (value.kind === "relax.Tuple" && tuples.set(v, value)),
    value(value, at) {
      if (value.kind === "relax.Function") return value;
      const after = at.normalized(value);
      return after.kind === "relax.Call" ? tupleInPlace(after, at, tuples) : after;
    },
    result: (value) =>
      value.kind === "relax.Var" && isVoid(value.sinfo) ? tuple([], value.span) : value,
  };
}

/** Arguments given as a variable are taken out of it. */
function tupleInPlace(call: Call, at: Cursor, tuples: ReadonlyMap<Var, Tuple>): Call {
  const [callee, given, ...more] = call.args;
  if (call.op.kind !== "relax.Op" || !TAKES_TUPLE.has(call.op.name)) return call;
  if (callee === undefined || given?.kind !== "relax.Var") return call;
  const known = tuples.get(given);
  const visible = known !== undefined && isVisible(known, given);
  const items = visible ? known : itemsOf(given, at);
  return items === undefined ? call : { ...call, args: [callee, items, ...more] };
}

function itemsOf(v: Var, at: Cursor): Expr | undefined {
  if (v.sinfo?.kind === "relax.TensorInfo") return tuple([v]);
  if (v.sinfo?.kind !== "relax.TupleInfo") return undefined;
  return tuple(v.sinfo.fields.map((_, i) => at.operand(tupleGetItem(v, i))));
}
