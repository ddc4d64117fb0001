/** Common subexpressions. */
import { isBaseOf } from "../../../op/deduce/index.js";
import type { IRModule } from "../../../ir/module.js";
import type { Expr, Func, Var } from "../../../ir/relax/expr.js";
import { option } from "../../../support/option.js";
import { definePass } from "../../pass.js";
import {
  hasIdentity,
  makeValueKeys,
  rewriteModule,
  useOf,
  type Cursor,
  type Rewrite,
  type ScopeKind,
} from "../rewrite/index.js";

/**
 * Precondition: A-normal form, memory not yet explicit.
 * Result: of pure values that are equal, each is computed once in a scope; later ones are the variable of the first.
 * Sound because equal pure expressions over the same variables have equal values, and the first is evaluated wherever the
 * later one is.
 */
export const eliminateCommonSubexpr = definePass({
  name: "eliminate-common-subexpr",
  dialect: "relax",
  summary: "Computes equal pure values once.",
  from: "graph",
  through: "legal",
  options: {
    callOnly: option.bool({ default: false, help: "Leave tuples and their items alone." }),
  },
  run: (module, { callOnly }) => rewriteModule(module, () => makeRules(module, callOnly)),
});

/** Whether the type of the first variable holds all that the type of the later one says. */
const saysAsMuch = (first: Var, later: Var, at: Cursor): boolean =>
  first.sinfo?.kind === "relax.PrimInfo" ||
  (first.sinfo !== undefined &&
    later.sinfo !== undefined &&
    isBaseOf(later.sinfo, first.sinfo, at.infer) === "pass");

function makeRules(module: IRModule, callOnly: boolean): Rewrite {
  const keyOf = makeValueKeys();
  const scopes: { readonly kind: ScopeKind; readonly known: Map<string, Var> }[] = [];
  const find = (key: string): Var | undefined => {
    for (let i = scopes.length - 1; i >= 0; i--) {
      const found = scopes[i]!.known.get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const isCandidate = (value: Expr | Func): value is Expr =>
    value.kind === "relax.Call"
      ? !hasIdentity(module, value)
      : !callOnly && (value.kind === "relax.Tuple" || value.kind === "relax.TupleGetItem");
  return {
    enter: (kind) => void scopes.push({ kind, known: new Map() }),
    leave(kind) {
      const { known } = scopes.pop()!;
      if (kind !== "dataflow") return;
      for (const [key, v] of known) if (!v.dataflow) scopes.at(-1)!.known.set(key, v);
    },
    bound({ value, var: v }) {
      if (!isCandidate(value)) return;
      const key = keyOf(value);
      if (find(key) === undefined) scopes.at(-1)!.known.set(key, v);
    },
    value(value, at, b) {
      const first = isCandidate(value) ? find(keyOf(value)) : undefined;
      if (first === undefined || !saysAsMuch(first, b.var, at)) return value;
      const by = useOf(first);
      if (!at.canReplace(b.var, by)) return by;
      at.replace(b.var, by);
      return undefined;
    },
  };
}
