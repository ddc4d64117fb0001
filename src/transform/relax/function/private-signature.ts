/** Changes of the signatures of private functions, with all their calls. */
import { visit } from "../../../ir/core/visit.js";
import type { IRModule } from "../../../ir/module.js";
import type { Call, Expr, Func } from "../../../ir/relax/expr.js";
import { signatureOf } from "../../../op/deduce/index.js";
import { isExternal, mapFunctions, rewriteFunction, type Cursor } from "../rewrite/index.js";

/** A function with another signature, and how its calls change. */
export interface SignatureChange {
  readonly func: Func;
  call(call: Call, at: Cursor): Call;
  /** What becomes of an item of the result; absent: it stays. */
  item?(index: number, result: Expr): Expr;
}

/** Private functions that are mentioned as the callee of calls only: their signatures can change. */
export function calledOnly(module: IRModule): ReadonlyMap<string, Func> {
  const calls = new Map<string, number>();
  const mentions = new Map<string, number>();
  const count = (map: Map<string, number>, name: string): void =>
    void map.set(name, (map.get(name) ?? 0) + 1);
  for (const func of module.functions.values()) {
    visit(func, {
      enter(node) {
        if (node.kind === "relax.Call" && node.op.kind === "ir.GlobalVar")
          count(calls, node.op.name);
        if (node.kind === "ir.GlobalVar") count(mentions, node.name);
        if (node.kind === "ir.ExternFunc") count(mentions, node.symbol);
      },
    });
  }
  const found = new Map<string, Func>();
  for (const [name, func] of module.functions) {
    const isOurs =
      func.kind === "relax.Function" &&
      func.isPrivate &&
      !isExternal(func) &&
      !func.attrs.has("Primitive");
    if (isOurs && calls.get(name) === mentions.get(name)) found.set(name, func);
  }
  return found;
}

/** The module with functions and calls changed. */
export function withSignatures(
  module: IRModule,
  changes: ReadonlyMap<string, SignatureChange>,
): IRModule {
  if (changes.size === 0) return module;
  const signature = (name: string) => {
    const change = changes.get(name);
    return change && signatureOf(change.func);
  };
  return mapFunctions(module, (func, name) => {
    const results = new Map<unknown, SignatureChange>();
    return rewriteFunction(
      module,
      name,
      changes.get(name)?.func ?? func,
      {
        bound({ value, var: v }) {
          const change = calleeIn(changes, value);
          if (change?.item !== undefined) results.set(v, change);
        },
        value(value, at) {
          if (value.kind === "relax.TupleGetItem")
            return results.get(value.tuple)?.item?.(value.index, value.tuple) ?? value;
          const change = calleeIn(changes, value);
          return value.kind === "relax.Call" && change !== undefined
            ? change.call(value, at)
            : value;
        },
      },
      { signature },
    );
  });
}

const calleeIn = (
  changes: ReadonlyMap<string, SignatureChange>,
  value: Expr | Func,
): SignatureChange | undefined =>
  value.kind === "relax.Call" && value.op.kind === "ir.GlobalVar"
    ? changes.get(value.op.name)
    : undefined;

/** Repeats a change of the module until nothing is left to change. */
export function repeated(module: IRModule, once: (module: IRModule) => IRModule): IRModule {
  for (let before = module; ;) {
    const after = once(before);
    if (after === before) return after;
    before = after;
  }
}
