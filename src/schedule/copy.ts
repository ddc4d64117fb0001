/** Copies of statements that may stand beside the original. */
import { rebuild, refresh } from "../ir/core/rewrite.js";
import type { Node } from "../ir/nodes.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { ownBinders } from "../ir/tir/own-binders.js";
import type { Stmt } from "../ir/tir/stmt.js";
import { eachSite } from "./site.js";

/** A copy with loops, axes, locals and buffers of its own; its blocks have names that are free in the function. */
export function copyOf<S extends Stmt>(func: PrimFunc, stmt: S): S {
  const taken = new Set<string>();
  eachSite(func.body, ({ node }) => {
    if (node.kind === "tir.Block") taken.add(node.name);
  });
  const rename = (node: Node): Node => {
    if (node.kind === "tir.Var" || node.kind === "tir.Buffer") return node;
    const after = rebuild(node, rename);
    if (after.kind !== "tir.Block") return after;
    let name = after.name;
    for (let k = 1; taken.has(name); k++) name = `${after.name}_${k}`;
    taken.add(name);
    return { ...after, name };
  };
  return rename(refresh(stmt, ownBinders(stmt))) as S;
}
