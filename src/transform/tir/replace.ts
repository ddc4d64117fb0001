/** Replacing binders. */
import { rebuild } from "../../ir/core/rewrite.js";
import type { Node } from "../../ir/nodes.js";

/** Replaces whole nodes by identity, at definitions and occurrences alike; a replaced node is not entered. */
export function replaceNodes<T extends Node>(root: T, map: ReadonlyMap<Node, Node>): T {
  if (map.size === 0) return root;
  const done = new Map<Node, Node>(map);
  const walk = (node: Node): Node => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const after = rebuild(node, walk);
    done.set(node, after);
    return after;
  };
  return walk(root) as T;
}
