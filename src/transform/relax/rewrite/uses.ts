/** Where variables and symbols are used. */
import { visit } from "../../../ir/core/visit.js";
import type { Node } from "../../../ir/nodes.js";
import type { Binding, BindingBlock, Func, SeqExpr, Var } from "../../../ir/relax/expr.js";
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

/** All blocks of a sequence in order, those of branches and nested functions included. */
export function eachBlock(seq: SeqExpr, each: (block: BindingBlock) => void): void {
  for (const block of seq.blocks) {
    each(block);
    for (const { value } of block.bindings) {
      if (value.kind === "relax.If") {
        eachBlock(value.then, each);
        eachBlock(value.otherwise, each);
      } else if (value.kind === "relax.Function") eachBlock(value.body, each);
    }
  }
}

/** All bindings of a sequence, those of branches and nested functions included. */
export const eachBinding = (seq: SeqExpr, each: (b: Binding) => void): void =>
  eachBlock(seq, (block) => block.bindings.forEach(each));

/** The binding of each variable of a function, those of nested scopes included. */
export function bindingsOf(func: Func): ReadonlyMap<Var, Binding> {
  const found = new Map<Var, Binding>();
  eachBinding(func.body, (b) => found.set(b.var, b));
  return found;
}
