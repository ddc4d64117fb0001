/** Copies of functions that can stand beside the original. */
import { freeBinders } from "../../../ir/core/free-vars.js";
import { refresh } from "../../../ir/core/rewrite.js";
import { visit } from "../../../ir/core/visit.js";
import type { Node } from "../../../ir/nodes.js";
import type { Func } from "../../../ir/relax/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";

/** The function with variables and symbols of its own; what it uses from outside stays. */
export function copyFunction<F extends Func | PrimFunc>(func: F): F {
  const own = new Set<Node>();
  visit(func, {
    enter(node) {
      if (node.kind === "relax.Var" || node.kind === "tir.Var") own.add(node);
    },
  });
  for (const free of freeBinders(func)) if (free.kind === "relax.Var") own.delete(free);
  return refresh(func, own);
}
