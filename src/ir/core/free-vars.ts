/** Variables and buffers that occur without being defined inside. */
import type { Node } from "../nodes.js";
import type { PrimExpr, Var } from "../tir/expr.js";
import { visit } from "./visit.js";

/** Binders that occur in `root` and are not defined in it, in order of first occurrence. */
export function freeBinders(root: Node): Node[] {
  const defined = new Set<Node>();
  const seen = new Set<Node>();
  visit(root, {
    enter(node, defining) {
      if (node === root && (node.kind === "tir.Var" || node.kind === "relax.Var")) seen.add(node);
      else if (defining) defined.add(node);
      else if (node.kind === "tir.Var" || node.kind === "tir.Buffer" || node.kind === "relax.Var")
        seen.add(node);
    },
  });
  return [...seen].filter((node) => !defined.has(node));
}

/** `tir.Var`s of an expression, in order of first occurrence; the data and shape variables of buffers are not entered. */
export function varsOf(expr: PrimExpr): Var[] {
  const found = new Set<Var>();
  visit(expr, {
    enter(node) {
      if (node.kind === "tir.Var") found.add(node);
    },
  });
  return [...found];
}
