/** Where variables and symbols are used. */
import { visit } from "../../../ir/core/visit.js";
import type { Node } from "../../../ir/nodes.js";
import type { Binding, Func, SeqExpr, Var } from "../../../ir/relax/expr.js";
import type { Var as Symbol } from "../../../ir/tir/expr.js";

/** Number of occurrences of each variable and symbol, definitions not counted; types count as well. */
export function countUses(root: Node): ReadonlyMap<Var | Symbol, number> {
  const counts = new Map<Var | Symbol, number>();
  visit(root, {
    enter(node, defining) {
      if (defining || (node.kind !== "relax.Var" && node.kind !== "tir.Var")) return;
      counts.set(node, (counts.get(node) ?? 0) + 1);
    },
  });
  return counts;
}

/** All bindings of a sequence in order, those of branches and nested functions included. */
export function eachBinding(seq: SeqExpr, each: (b: Binding) => void): void {
  for (const block of seq.blocks) {
    for (const b of block.bindings) {
      each(b);
      if (b.value.kind === "relax.If") {
        eachBinding(b.value.then, each);
        eachBinding(b.value.otherwise, each);
      } else if (b.value.kind === "relax.Function") eachBinding(b.value.body, each);
    }
  }
}

/** The binding of each variable of a function, those of nested scopes included. */
export function bindingsOf(func: Func): ReadonlyMap<Var, Binding> {
  const found = new Map<Var, Binding>();
  eachBinding(func.body, (b) => found.set(b.var, b));
  return found;
}
