/** The level of a T function, read off its body. */
import { visit } from "../ir/core/visit.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { TirLevel } from "./pass.js";

/** `block` while it has blocks, `loop` while an access has other than one index, else `flat`. */
export function levelOf(func: PrimFunc): TirLevel {
  let level: TirLevel = "flat";
  visit(func.body, {
    enter(node) {
      if (level === "block") return false;
      if (node.kind === "tir.Block" || node.kind === "tir.Realize") level = "block";
      else if ((node.kind === "tir.Load" || node.kind === "tir.Store") && node.indices.length !== 1)
        level = "loop";
      return;
    },
  });
  return level;
}
