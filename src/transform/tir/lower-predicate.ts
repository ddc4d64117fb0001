import { rewrite } from "../../ir/core/rewrite.js";
import { load, type PrimExpr } from "../../ir/tir/expr.js";
import { ifStmt, seq, store, type Stmt, type Store } from "../../ir/tir/stmt.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { laneOfExpr } from "./lane-of.js";

/**
 * Precondition: none. Result: no masked scalar access and no access with a mask that is always on; a masked store of
 * lanes that can be taken apart became conditional stores of the lanes. Sound because a store with a mask writes the
 * lanes that are on, and their values do not depend on the store itself.
 */
export const lowerPredicate = definePass({
  name: "lower-predicate",
  dialect: "tir",
  summary: "Turns masked stores into conditional ones.",
  options: {},
  run: (module) =>
    mapPrimFuncs(module, (func) =>
      rewrite(func, (node) => {
        if (node.kind === "tir.Store" && node.predicate !== undefined)
          return lowered(node, node.predicate);
        if (node.kind !== "tir.Load" || node.predicate === undefined) return node;
        return isAlwaysOn(node.predicate) ? load(node.buffer, node.indices, node.span) : node;
      }),
    ),
});

const isAlwaysOn = (mask: PrimExpr): boolean => {
  const value = mask.kind === "tir.Broadcast" ? mask.value : mask;
  return value.kind === "tir.IntImm" && value.value !== 0;
};

function lowered(node: Store, mask: PrimExpr): Stmt {
  const plain: Store = { ...node, predicate: undefined };
  if (isAlwaysOn(mask)) return plain;
  const lanes = Math.max(node.value.dtype.lanes, ...node.indices.map((i) => i.dtype.lanes));
  if (lanes === 1) return ifStmt(mask, plain, undefined, node.span);
  if (readsStored(node)) return node;
  const parts: Stmt[] = [];
  for (let k = 0; k < lanes; k++) {
    const on = laneOfExpr(mask, k);
    const at = node.indices.map((i) => laneOfExpr(i, k));
    const value = laneOfExpr(node.value, k);
    if (on === undefined || value === undefined || at.some((i) => i === undefined)) return node;
    parts.push(
      ifStmt(on, store(node.buffer, at as PrimExpr[], value, node.span), undefined, node.span),
    );
  }
  return seq(parts, node.span);
}

/** Whether lanes are computed from the memory that is stored to; then all must be read before the first is written. */
function readsStored(node: Store): boolean {
  let found = false;
  const memory = node.buffer.data;
  rewrite(node.value, (n) => {
    if (n.kind === "tir.Load" && n.buffer.data === memory) found = true;
    return n;
  });
  return found;
}
