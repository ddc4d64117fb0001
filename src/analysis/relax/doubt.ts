/** Followers of a wrong annotation are silent. */
import type { Node } from "../../ir/nodes.js";
import { visit } from "../../ir/core/visit.js";
import type { FunctionState } from "./state.js";

/** Whether a value mentions a variable whose type is in doubt. */
export function isDoubtful({ doubtful }: FunctionState, value: Node): boolean {
  if (doubtful.size === 0) return false;
  let found = false;
  visit(value, {
    enter(node) {
      if (node.kind === "relax.Var" && doubtful.has(node)) found = true;
      return found ? false : undefined;
    },
  });
  return found;
}
