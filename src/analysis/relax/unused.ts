/** Lints: bindings that nothing uses, names that hide others. */
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import type { Func, SeqExpr, Var as RelaxVar } from "../../ir/relax/expr.js";
import { isVoid, scalarSymbol } from "../../ir/relax/struct-info.js";
import { lint } from "./codes.js";
import { impureCallee } from "./purity.js";
import type { FunctionState } from "./state.js";

/** Warns of unused bindings without effect; `_` names are left alone. */
export function reportUnused(
  state: FunctionState,
  seq: SeqExpr,
  known: ReadonlySet<Node> = new Set(state.func.params.flatMap(symbolsIn)),
): void {
  const seen = new Set(known);
  for (const block of seq.blocks) {
    for (const binding of block.bindings) {
      const v = binding.var;
      if (binding.kind === "relax.VarBinding" && binding.value.kind === "relax.If") {
        reportUnused(state, binding.value.then, seen);
        reportUnused(state, binding.value.otherwise, seen);
      }
      const symbols = binding.kind === "relax.MatchCast" ? symbolsIn(binding.sinfo) : [];
      const isNew = symbols.some((s) => !seen.has(s));
      for (const s of symbols) seen.add(s);
      const scalar = scalarSymbol(v.sinfo);
      if (scalar !== undefined && state.used.has(scalar)) continue;
      if (state.used.has(v) || v.name.startsWith("_") || isVoid(v.sinfo)) continue;
      // A match_cast that names a dimension is used by that; an impure call acts.
      if (isNew) continue;
      if (
        binding.value.kind === "relax.Call" &&
        impureCallee(state.module, binding.value) !== undefined
      )
        continue;
      if (binding.value.kind === "relax.If") continue;
      state.sink.report(
        lint.unusedVariable({
          kind: "binding",
          name: v.name,
          func: state.name,
          at: v.span ?? binding.span,
        }),
      );
    }
  }
}

function symbolsIn(root: Node): Node[] {
  const found: Node[] = [];
  visit(root, { enter: (node) => void (node.kind === "tir.Var" && found.push(node)) });
  return found;
}

/** Warns of bindings that have the name of an earlier one. */
export function reportShadowed(state: FunctionState, func: Func): void {
  const walk = (seq: SeqExpr, outer: ReadonlyMap<string, RelaxVar>): void => {
    const names = new Map(outer);
    for (const block of seq.blocks) {
      for (const binding of block.bindings) {
        if (binding.kind === "relax.VarBinding" && binding.value.kind === "relax.If") {
          walk(binding.value.then, names);
          walk(binding.value.otherwise, names);
        }
        const { name } = binding.var;
        const earlier = names.get(name);
        if (earlier !== undefined && !name.startsWith("_")) {
          const labels = earlier.span ? [{ span: earlier.span, message: "the earlier one" }] : [];
          state.sink.report(
            lint.shadowedName({
              name,
              func: state.name,
              at: binding.var.span ?? binding.span,
              labels,
            }),
          );
        }
        names.set(name, binding.var);
      }
    }
  };
  walk(func.body, new Map(func.params.map((p) => [p.name, p])));
}
