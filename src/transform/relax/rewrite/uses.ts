/** Where variables and symbols are used. */
import { visit } from "../../../ir/core/visit.js";
import type { Node } from "../../../ir/nodes.js";
import type { Binding, BindingBlock, Func, SeqExpr, Var } from "../../../ir/relax/expr.js";
import type { StructInfo } from "../../../ir/relax/struct-info.js";
import type { Var as Symbol } from "../../../ir/tir/expr.js";

/** Number of occurrences of each variable and symbol, definitions not counted; types count as well. */
export function countUses(root: Node): ReadonlyMap<Var | Symbol, number> {
  const counts = new Map<Var | Symbol, number>();
  visit(root, {
    enter(node, defining) {
      // A variable alone is a use.
      if ((defining && node !== root) || (node.kind !== "relax.Var" && node.kind !== "tir.Var"))
        return;
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

/**
 * The binding that defines each variable and each symbol of a function's body, nested scopes included: a symbol is
 * defined by a scalar variable, or by the first refinement that mentions it where no parameter does.
 */
export function definitionsOf(func: Func): ReadonlyMap<Node, Binding> {
  const found = new Map<Node, Binding>();
  const given = new Set(func.params.flatMap((p) => symbolsOf(p.sinfo)));
  eachBinding(func.body, (b) => {
    found.set(b.var, b);
    const scalar = b.var.sinfo?.kind === "relax.PrimInfo" ? symbolsOf(b.var.sinfo) : [];
    const refined = b.kind === "relax.MatchCast" ? symbolsOf(b.sinfo) : [];
    for (const s of [...scalar, ...refined]) if (!given.has(s) && !found.has(s)) found.set(s, b);
    if (b.value.kind === "relax.Function")
      for (const p of b.value.params) for (const s of symbolsOf(p.sinfo)) given.add(s);
  });
  return found;
}

/** All symbols that a type mentions. */
export function symbolsOf(info: StructInfo | undefined): readonly Symbol[] {
  const found: Symbol[] = [];
  if (info !== undefined)
    visit(info, { enter: (n) => void (n.kind === "tir.Var" && found.push(n)) });
  return found;
}
