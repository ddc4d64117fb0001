/** Variables that occur in a part of a function. */
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import type { Var } from "../../ir/relax/expr.js";

/** Calls `each` on every use of a variable. */
export function eachOccurrence(root: Node, each: (v: Var) => void): void {
  visit(root, {
    enter: (node, defining) => void (!defining && node.kind === "relax.Var" && each(node)),
  });
}
