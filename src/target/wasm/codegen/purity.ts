/** Facts about expressions that code generation decides by. */
import { visit } from "../../../ir/core/visit.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";

/** Evaluating costs little, reads no memory and cannot stop. */
export function isCheap(e: PrimExpr): boolean {
  let cost = 0;
  let plain = true;
  visit(e, {
    enter(node) {
      if (!plain) return false;
      cost++;
      switch (node.kind) {
        case "tir.Load":
        case "tir.Call":
        case "tir.CallGlobal":
        case "tir.Let":
          plain = false;
          return false;
        case "tir.Binary":
          if (
            /div|mod/.test(node.op) &&
            node.b.kind !== "tir.IntImm" &&
            node.b.kind !== "tir.FloatImm"
          )
            plain = false;
          return;
        default:
          return;
      }
    },
  });
  return plain && cost <= 12;
}
