/** What a statement defines itself, so that a copy of it can have its own. */
import { visit } from "../core/visit.js";
import type { Node } from "../nodes.js";
import type { Buffer } from "./buffer.js";
import type { Stmt } from "./stmt.js";

/**
 * Loops, axes, locals and buffers of a statement. The pointer of an alias belongs to what it aliases; symbols in the
 * shape of an allocation belong to the function, whose sizes they are.
 */
export function ownBinders(stmt: Stmt): Set<Node> {
  const own = new Set<Node>();
  visit(stmt, {
    enter(node) {
      switch (node.kind) {
        case "tir.For":
        case "tir.Bind":
        case "tir.Let":
        case "tir.IterVar":
          own.add(node.var);
          return;
        case "tir.Alloc":
        case "tir.AllocConst":
          own.add(node.buffer).add(node.buffer.data);
          return;
        case "tir.Block":
          for (const buffer of node.allocs) own.add(buffer).add(buffer.data);
          for (const { buffer } of node.matches) noteMatch(buffer, own);
          return;
        case "tir.Decl":
          own.add(node.buffer);
          return;
        default:
          return;
      }
    },
  });
  return own;
}

/** A match defines its buffer, the pointer of it, and the symbols in its layout. */
function noteMatch(buffer: Buffer, own: Set<Node>): void {
  own.add(buffer).add(buffer.data);
  for (const e of [...buffer.shape, ...buffer.strides, buffer.elemOffset])
    if (e?.kind === "tir.Var") own.add(e);
}
