/** Mutable scalars that are stored once, where they are declared, are names of values. */
import { rebuild } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import { makeVar, type Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { bind, seq, type Stmt } from "../../ir/tir/stmt.js";

/** The function with such scalars bound; the same object when there are none. */
export function bindScalars(func: PrimFunc): PrimFunc {
  const names = constantScalars(func);
  if (names.size === 0) return func;
  const walk = (node: Node): Node => {
    switch (node.kind) {
      case "tir.Var":
      case "tir.Buffer":
        return node;
      case "tir.Load":
        return names.get(node.buffer) ?? rebuild(node, walk);
      case "tir.Store": {
        const v = names.get(node.buffer);
        return v === undefined ? rebuild(node, walk) : bind(v, walk(node.value) as typeof node.value, node.span); // prettier-ignore
      }
      case "tir.Seq":
        return seq(
          node.body.flatMap((s) =>
            s.kind === "tir.Alloc" && names.has(s.buffer) ? [] : [walk(s) as Stmt],
          ),
          node.span,
        );
      default:
        return rebuild(node, walk);
    }
  };
  return { ...func, body: walk(func.body) as Stmt };
}

/** Scalars whose only store follows their allocation, with a variable each. */
function constantScalars(func: PrimFunc): Map<Buffer, Var> {
  const stores = new Map<Buffer, number>();
  const declared = new Set<Buffer>();
  visit(func.body, {
    enter(n) {
      if (n.kind === "tir.Store") stores.set(n.buffer, (stores.get(n.buffer) ?? 0) + 1);
      if (n.kind === "tir.Call" || n.kind === "tir.CallGlobal")
        for (const a of n.args) if (a.kind === "tir.Buffer") stores.set(a, 2);
      if (n.kind !== "tir.Seq") return;
      n.body.forEach((s, k) => {
        const next = n.body[k + 1];
        if (
          s.kind === "tir.Alloc" &&
          s.buffer.scalar &&
          next?.kind === "tir.Store" &&
          next.buffer === s.buffer
        )
          // prettier-ignore
          declared.add(s.buffer);
      });
    },
  });
  const found = [...declared].filter((b) => stores.get(b) === 1);
  return new Map(found.map((b) => [b, makeVar(b.name, b.dtype)]));
}
